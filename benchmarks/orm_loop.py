"""The other reference of the evaluation: object by object through the ORM, a result row each."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Max, QuerySet, Sum

from benchmarks.models import LoopResult
from cadres.models import CommunityWorker, TwoCommitteeMember
from communities.models import Community, Compound, SocialOrganisation
from facilities.models import Facility
from governance.policies.evaluation.resolve import Rule
from grids.models import Grid

Value = int | float | Decimal | None


def evaluate(communities: Iterable[Community], rules: Iterable[Rule], on: date) -> None:
    """Measure and store every standard of every community; a simple reading of outcomes, for time only."""
    for community in communities:
        for rule in rules:
            if not community.path.startswith(rule.path):
                continue
            value = _MEASURES.get(rule.indicator.code, _seats)(community, on)
            letter = "D" if value is None or not community.area_type else "M" if value >= 1 else "N"
            LoopResult.objects.create(
                division_id=community.division_id, standard=rule.code, value=value, letter=letter
            )


def _grids(community: Community, on: date) -> QuerySet[Grid]:
    return Grid.objects.active_on(on).filter(division_id=community.division_id)


def _rooms(community: Community, on: date) -> QuerySet[Facility]:
    rows = Facility.objects.active_on(on).filter(division_id=community.division_id)
    return rows.exclude(kind="embedded")


def _members(community: Community, on: date) -> QuerySet[TwoCommitteeMember]:
    return TwoCommitteeMember.objects.active_on(on).filter(division_id=community.division_id)


def _seats(community: Community, on: date) -> Value:
    return _members(community, on).filter(counts_toward_quota=True).count()


def _share(part: Value, whole: Value) -> Value:
    return None if part is None or not whole else float(part) / float(whole)


def _workers(community: Community, on: date) -> Value:
    workers = CommunityWorker.objects.active_on(on).filter(division_id=community.division_id)
    only = _members(community, on).filter(is_fulltime=True).exclude(person__in=workers.values("person"))
    return workers.count() + only.count()


def _sides(community: Community, on: date) -> Value:
    sides = ("east", "south", "west", "north")
    return sum(bool(getattr(community, f"boundary_{side}")) for side in sides)


_MEASURES: dict[str, Callable[[Community, date], Value]] = {
    "households": lambda c, on: c.households_resident,
    "residents": lambda c, on: c.population_resident,
    "volunteer_rate": lambda c, on: _share(c.registered_volunteers, c.population_resident),
    "env_property_committee": lambda c, on: c.has_env_property_committee,
    "boundary_sides": _sides,
    "social_organisations": lambda c, on: (
        SocialOrganisation.objects.active_on(on).filter(division_id=c.division_id).count()
    ),
    "property_coverage": lambda c, on: _share(
        Compound.objects.active_on(on)
        .filter(division_id=c.division_id)
        .exclude(property_kind="none")
        .count(),
        Compound.objects.active_on(on).filter(division_id=c.division_id).count(),
    ),
    "has_grids": lambda c, on: _grids(c, on).exists(),
    "largest_grid": lambda c, on: _grids(c, on).aggregate(largest=Max("households"))["largest"],
    "group_grid_match": lambda c, on: _grids(c, on).filter(villager_group_count=1).count(),
    "grid_coverage": lambda c, on: _share(
        _grids(c, on).aggregate(total=Sum("households"))["total"], c.households_resident
    ),
    "grid_party_coverage": lambda c, on: _share(
        _grids(c, on).exclude(party_org__in=["", "none"]).count(), _grids(c, on).count()
    ),
    "grid_map_coverage": lambda c, on: _share(
        _grids(c, on).filter(boundary__isnull=False).count(), _grids(c, on).count()
    ),
    "facility_area": lambda c, on: _rooms(c, on).aggregate(total=Sum("building_area_c"))["total"],
    "outdoor_area": lambda c, on: _rooms(c, on).aggregate(total=Sum("outdoor_area_c"))["total"],
    "activity_share": lambda c, on: _share(
        _rooms(c, on).aggregate(total=Sum("activity_area_c"))["total"],
        _rooms(c, on).aggregate(total=Sum("building_area_c"))["total"],
    ),
    "stations_opened": lambda c, on: _rooms(c, on).filter(kind="station", started_on__year=on.year).count(),
    "rural_centres_opened": lambda c, on: (
        _rooms(c, on).filter(kind="rural_centre", started_on__year=on.year).count()
    ),
    "workers_per_10000": lambda c, on: _share(_workers(c, on), c.population_urban_resident),
    "cross_appointment_rate": lambda c, on: _share(
        _members(c, on).exclude(party_post="").exclude(committee_post="").count(),
        _members(c, on).exclude(party_post="").count(),
    ),
    "fulltime_rate": lambda c, on: _share(
        _members(c, on).filter(is_fulltime=True).count(), _members(c, on).count()
    ),
}
