"""Invented ledgers by the hundred thousand rows, set by set: the same numbers on every run and database.

Per community on average 1.3 facilities, 2.6 grids, 7 members of the two committees, 3 workers, 2 compounds,
5 social organisations and 11 ledger entries; some data are missing, some contradict each other.
"""

from datetime import date
from typing import Any

from django.db import connection, models

from assessments.models import Assessment, Scheme
from benchmarks.ground import Ground
from benchmarks.synthetic_entries import fill_entries
from cadres.models import CommunityWorker, TwoCommitteeMember
from communities.models import Community, Compound, SocialOrganisation
from facilities.models import Facility
from governance.divisions.models import Division, Level
from governance.divisions.paths import next_path, path_length
from governance.ledgers.models import LedgerEntry
from governance.people.models import Person
from grids.models import Grid

REGISTRIES = (
    *(Facility, Grid, TwoCommitteeMember, CommunityWorker, Compound, SocialOrganisation, LedgerEntry),
    *(Assessment, Scheme),
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
    fill_entries(source)
    _fill_schemes(source)
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


def _fill_schemes(source: str) -> None:
    """Every street its scheme, three in four of them with one before, and all its communities in it."""
    streets = Division.objects.filter(level=Level.STREET).only("pk", "path").iterator()
    Scheme.objects.bulk_create(
        [
            Scheme(
                division=street,
                path=street.path,
                year=2026,
                direction="down",
                title="考核方案",
                state="scoring",
                in_force_on=date(2026, 1, 10),
                satisfaction_c=3_000,
                previous_c=(2_900, 2_500, 3_000, None)[number % 4],
            )
            for number, street in enumerate(streets)
        ],
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assessments_assessment (division_id, path, scheme_id, self_report, exempt_reason) "
            f"SELECT c.division_id, c.path, s.id, '', '' FROM {source} "
            f"JOIN assessments_scheme s ON s.path = substr(c.path, 1, {path_length(Level.STREET)})"
        )


def _hash(factor: int, modulus: int) -> str:
    """A whole number below `modulus` that looks like chance and is not."""
    return f"((c.division_id * {factor} + c.division_id / 7) % {modulus})"


def _day(text: str) -> str:
    return f"CAST('{text}' AS date)" if connection.vendor == "postgresql" else f"'{text}'"


def _json(text: str) -> str:
    return f"CAST('{text}' AS jsonb)" if connection.vendor == "postgresql" else f"'{text}'"


def _communities(ground: Ground) -> str:
    path = ground.province.path
    scope = f"WHERE path >= '{path}' AND path < '{next_path(path)}' ORDER BY path LIMIT {ground.rows}"
    return f"(SELECT division_id, path FROM {Community._meta.db_table} {scope}) c"


def fill_communities(ground: Ground) -> None:
    households = f"(800 + {_hash(7919, 4600)})"
    values = {
        "area_type": f"CASE WHEN {_hash(31, 50)} = 0 THEN '' WHEN {_hash(17, 10)} < 4 THEN 'urban' "
        f"WHEN {_hash(17, 10)} < 5 THEN 'town' ELSE 'rural' END",
        "community_type": "'mixed'",
        "households_resident": households,
        "households_registered": f"{households} - 100",
        "population_resident": f"{households} * 3",
        "population_registered": f"{households} * 3 - 250",
        "population_urban_resident": f"{households} * 2",
        "founded_on": f"CASE WHEN {_hash(13, 20)} = 0 THEN {_day('2025-03-01')} "
        f"ELSE {_day('2003-05-01')} END",
        "is_new_build": f"CASE WHEN {_hash(41, 30)} = 0 THEN TRUE END",
        "is_converted_village": "FALSE",
        "party_org_kind": f"CASE WHEN {_hash(29, 5)} < 3 THEN 'general_branch' ELSE 'branch' END",
        "villager_groups": f"{_hash(37, 4)}",
        "registered_volunteers": f"CASE WHEN {_hash(43, 25)} > 0 "
        f"THEN {households} * (20 + {_hash(3, 40)}) / 100 END",
        "has_env_property_committee": f"{_hash(47, 3)} < 2",
        "boundary_east": "'东环路'",
        "boundary_south": "'南大街'",
        "boundary_west": "'西河'",
        "boundary_north": f"CASE WHEN {_hash(53, 9)} = 0 THEN '' ELSE '北山路' END",
        "version": "2",
    }
    sets = ", ".join(f"{column} = {sql}" for column, sql in values.items())
    picked = f"SELECT c.division_id FROM {_communities(ground)}"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Community._meta.db_table} AS c SET {sets} WHERE c.division_id IN ({picked})")


def _fill_cadres(source: str) -> None:
    person = f"c.division_id * {_PER_COMMUNITY} + n.n"
    _insert(
        Person, {"id": person, "name": "'甲乙'", "sex": "'female'"}, f"{source} CROSS JOIN {_numbers(10)}"
    )
    seats = f"n.n <= 5 + {_hash(11, 5)}"
    _insert(
        TwoCommitteeMember,
        {
            "person_id": person,
            "party_post": "CASE WHEN n.n = 1 THEN 'secretary' WHEN n.n <= 4 THEN 'member' ELSE '' END",
            "committee_post": f"CASE WHEN n.n = 1 AND {_hash(19, 8)} > 0 THEN 'director' "
            "WHEN n.n >= 3 THEN 'member' ELSE '' END",
            "heads_supervision": f"n.n = 5 AND {_hash(23, 6)} > 0",
            "is_fulltime": "n.n <= 3",
            "counts_toward_quota": "n.n <= 8",
            "started_on": _day("2021-04-01"),
            "ended_on": f"CASE WHEN n.n = 6 AND {_hash(59, 4)} = 0 THEN {_day('2025-12-31')} END",
        },
        f"{source} CROSS JOIN {_numbers(9)} WHERE {seats}",
    )
    _insert(
        CommunityWorker,
        {"person_id": person, "post": "'general'", "grade": "3", "started_on": _day("2022-01-01")},
        f"{source} CROSS JOIN {_numbers(10)} WHERE n.n = 3 OR n.n >= 9",
    )


def _fill_places(source: str) -> None:
    _insert(
        Facility,
        {
            "name": "'服务设施' || n.n",
            "kind": "CASE WHEN n.n = 1 THEN 'comprehensive' ELSE 'station' END",
            "building_area_c": f"{_hash(61, 160000)}",
            "activity_area_c": f"CASE WHEN {_hash(5, 20)} > 0 THEN {_hash(61, 160000)} * 6 / 10 END",
            "outdoor_area_c": f"{_hash(67, 250000)}",
            "provision_way": "'rebuild'",
            "started_on": f"CASE WHEN {_hash(7, 12)} = 0 THEN {_day('2026-03-01')} "
            f"ELSE {_day('2018-03-01')} END",
        },
        f"{source} CROSS JOIN {_numbers(2)} WHERE n.n = 1 OR {_hash(71, 10)} < 3",
    )
    _insert(
        Grid,
        {
            "number": "'0' || n.n",
            "name": "'第' || n.n || '网格'",
            "kind": f"CASE WHEN {_hash(17, 10)} < 5 THEN 'residential' ELSE 'villager_group' END",
            "households": f"200 + {_hash(73, 200)}",
            "population": f"600 + {_hash(73, 200)}",
            "party_org": f"CASE WHEN {_hash(79, 7)} = 0 THEN '' WHEN {_hash(79, 7)} = 1 THEN 'none' "
            "ELSE 'group' END",
            "head": "'甲乙'",
            "staff_count": "2",
            "villager_groups": "CASE WHEN n.n <= 2 THEN n.n || '组' ELSE '' END",
            "villager_group_count": "CASE WHEN n.n <= 2 THEN 1 ELSE 0 END",
            "boundary": f"CASE WHEN {_hash(83, 4)} > 0 THEN {_json(_BOUNDARY)} END",
            "ended_on": f"CASE WHEN n.n = 3 AND {_hash(89, 15)} = 0 THEN {_day('2026-01-01')} END",
        },
        f"{source} CROSS JOIN {_numbers(3)} WHERE n.n <= 2 OR {_hash(97, 5)} < 3",
    )


def _fill_groups(source: str) -> None:
    _insert(
        Compound,
        {
            "name": "'小区' || n.n",
            "households": "420",
            "property_kind": f"CASE WHEN {_hash(101, 30)} = 0 THEN '' WHEN {_hash(101, 30)} = 1 THEN 'none' "
            "ELSE 'commercial' END",
        },
        f"{source} CROSS JOIN {_numbers(2)}",
    )
    _insert(
        SocialOrganisation,
        {
            "name": "'社团' || n.n",
            "kind": "'mutual_aid'",
            "status": "'filed'",
            "started_on": _day("2020-05-01"),
        },
        f"{source} CROSS JOIN {_numbers(12)} WHERE n.n <= {_hash(103, 12)}",
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
