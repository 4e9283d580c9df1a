"""What a section of a report can draw on: the division, its results, those of the units below."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from governance.divisions.models import Division, Level
from governance.policies.evaluation.relation import Relation, live_relation, stored_relation
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.store import rules_of
from governance.policies.evaluation.upper import UpperResult, upper_results
from governance.policies.outcomes import Outcome
from governance.reports.figures import FigureBook, Measured
from governance.reports.models import Period, Snapshot


@dataclass(frozen=True)
class UnitResult:
    """A unit directly below the division, measured; `key` is its code, for figure ids."""

    division: Division
    measured: Measured


class ReportContext:
    """Everything is read from one relation: a frozen run, or live data for a draft."""

    def __init__(self, *, division: Division, period: Period, on: date, snapshot: Snapshot | None) -> None:
        self.division = division
        self.period = period
        self.on = on
        self.snapshot = snapshot
        self.book = FigureBook()

    @property
    def is_draft(self) -> bool:
        return self.snapshot is None

    @cached_property
    def relation(self) -> Relation:
        path = self.division.path
        if self.snapshot is None:
            return live_relation(path=path, on=self.on, rules=rules_for(path=path, on=self.on))
        run = self.snapshot.run
        return stored_relation(run=run, path=path, rules=rules_of(run))

    @cached_property
    def result(self) -> UpperResult:
        results = upper_results(relation=self.relation, level=self.division.level)
        if results:
            return results[0]
        return UpperResult(self.division.path, 0, {outcome.value: 0 for outcome in Outcome}, [])

    @cached_property
    def measured(self) -> Measured:
        return Measured(self.book, self.result)

    @cached_property
    def units(self) -> list[UnitResult]:
        """The units directly below that have communities, in path order; communities below a street."""
        children = {child.path: child for child in self.division.children.all()}
        found = []
        for level in sorted({child.level for child in children.values()}):
            for result in upper_results(relation=self.relation, level=level):
                child = children.get(result.path)
                if child is not None:
                    found.append(UnitResult(child, Measured(self.book, result, f"unit.{child.code}")))
        return sorted(found, key=lambda unit: unit.division.path)

    @property
    def unit_word(self) -> str:
        """What the units below are called."""
        return {
            Level.COUNTRY: "省",
            Level.PROVINCE: "市",
            Level.CITY: "区县",
            Level.COUNTY: "街道（镇）",
            Level.STREET: "社区",
        }[Level(self.division.level)]
