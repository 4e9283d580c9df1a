"""Makers of registry rows for tests: short descriptions in, rows of one community out."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from django.utils import timezone

from assessments.models import Assessment, Scheme
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
from governance.accounts.models import User
from governance.divisions.models import Division, Level
from governance.exchange import sheets
from governance.people.models import Person
from grids.models import Grid
from tests.factories import Tree

BEGAN = date(2020, 1, 1)


def fill_community(division: Division, **fields: Any) -> Community:
    """Set fields of the division's community; it counts as filled once it has an area type."""
    community = Community.objects.get(division=division)
    for name, value in {"area_type": "urban", **fields}.items():
        setattr(community, name, value)
    community.save()
    return community


def add_grids(division: Division, grids: list[dict[str, Any]]) -> None:
    for number, grid in enumerate(grids, start=1):
        fields = {
            "number": f"{number:03d}",
            "name": f"第{number}网格",
            "kind": "residential",
            "households": 100,
        }
        Grid.objects.create(division=division, **{**fields, **grid})


def add_members(
    division: Division,
    *,
    both: int = 0,
    party: int = 0,
    committee: int = 0,
    fulltime: int = 0,
    outside: int = 0,
    secretary_director: bool | None = None,
    supervision: int = 0,
    left: int = 0,
) -> None:
    """Members in office: `both` sit in both committees, `fulltime` of all are full-time, `outside` stand
    outside the quota, `left` have left. `secretary_director`: one person (True) or two (False)."""
    posts = [("member", "member")] * both + [("member", "")] * party + [("", "member")] * committee
    posts += [("", "member")] * outside + [("member", "member")] * left
    if secretary_director is not None:
        chiefs = [("secretary", "director")] if secretary_director else [("secretary", ""), ("", "director")]
        posts = chiefs + posts
    counted = len(posts) - outside - left
    for k, (party_post, committee_post) in enumerate(posts):
        TwoCommitteeMember.objects.create(
            division=division,
            person=Person.objects.create(name=f"演示成员{k}"),
            party_post=party_post,
            committee_post=committee_post,
            heads_supervision=k < supervision,
            is_fulltime=k < fulltime,
            counts_toward_quota=not counted <= k < counted + outside,
            started_on=BEGAN,
            ended_on=date(2023, 1, 1) if k >= counted + outside else None,
        )


def add_workers(division: Division, count: int, *, people: list[Person] | None = None, **fields: Any) -> None:
    for k in range(count):
        person = people[k] if people and k < len(people) else Person.objects.create(name=f"演示社工{k}")
        CommunityWorker.objects.create(division=division, person=person, started_on=BEGAN, **fields)


def add_facilities(division: Division, facilities: list[dict[str, Any]]) -> None:
    for number, facility in enumerate(facilities, start=1):
        fields = {"name": f"设施{number}", "kind": "comprehensive", "started_on": BEGAN, "building_area_c": 0}
        Facility.objects.create(division=division, **{**fields, **facility})


def add_compounds(division: Division, kinds: list[str | dict[str, Any]]) -> None:
    """Each is its kind of property service, or fields of its own."""
    for number, kind in enumerate(kinds, start=1):
        fields = {"property_kind": kind} if isinstance(kind, str) else kind
        fields = {"name": f"小区{number}", "households": 100, "started_on": BEGAN, **fields}
        Compound.objects.create(division=division, **fields)


def add_organisations(division: Division, count: int, *, dissolved: int = 0) -> None:
    for number in range(count + dissolved):
        SocialOrganisation.objects.create(
            division=division,
            name=f"组织{number}",
            status="registered" if number % 2 else "filed",
            started_on=BEGAN,
            ended_on=None if number < count else date(2023, 1, 1),
        )


def add_records(division: Division, entries: list[dict[str, Any]]) -> None:
    """Entries of ledgers: `type` is the measure (with its part); `values` by field key, in the smallest
    units. Types of a higher level are about the division of that level in which `division` lies."""
    for number, entry in enumerate(entries, start=1):
        sheet = sheets.by_slug(entry["type"].lower())
        assert sheet is not None, entry["type"]
        place = division
        while place.level > sheet.level and place.parent is not None:
            place = place.parent
        row = sheet.model(
            division=place,
            name=entry.get("name", f"记录{number}"),
            period=str(entry.get("period", "")),
            started_on=entry.get("started_on", BEGAN),
            ended_on=entry.get("ended_on"),
        )
        for key, value in entry.get("values", {}).items():
            setattr(row, f"v_{key}", value)
        sheet.resource.finish(row)
        row.save()


def add_adjustments(division: Division, plans: list[dict[str, Any]]) -> None:
    """Plans carried out from which the community came; other `state`s count for nothing."""
    street = division.parent
    assert street is not None
    for plan in plans:
        fields = {"kind": "split", "state": "applied", "effective_on": BEGAN, "listed": 1}
        clerk, _ = User.objects.get_or_create(username="demo-planner", defaults={"display_name": "演示"})
        made = Adjustment.objects.create(
            division=street,
            basis="演示方案",
            approval="演示批复",
            drafted_by=clerk,
            applied_at=timezone.now(),
            key=uuid4().hex,
            **{**fields, **plan},
        )
        Successor.objects.create(adjustment=made, number=1, name=division.name, division=division)


def add_boundary(division: Division, **changes: Any) -> None:
    """A boundary in force since `BEGAN`, or as `changes` say."""
    fields = {"state": "current", "effective_from": BEGAN, "basis": "演示文件", "source_system": "cgcs2000"}
    CommunityBoundary.objects.create(
        division=division,
        number=1,
        geometry={},
        **dict.fromkeys(("area_m2", "perimeter_m", "vertices", "west", "south", "east", "north"), 1),
        **{**fields, **changes},
    )


def add_scheme(division: Division, *, weight: int, previous: int | None = None, **fields: Any) -> Scheme:
    """A scheme of an organiser in force since `BEGAN`, residents' satisfaction weighing `weight`; all its
    communities are in it."""
    fields = {"direction": "down", "year": 2026, "title": "演示考核方案", "state": "scoring", **fields}
    if fields["state"] != "draft":
        fields.setdefault("in_force_on", BEGAN)
    scheme = Scheme.objects.create(division=division, satisfaction_c=weight, previous_c=previous, **fields)
    scheme.criteria.create(place=1, name="群众满意度", weight_c=weight, source="residents")
    scheme.criteria.create(place=2, name="日常工作", weight_c=10_000 - weight, source="direct")
    for community in Division.objects.under(division.path).filter(level=Level.COMMUNITY):
        Assessment.objects.create(scheme=scheme, division=community)
    return scheme


Maker = Callable[[Division, Any], object]


def _workers(division: Division, facts: int | list[dict[str, Any]]) -> None:
    """A number of workers, or a list of `{count, certificate, …}`."""
    for group in [{"count": facts}] if isinstance(facts, int) else facts:
        add_workers(division, **{"count": 1, **group})


def _opened(division: Division, day: Any) -> None:
    division.opened_on = day
    division.save()


FACTS: dict[str, Maker] = {
    "opened_on": _opened,
    "community": lambda division, facts: fill_community(division, **facts),
    "grids": add_grids,
    "members": lambda division, facts: add_members(division, **facts),
    "workers": _workers,
    "facilities": add_facilities,
    "compounds": add_compounds,
    "organisations": lambda division, facts: add_organisations(division, **facts),
    "records": add_records,
    "adjustments": add_adjustments,
    "boundary": lambda division, facts: add_boundary(division, **facts),
}
"""What a case may say of a community, by key. Other apps' rows join by a maker of their own."""


def add_facts(division: Division, facts: dict[str, Any]) -> None:
    """Everything a case describes; keys that are no facts are left to the test."""
    for key, make in FACTS.items():
        if facts.get(key) is not None:
            make(division, facts[key])


def fill_tree(tree: Tree) -> None:
    """Three filled communities in two streets, one left empty; 莲湖路社区 has 900 households, 100 too few."""
    for k, code in enumerate(("610104001001", "610104001002", "610104002001"), start=1):
        division = tree[code]
        fill_community(
            division,
            households_resident=900 * k,
            population_resident=5000 * k,
            population_urban_resident=5000 * k,
            registered_volunteers=600 * k,
            has_env_property_committee=k != 2,
        )
        add_grids(division, [{"households": 300, "party_org": "branch"}] * k)
        add_members(division, both=3, party=2, committee=4, fulltime=4, secretary_director=None)
        add_workers(division, 8 * k)
        add_facilities(
            division, [{"building_area_c": 27001 * k, "activity_area_c": 20000, "outdoor_area_c": 99999}]
        )
        add_compounds(division, ["commercial"] * k)
        add_organisations(division, 8 + k)
