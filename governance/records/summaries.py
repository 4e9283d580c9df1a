"""Counts of a personal registry by area, for readers who may not see persons."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Substr

from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length
from governance.records.tables import RowTable

_BELOW = {
    Level.COUNTRY: Level.PROVINCE,
    Level.PROVINCE: Level.CITY,
    Level.CITY: Level.COUNTY,
    Level.COUNTY: Level.STREET,
}


@dataclass(frozen=True)
class AreaCounts:
    """One area with the counts of the rows in force below it."""

    division: Division
    counts: list[int]


def level_below(divisions: list[Division]) -> Level:
    """By which areas to count: the level below the uppermost of some divisions, at least communities."""
    top = min((each.level for each in divisions), default=Level.STREET)
    return _BELOW.get(Level(top), Level.COMMUNITY)


def count_by_area(table: RowTable, rows: QuerySet, level: Level) -> list[AreaCounts]:
    """Counts of rows already scoped and filtered, in path order (two statements)."""
    summary = table.summary or {}
    named = {f"count_{number}": count for number, count in enumerate(summary.values())}
    found = rows.annotate(area=Substr("path", 1, path_length(level))).order_by().values("area")
    by_path = {
        each["area"]: [each[name] for name in named] for each in found.annotate(**named).order_by("area")
    }
    divisions = Division.objects.filter(path__in=list(by_path)).order_by("path")
    return [AreaCounts(division, by_path[division.path]) for division in divisions]
