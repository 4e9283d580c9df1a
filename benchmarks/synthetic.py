"""Invented ledgers by the hundred thousand rows, set by set: the same numbers on every run and database.

Per community on average 1.3 facilities, 2.5 grids, 7 members of the two committees, 3 workers, 2 compounds,
5 social organisations and 11 ledger entries; some data are missing, some contradict each other, so that
each standard is met, missed and without data somewhere.
"""

from typing import Any

from django.db import connection, models

from assessments.models import Assessment, Scheme
from benchmarks.chance import day, json, number
from benchmarks.ground import Ground
from benchmarks.synthetic_above import fill_above
from benchmarks.synthetic_entries import fill_entries
from cadres.models import CommunityWorker, TwoCommitteeMember
from communities.models import (
    Adjustment,
    Community,
    CommunityBoundary,
    Compound,
    SocialOrganisation,
    Successor,
)
from facilities.models import Facility
from governance.divisions.paths import next_path
from governance.ledgers.models import LedgerEntry
from governance.people.models import Person
from grids.models import Grid

REGISTRIES = (
    *(Facility, Grid, TwoCommitteeMember, CommunityWorker, Compound, SocialOrganisation, LedgerEntry),
    *(Assessment, Scheme, CommunityBoundary, Successor, Adjustment),
)
_PER_COMMUNITY = 16
"""Ids of persons kept for each community; more than any has."""

_BOUNDARY = (
    '{"type":"Polygon","coordinates":[[[108.90,34.26],[108.91,34.26],[108.91,34.27],[108.90,34.27],'
    "[108.90,34.26]]]}"
)


def fill(ground: Ground) -> None:
    """Fill every community of the province that takes part; what an earlier call wrote is replaced."""
    clear()
    fill_communities(ground)
    source = _communities(ground)
    _fill_cadres(source)
    _fill_places(source)
    _fill_groups(source)
    _fill_boundaries(source)
    fill_entries(source)
    fill_above(ground, source)
    ground.analyse()


def clear() -> None:
    """Empty all registries; communities stay, as nobody had entered anything."""
    for model in (*REGISTRIES, Person):
        model._base_manager.all()._raw_delete("default")
    blank: dict[str, Any] = {
        field.attname: None if field.null else ""
        for field in Community._meta.concrete_fields
        if field.null or (isinstance(field, models.CharField) and field.name != "path")
    }
    Community.objects.update(**blank, version=1)


def _communities(ground: Ground) -> str:
    path = ground.province.path
    scope = f"WHERE path >= '{path}' AND path < '{next_path(path)}' ORDER BY path LIMIT {ground.rows}"
    return f"(SELECT division_id, path FROM {Community._meta.db_table} {scope}) c"


def fill_communities(ground: Ground) -> None:
    described = f"{number(127, 12)} > 0"
    households = _households()
    values = {
        "area_type": f"CASE WHEN {number(31, 50)} = 0 THEN '' WHEN {number(17, 10)} < 4 THEN 'urban' "
        f"WHEN {number(17, 10)} < 5 THEN 'town' ELSE 'rural' END",
        "community_type": "'mixed'",
        "households_resident": households,
        "households_registered": f"{households} - 100",
        "population_resident": f"{households} * 3",
        "population_registered": f"{households} * 3 - 250",
        "population_urban_resident": f"CASE WHEN {number(109, 30)} > 0 THEN {households} * 2 ELSE 0 END",
        "founded_on": f"CASE WHEN {number(13, 8)} = 0 THEN {day('2025-03-01')} ELSE {day('2003-05-01')} END",
        "is_new_build": f"CASE WHEN {number(41, 10)} = 0 THEN TRUE END",
        "is_converted_village": "FALSE",
        "party_org_kind": f"CASE WHEN {number(29, 5)} < 3 THEN 'general_branch' ELSE 'branch' END",
        "villager_groups": f"{number(37, 4)}",
        "registered_volunteers": f"CASE WHEN {number(43, 25)} > 0 "
        f"THEN {households} * (20 + {number(3, 40)}) / 100 END",
        "has_env_property_committee": f"CASE WHEN {number(113, 20)} > 0 THEN {number(47, 3)} < 2 END",
        "boundary_east": f"CASE WHEN {described} THEN '东环路' ELSE '' END",
        "boundary_south": f"CASE WHEN {described} THEN '南大街' ELSE '' END",
        "boundary_west": f"CASE WHEN {described} THEN '西河' ELSE '' END",
        "boundary_north": f"CASE WHEN {described} AND {number(53, 9)} > 0 THEN '北山路' ELSE '' END",
        "establishment": f"CASE WHEN {number(131, 40)} = 0 THEN 'building' ELSE '' END",
        "version": "2",
    }
    sets = ", ".join(f"{column} = {sql}" for column, sql in values.items())
    picked = f"SELECT c.division_id FROM {_communities(ground)}"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Community._meta.db_table} AS c SET {sets} WHERE c.division_id IN ({picked})")


def _households() -> str:
    return f"(800 + {number(7919, 4800)})"


def _fill_cadres(source: str) -> None:
    person = f"c.division_id * {_PER_COMMUNITY} + n.n"
    many = f"{number(139, 25)} = 0"
    """Communities whose two committees are too large."""
    _insert(
        Person,
        {"id": person, "name": "'甲乙'", "sex": "'female'"},
        f"{source} CROSS JOIN {_numbers(14)} WHERE n.n <= 10 OR {many}",
    )
    seats = f"n.n <= 5 + {number(11, 5)} + CASE WHEN {many} THEN 5 ELSE 0 END AND {number(149, 40)} > 0"
    _insert(
        TwoCommitteeMember,
        {
            "person_id": person,
            "party_post": f"CASE WHEN n.n = 1 THEN 'secretary' WHEN n.n <= 3 + {number(151, 4)} "
            "THEN 'member' ELSE '' END",
            "committee_post": f"CASE WHEN n.n = 1 AND {number(19, 8)} > 0 THEN 'director' "
            f"WHEN n.n >= 4 OR n.n = 3 AND {number(137, 4)} > 0 THEN 'member' ELSE '' END",
            "heads_supervision": f"n.n = 5 AND {number(23, 6)} > 0",
            "is_fulltime": "n.n <= 3",
            "counts_toward_quota": "n.n <> 9",
            "started_on": day("2021-04-01"),
            "ended_on": f"CASE WHEN n.n = 6 AND {number(59, 4)} = 0 THEN {day('2025-12-31')} END",
        },
        f"{source} CROSS JOIN {_numbers(14)} WHERE {seats}",
    )
    _insert(
        CommunityWorker,
        {"person_id": person, "post": "'general'", "grade": "3", "started_on": day("2022-01-01")},
        f"{source} CROSS JOIN {_numbers(10)} WHERE (n.n = 3 OR n.n >= 9) AND {number(149, 50)} > 0",
    )


def _fill_places(source: str) -> None:
    building = number(61, 160000)
    activity = f"(CASE WHEN {number(163, 40)} = 0 THEN 110 ELSE 45 + {number(167, 40)} END)"
    _insert(
        Facility,
        {
            "name": "'服务设施' || n.n",
            "kind": f"CASE WHEN n.n = 1 THEN 'comprehensive' WHEN {number(157, 3)} = 0 THEN 'embedded' "
            f"WHEN {number(157, 3)} = 1 THEN 'rural_centre' ELSE 'station' END",
            "building_area_c": building,
            "activity_area_c": f"CASE WHEN {number(5, 20)} > 0 THEN {building} * {activity} / 100 END",
            "outdoor_area_c": f"{number(67, 250000)}",
            "provision_way": "'rebuild'",
            "started_on": f"CASE WHEN {number(7, 12)} = 0 THEN {day('2026-03-01')} "
            f"ELSE {day('2018-03-01')} END",
        },
        f"{source} CROSS JOIN {_numbers(2)} "
        f"WHERE (n.n = 1 OR {number(71, 10)} < 3) AND {number(173, 40)} > 0",
    )
    third, usual = f"{number(97, 5)} < 3", f"(200 + {number(73, 200)})"
    rest = f"{_households()} - {usual} * CASE WHEN {third} THEN 2 ELSE 1 END"
    """What the first grid needs for all households to be in one."""
    _insert(
        Grid,
        {
            "number": "'0' || n.n",
            "name": "'第' || n.n || '网格'",
            "kind": f"CASE WHEN {number(17, 10)} < 5 THEN 'residential' ELSE 'villager_group' END",
            "households": f"CASE WHEN n.n = 1 AND {number(179, 3)} = 0 THEN {rest} ELSE {usual} END",
            "population": f"600 + {number(73, 200)}",
            "party_org": f"CASE WHEN {number(79, 7)} = 0 THEN '' WHEN {number(79, 7)} = 1 THEN 'none' "
            "ELSE 'group' END",
            "head": "'甲乙'",
            "staff_count": "2",
            "villager_groups": "CASE WHEN n.n <= 2 THEN n.n || '组' ELSE '' END",
            "villager_group_count": "CASE WHEN n.n <= 2 THEN 1 ELSE 0 END",
            "boundary": f"CASE WHEN {number(83, 4)} > 0 THEN {json(_BOUNDARY)} END",
            "ended_on": f"CASE WHEN {number(181, 40)} = 0 OR n.n = 3 AND {number(89, 15)} = 0 "
            f"THEN {day('2026-01-01')} END",
        },
        f"{source} CROSS JOIN {_numbers(3)} WHERE (n.n <= 2 OR {third}) AND {number(191, 40)} > 0",
    )


def _fill_groups(source: str) -> None:
    _insert(
        Compound,
        {
            "name": "'小区' || n.n",
            "households": "420",
            "property_kind": f"CASE {number(101, 30)} WHEN 0 THEN '' WHEN 1 THEN 'none' "
            "ELSE 'commercial' END",
            "ended_on": f"CASE WHEN {number(193, 30)} = 0 THEN {day('2025-06-30')} END",
        },
        f"{source} CROSS JOIN {_numbers(2)} WHERE {number(197, 30)} > 0",
    )
    _insert(
        SocialOrganisation,
        {
            "name": "'社团' || n.n",
            "kind": "'mutual_aid'",
            "status": "'filed'",
            "started_on": day("2020-05-01"),
        },
        f"{source} CROSS JOIN {_numbers(12)} WHERE n.n <= {number(103, 12)}",
    )


def _fill_boundaries(source: str) -> None:
    """Two communities in five with one in force, of two of three with one before it; some drafts."""
    state = "CASE n.n WHEN 1 THEN 'replaced' WHEN 2 THEN 'current' ELSE 'draft' END"
    in_force = f"{number(199, 5)} < 2 AND (n.n = 2 OR n.n = 1 AND {number(211, 3)} > 0)"
    _insert(
        CommunityBoundary,
        {
            "number": "n.n",
            "state": state,
            "geometry": json(_BOUNDARY),
            "service_points": json("[]"),
            "source_system": "'cgcs2000'",
            "effective_from": f"CASE n.n WHEN 1 THEN {day('2024-05-01')} WHEN 2 THEN {day('2025-07-01')} END",
            "ended_on": f"CASE WHEN n.n = 1 THEN {day('2025-07-01')} END",
            "basis": "'批复'",
            **dict.fromkeys(("area_m2", "perimeter_m", "vertices", "west", "south", "east", "north"), "4"),
            "saved_at": "CURRENT_TIMESTAMP",
        },
        f"{source} CROSS JOIN {_numbers(3)} WHERE {in_force} OR n.n = 3 AND {number(223, 10)} = 0",
    )


def _numbers(last: int) -> str:
    rows = " UNION ALL ".join(f"SELECT {number} AS n" for number in range(1, last + 1))
    return f"({rows}) n"


def _insert(model: type[models.Model], given: dict[str, str], source: str) -> None:
    """INSERT … SELECT; columns not given get the default of their field."""
    columns: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if column in given:
            columns[column] = given[column]
        elif column in ("division_id", "path"):
            columns[column] = f"c.{column}"
        elif field.has_default():
            columns[column] = repr(int(field.get_default()))
        elif not field.null and not field.primary_key:
            columns[column] = "''"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
            f"SELECT {', '.join(columns.values())} FROM {source}"
        )
