"""How evaluation grows: a city, the province city by city, the province at once; time a community and memory.

Nothing as large as the country is filled. What a community costs is measured at two sizes and must stay the
same; only then may the country be reckoned from it, which `country` (seconds) does.
"""

import resource
from collections.abc import Iterator

from django.db.models import Count
from django.db.models.functions import Substr

from benchmarks import synthetic
from benchmarks.ground import NATIONAL, ON, Ground
from benchmarks.timing import Measurement, by_turns, say, seconds
from communities.models import Community
from governance.divisions.models import Level
from governance.divisions.paths import path_length, under
from governance.ledgers.models import LedgerEntry
from governance.policies.evaluation.store import store_frozen

ROUNDS = 3


def _cities(ground: Ground) -> list[tuple[str, int]]:
    """Path and communities of each city of the province, the smallest first."""
    rows = Community.objects.filter(under(ground.province.path)).order_by()
    rows = rows.annotate(city=Substr("path", 1, path_length(Level.CITY)))
    counts = rows.values("city").annotate(count=Count("pk"))
    return sorted(((row["city"], row["count"]) for row in counts), key=lambda each: each[1])


def _peak() -> int:
    """The most memory this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(ground: Ground) -> Iterator[Measurement]:
    if not LedgerEntry.objects.exists():
        spent = seconds(lambda: synthetic.fill(ground))
        say(f"  ledgers filled in {spent:.0f} s")
    cities = _cities(ground)
    middle, few = cities[len(cities) // 2]
    many = sum(count for _, count in cities)

    def one() -> None:
        store_frozen(on=ON, path=middle)

    def each() -> None:
        for path, _ in cities:
            store_frozen(on=ON, path=path)

    def whole() -> None:
        store_frozen(on=ON, path=ground.province.path)

    one()
    start = _peak()
    each()
    parts = _peak()
    city, by_city, at_once = by_turns(one, each, whole, rounds=ROUNDS)
    yield Measurement(
        "growth",
        "10,000 communities of one city",
        by_city / many * 10_000,
        city / few * 10_000,
        many,
        "≤ 1.3",
        notes={
            "reference_rows": few,
            "country": round(by_city / many * NATIONAL),
            "memory": f"{start} MB for a city, {parts} MB after {len(cities)} of them, {_peak()} MB at once",
        },
    )
    yield Measurement("growth", "the province in one statement a card", by_city, at_once, many, "≤ 1.5")
