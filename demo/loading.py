"""Loading the invented ledger of 莲湖区: all of it in one transaction, or nothing."""

from django.db import models, transaction

from cadres.models import CommunityWorker, TwoCommitteeMember
from communities.choices import AreaType
from communities.models import Community, CommunityBoundary, Compound, SocialOrganisation
from demo.boundaries import invented_boundary
from demo.cases import CASES, Case
from demo.dates import FIRST_HALF, LATER
from demo.figures import Figures, figures_of
from demo.people import MARK, invented_persons
from demo.places import community_rectangles
from demo.rows import Rows
from facilities.models import Facility
from governance.audit.models import EventKind
from governance.audit.services import build, record_many
from governance.divisions.models import Division
from governance.divisions.paths import under
from governance.people.models import Person
from governance.policies import findings
from grids.models import Grid

DISTRICT = "610104"
REGISTRIES: dict[str, type[models.Model]] = {
    "grids": Grid,
    "members": TwoCommitteeMember,
    "workers": CommunityWorker,
    "facilities": Facility,
    "compounds": Compound,
    "organisations": SocialOrganisation,
}
"""Models by their attribute of `Rows`."""
_BATCH = 500
_PHONES_EACH = 70
_COMMUNITY_FIELDS = (
    "area_type",
    "community_type",
    "households_resident",
    "households_registered",
    "population_resident",
    "population_registered",
    "population_urban_resident",
    "founded_on",
    "is_converted_village",
    "party_org_kind",
    "registered_volunteers",
    "has_env_property_committee",
    "boundary_east",
    "boundary_south",
    "boundary_west",
    "boundary_north",
)


def district() -> Division:
    """莲湖区; raises `UnknownCode` before the divisions are loaded."""
    return Division.objects.by_code(DISTRICT)


def has_entries(division: Division) -> bool:
    """Whether anything was entered in a registry below the division."""
    within = under(division.path)
    if Community.objects.filter(within).exclude(area_type="").exists():
        return True
    models_of_entries = (CommunityBoundary, *REGISTRIES.values())
    return any(model._base_manager.filter(within).exists() for model in models_of_entries)


@transaction.atomic
def load_registries() -> dict[str, int]:
    """Enter the invented ledger and measure it; returns how many rows of each registry were written.

    Nothing is done, and {} returned, when the district has entries already: real ones are never touched.
    Findings are those of the first half-year, brought up to date with what changed later.
    """
    area = district()
    if has_entries(area):
        return {}
    communities = list(
        Community.objects.filter(under(area.path)).select_related("division").order_by("division__code")
    )
    rectangles = community_rectangles([community.division.code for community in communities])
    filled, all_rows, boundaries = [], [], []
    for number, community in enumerate(communities):
        code = community.division.code
        case = CASES.get(code, Case())
        if case.unfilled:
            continue
        figures = figures_of(code, case)
        people = invented_persons(code, phone_from=number * _PHONES_EACH)
        all_rows.append(Rows(community.division, case, figures, rectangles[code], people))
        _fill(community, case, figures, all_rows[-1].name)
        boundaries.append(invented_boundary(community.division, rectangles[code]))
        filled.append(community)
    Community.objects.bulk_update(filled, [*_COMMUNITY_FIELDS, "version"], batch_size=50)
    counts = {Community._meta.verbose_name: len(filled)}
    CommunityBoundary.objects.bulk_create(boundaries, batch_size=_BATCH)
    counts[CommunityBoundary._meta.verbose_name] = len(boundaries)
    persons = [person for rows in all_rows for person in rows.persons]
    Person.objects.bulk_create(persons, batch_size=_BATCH)
    for name, model in REGISTRIES.items():
        entries = [entry for rows in all_rows for entry in getattr(rows, name)]
        for entry in entries:
            if isinstance(entry, Grid):
                entry.normalise()
        model._base_manager.bulk_create(entries, batch_size=_BATCH)
        counts[model._meta.verbose_name] = len(entries)
    record_many(
        build(
            EventKind.IMPORT,
            obj=area,
            reason=f"装载{MARK}数据",
            detail={"source": MARK, "registry": registry, "new": count},
        )
        for registry, count in counts.items()
    )
    for day in (FIRST_HALF, LATER):
        findings.refresh(path=area.path, on=day)
    return counts


def _fill(community: Community, case: Case, figures: Figures, name: str) -> None:
    """What is known of the community itself."""
    population = None if "population" in case.without else figures.population
    registered = None if population is None else figures.population_registered
    community.area_type = AreaType.URBAN
    community.community_type = figures.community_type
    community.households_resident = figures.households
    community.households_registered = figures.households_registered
    community.population_resident = community.population_urban_resident = population
    community.population_registered = registered
    community.founded_on = figures.founded_on
    community.is_converted_village = figures.is_converted_village
    community.party_org_kind = figures.party_org_kind
    community.registered_volunteers = None if "volunteers" in case.without else figures.volunteers
    community.has_env_property_committee = figures.has_env_committee
    sides = ("east", "south", "west", "north")
    for side, label in zip(sides[: figures.sides], "东南西北", strict=False):
        setattr(community, f"boundary_{side}", f"{MARK}{name}{label}路")
    community.version += 1
