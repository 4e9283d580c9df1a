"""How many divisions of each level lie below others: a few statements, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Value
from django.db.models.functions import Substr

from governance.divisions.models import Division, Level
from governance.divisions.paths import next_path


def counts_below(divisions: Iterable[Division]) -> dict[int, dict[Level, int]]:
    """Division id → level → number of current divisions below it (itself not counted).

    One statement for each level that occurs among the divisions: siblings share the length of their paths.
    """
    by_length: dict[int, dict[str, Division]] = defaultdict(dict)
    for division in divisions:
        by_length[len(division.path)][division.path] = division
    counts: dict[int, dict[Level, int]] = defaultdict(dict)
    for length, group in by_length.items():
        level = next(iter(group.values())).level
        rows = Division.objects.current().filter(level__gt=level)
        if length:
            rows = rows.filter(path__gte=min(group), path__lt=next_path(max(group)))
        stem = Substr("path", 1, length) if length else Value("")
        for path, below, count in (
            rows.values_list(stem.copy(), "level").order_by().annotate(count=Count("pk"))
        ):
            if path in group:
                counts[group[path].pk][Level(below)] = count
    return counts
