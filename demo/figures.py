"""Invented figures of one community: seeded by its code, so the same on every machine and every day."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from communities.choices import CommunityType, PartyOrgKind
from demo.cases import Case

WEAK_STREETS = {"610104002": 1.25, "610104004": 1.15, "610104009": 1.25}
"""Streets where more is amiss than elsewhere."""
WORKER_RATES = {"610104004": 155, "610104008": 172, "610104009": 149}
"""Workers per 100,000 residents of streets that are short of them."""
_USUAL_WORKER_RATE = 187
_AREA_PER_HOUSEHOLD_C = 30
_GRID = 300
_TYPES = (
    CommunityType.OLD_TOWN,
    CommunityType.WORK_UNIT,
    CommunityType.NEW_ESTATE,
    CommunityType.AFFORDABLE_HOUSING,
    CommunityType.COMMERCIAL,
    CommunityType.MIXED,
)


@dataclass(frozen=True)
class Figures:
    """What is entered for a community; areas in hundredths of a ㎡."""

    households: int
    population: int
    households_registered: int
    population_registered: int
    volunteers: int
    founded_on: date
    community_type: CommunityType
    party_org_kind: PartyOrgKind
    has_env_committee: bool
    sides: int
    is_converted_village: bool
    grids: list[int]
    grids_without_party: int
    grids_without_map: int
    has_dedicated_grid: bool
    party: int
    committee: int
    cross: int
    fulltime: int
    secretary_is_director: bool
    has_supervision: bool
    workers: int
    building_area_c: int
    activity_area_c: int
    outdoor_area_c: int
    has_second_facility: bool
    has_embedded_facility: bool
    compounds: int
    unmanaged: int
    organisations: int


class _Dice:
    """Draws of one community; how much goes wrong depends on its luck and its street."""

    def __init__(self, code: str) -> None:
        self.rng = Random(f"演示数据 {code}")
        self.luck = self.rng.uniform(0.4, 1.75) * WEAK_STREETS.get(code[:9], 0.9)

    def fails(self, chance: float) -> bool:
        return self.rng.random() < chance * self.luck

    def between(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)


def _or(wish: Any, made: Any) -> Any:
    return made if wish is None else wish


def figures_of(code: str, case: Case) -> Figures:
    """The figures of a community: the wishes of its case, the rest drawn.

    Every figure is drawn even when a wish overrides it, so that a new wish does not move the others.
    """
    dice = _Dice(code)
    between, fails = dice.between, dice.fails
    households = _or(case.households, int(dice.rng.triangular(1950, 4650, 2600)))
    crowded = max(households * between(250, 292) // 100, 5020 + between(0, 400))
    population = _or(case.population, crowded)
    registered = between(58, 96)
    short_of_volunteers, permille = fails(0.27), (between(88, 128), between(132, 172))
    volunteers = _or(case.volunteers, population * permille[0 if short_of_volunteers else 1] // 1000)
    founded_on = _or(case.founded_on, date(between(1958, 2019), between(1, 12), between(1, 28)))
    grids = _grids(dice, case, households)
    small, kinds = households < 1500, (PartyOrgKind.GENERAL_BRANCH, PartyOrgKind.COMMITTEE)
    kind = PartyOrgKind.BRANCH if small else kinds[between(0, 1)]
    posts = _posts(dice, case, households, usual_party=3 if small else 5)
    rate = WORKER_RATES.get(code[:9], _USUAL_WORKER_RATE) + between(-14, 14)
    areas = _areas(dice, case, households, is_new=founded_on >= date(2024, 2, 29))
    compounds = between(4, 12)
    return Figures(
        households=households,
        population=population,
        households_registered=households * registered // 100,
        population_registered=population * registered // 100,
        volunteers=volunteers,
        founded_on=founded_on,
        community_type=_TYPES[between(0, len(_TYPES) - 1)],
        party_org_kind=kind,
        has_env_committee=not fails(0.1),
        sides=between(2, 3) if fails(0.07) else 4,
        is_converted_village=between(1, 100) <= 8,
        grids=grids,
        grids_without_party=between(1, 3) if fails(0.22) else 0,
        grids_without_map=between(1, 4) if fails(0.26) else 0,
        has_dedicated_grid=between(1, 100) <= 40,
        secretary_is_director=_or(case.secretary_is_director, not fails(0.07)),
        has_supervision=not fails(0.06),
        workers=max(posts["fulltime"] + 1, (population * rate + 50_000) // 100_000),
        has_second_facility=between(1, 100) <= 35,
        has_embedded_facility=between(1, 100) <= 25,
        compounds=compounds,
        unmanaged=between(1, min(3, compounds)) if fails(0.3) else 0,
        organisations=_or(case.organisations, between(6, 9) if fails(0.26) else between(10, 14)),
        **posts,
        **areas,
    )


def _grids(dice: _Dice, case: Case, households: int) -> list[int]:
    """Households of each residential grid: about 300, never more unless grids are large here."""
    nominal = -(-households // _GRID)
    too_few, missing = dice.between(1, 2), dice.between(8, 55) if dice.fails(0.12) else 0
    large = _or(case.large_grids, dice.fails(0.17))
    count = max(1, nominal - too_few) if large else nominal
    inside = households + case.grid_surplus if case.grid_surplus else households - missing
    share, rest = divmod(inside, count)
    sizes = [share + (1 if number < rest else 0) for number in range(count)]
    limit = 2 * _GRID if large or case.grid_surplus else _GRID
    for left in range(0, count - 1, 2):
        moved = dice.between(0, max(0, min(45, limit - sizes[left])))
        sizes[left] += moved
        sizes[left + 1] -= moved
    return sizes


def _posts(dice: _Dice, case: Case, households: int, usual_party: int) -> dict[str, int]:
    """Seats of the two committees; `cross` persons hold posts in both."""
    seats = 5 if households < 2000 else 7 if households <= 4000 else 9
    party = _or(case.party, 4 if dice.fails(0.09) else usual_party)
    committee = _or(case.committee, seats - 1 if dice.fails(0.12) else seats)
    # Nine seats and five leaders keep to eleven persons only when three sit on both.
    enough = max(-(-party * 60 // 100), party + committee - 11)
    cross = min(party, enough + dice.between(0, 1))
    cross = _or(case.cross, enough - 1 if dice.fails(0.1) else cross)
    persons = party + committee - cross
    enough = -(-persons * 40 // 100)
    fulltime = enough - 1 if dice.fails(0.12) else min(persons, enough + dice.between(0, 2))
    return {"party": party, "committee": committee, "cross": cross, "fulltime": _or(case.fulltime, fulltime)}


def _areas(dice: _Dice, case: Case, households: int, *, is_new: bool) -> dict[str, int]:
    """Areas of all service facilities together, drawn in whole ㎡."""
    base = households * _AREA_PER_HOUSEHOLD_C
    required = max(base, 60000) if is_new and households <= 2000 else base
    share = dice.between(55, 96) if dice.fails(0.24) else dice.between(101, 148)
    building = _or(case.building_area_c, -(-required * share // 10000) * 100)
    share = dice.between(44, 58) if dice.fails(0.2) else dice.between(61, 76)
    activity = _or(case.activity_area_c, building * share // 10000 * 100)
    outdoor = dice.between(160, 980) if dice.fails(0.3) else dice.between(1005, 2600)
    return {
        "building_area_c": building,
        "activity_area_c": activity,
        "outdoor_area_c": _or(case.outdoor_area_c, outdoor * 100),
    }
