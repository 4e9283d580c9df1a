"""Communities with something to show: exact boundaries, vacancies, short facilities, faulty and missing data.

A case fixes some figures of a community; what it leaves open is generated (figures.py). Very large and very
small communities are those of the seven and eight that LH-ADJ-01 speaks of in number, never by name.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Case:
    """Wishes for one community; None leaves a figure to the generator. Areas in hundredths of a ㎡."""

    about: str = ""
    unfilled: bool = False
    without: frozenset[str] = frozenset()
    """Registries or figures left empty: population, volunteers, grids, members, facilities, activity,
    outdoor, property."""
    households: int | None = None
    population: int | None = None
    founded_on: date | None = None
    volunteers: int | None = None
    organisations: int | None = None
    building_area_c: int | None = None
    activity_area_c: int | None = None
    outdoor_area_c: int | None = None
    party: int | None = None
    committee: int | None = None
    cross: int | None = None
    fulltime: int | None = None
    outside_quota: int = 0
    secretary_is_director: bool | None = None
    secretary_vacant: bool = False
    director_vacant: bool = False
    large_grids: bool | None = None
    grid_surplus: int = 0
    later_secretary: bool = False
    """The vacant post of secretary was filled after the first half-year."""
    later_director_left: bool = False
    later_area_c: int = 0
    later_organisations: int = 0
    later_organisations_ended: int = 0
    later_workers: int = 0


_NORMAL = {"outdoor_area_c": 120000, "large_grids": False, "secretary_is_director": True}

VERY_LARGE = {
    "610104003011": Case("just above the band, persons inside it", households=5001, population=14950),
    "610104004020": Case(households=5380, population=15210),
    "610104006009": Case(households=5620, population=15480, large_grids=True),
    "610104006012": Case(households=6130, population=16820),
    "610104007020": Case("the largest", households=7460, population=19700, large_grids=True),
    "610104008020": Case(households=5240, population=15060),
    "610104009023": Case(households=6580, population=17930, large_grids=True),
}
VERY_SMALL = {
    "610104001009": Case("just below the band", households=999, population=2910),
    "610104001010": Case(households=860, population=2390),
    "610104002002": Case(households=742, population=2105),
    "610104002007": Case(households=690, population=1962),
    "610104002017": Case(households=905, population=2518),
    "610104004011": Case(households=814, population=2260),
    "610104006013": Case(households=633, population=1748),
    "610104009006": Case(households=958, population=2671),
}
BOUNDARY = {
    "610104001001": Case("lower end of both bands", households=1000, population=5000, **_NORMAL),
    "610104001002": Case("volunteers exactly 13 %", households=2900, population=8000, volunteers=1040),
    "610104001005": Case(
        "2000 households take 7 seats; 600.00 ㎡ required and there; 10 organisations",
        households=2000,
        population=5260,
        building_area_c=60000,
        organisations=10,
        party=5,
        committee=7,
        cross=3,
    ),
    "610104001006": Case(
        "4000 households take 7 seats; 9 organisations, a tenth one later",
        households=4000,
        population=10400,
        organisations=9,
        later_organisations=1,
        party=5,
        committee=7,
        cross=3,
    ),
    "610104001007": Case(
        "upper end of both bands; area and activity share exactly as required",
        households=5000,
        population=15000,
        building_area_c=150000,
        activity_area_c=90000,
        **_NORMAL,
    ),
    "610104002001": Case(
        "12.9992 % volunteers: rounds to 13.00 and misses", households=4700, population=13847, volunteers=1800
    ),
    "610104002003": Case("0.01 ㎡ short", households=2903, building_area_c=87089),
    "610104002004": Case("square exactly 1000.00 ㎡", outdoor_area_c=100000),
    "610104002008": Case("square recorded as 0", outdoor_area_c=0),
    "610104002013": Case(
        "11 persons, 3 of 5 crossed: both limits exactly", households=4300, party=5, committee=9, cross=3
    ),
    "610104002014": Case("12 persons", households=4200, party=5, committee=9, cross=2),
    "610104002020": Case(
        "4 of 10 full-time: exactly 40 %", households=4150, party=5, committee=9, cross=4, fulltime=4
    ),
    "610104003001": Case("941.10 ㎡ required and there", households=3137, building_area_c=94110),
    "610104003003": Case("activity share 59.999 %", building_area_c=100000, activity_area_c=59999),
}
NEW = {
    "610104004022": Case(
        "new, 600 ㎡",
        founded_on=date(2024, 5, 20),
        households=1500,
        population=5100,
        building_area_c=60000,
    ),
    "610104004024": Case(
        "new, enough by households but below 600 ㎡",
        founded_on=date(2025, 3, 18),
        households=1800,
        population=5610,
        building_area_c=54500,
    ),
    "610104004026": Case(
        "founded on the day of the document, 2000 households",
        founded_on=date(2024, 2, 29),
        households=2000,
        population=5730,
        building_area_c=60000,
    ),
    "610104004025": Case(
        "founded the day before: no floor of 600 ㎡",
        founded_on=date(2024, 2, 28),
        households=1500,
        population=5080,
        building_area_c=45000,
    ),
    "610104004023": Case(
        "new, above 2000 households: by households only",
        founded_on=date(2025, 9, 10),
        households=2001,
        population=5905,
        building_area_c=60030,
    ),
}
POSTS = {
    "610104001004": Case("no secretary until later", secretary_vacant=True, later_secretary=True),
    "610104001008": Case("secretary and director are two persons", secretary_is_director=False),
    "610104003004": Case("four committee members", households=2600, committee=4, party=5, cross=3),
    "610104003007": Case("four party leaders: inside the range, off the norm", party=4, cross=3),
    "610104003008": Case("six seats where seven are usual", households=3000, committee=6, party=5, cross=3),
    "610104003010": Case("two part-time members outside the seats", outside_quota=2),
    "610104005009": Case("no secretary", secretary_vacant=True),
    "610104006018": Case("the director left after the first half", later_director_left=True),
    "610104008009": Case("no director", director_vacant=True),
    "610104009012": Case("no secretary until later", secretary_vacant=True, later_secretary=True),
}
FAULTY = {
    "610104001013": Case("more households in grids than there are", grid_surplus=260),
    "610104002010": Case("more activity area than building", building_area_c=98000, activity_area_c=116000),
    "610104008013": Case("more households in grids than there are", grid_surplus=35),
}
MISSING = {
    "610104001012": Case("no facility entered", without=frozenset({"facilities"})),
    "610104002011": Case("nothing entered", unfilled=True),
    "610104004019": Case("nothing entered", unfilled=True),
    "610104005007": Case("nothing entered", unfilled=True),
    "610104005010": Case("no persons", without=frozenset({"population"})),
    "610104006016": Case("no members entered", without=frozenset({"members"})),
    "610104007016": Case("nothing entered", unfilled=True),
    "610104007018": Case("no grids entered", without=frozenset({"grids"})),
    "610104008021": Case("no activity area", without=frozenset({"activity", "outdoor"})),
    "610104009020": Case("no volunteers, no property", without=frozenset({"volunteers", "property"})),
    "610104009021": Case("nothing entered", unfilled=True),
}
OTHERS = {
    "610104001011": Case("grids above 300 households", large_grids=True),
    "610104003005": Case("an organisation was deregistered", organisations=10, later_organisations_ended=1),
    "610104003009": Case("short until later", building_area_c=52000, households=3260, later_area_c=48000),
    "610104007010": Case("short until later", building_area_c=61000, households=2740, later_area_c=24000),
    "610104008004": Case("short until later", building_area_c=70000, households=3080, later_area_c=24000),
    "610104009008": Case("workers hired", later_workers=3),
    "610104009011": Case("workers hired", later_workers=3),
    "610104009013": Case("workers hired", later_workers=2),
}

CASES: dict[str, Case] = VERY_LARGE | VERY_SMALL | BOUNDARY | NEW | POSTS | FAULTY | MISSING | OTHERS
