"""Measures as pages show them in a division: figures, units, progress, 督办, what is late and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Prefetch, QuerySet
from django.utils.safestring import SafeString

from governance.divisions.models import Division, Level
from governance.divisions.paths import ancestor_paths
from governance.implementation.models import State, Undertaking
from governance.implementation.units import Responsible, applies, responsibles
from governance.policies.figures import Figure, figures_of
from governance.policies.mechanisms import MeasureState, measure_state
from governance.policies.models import Measure, PolicyDocument, TaskUnit
from governance.policies.outcomes import Outcome
from governance.policies.presentation import outcome_lamp
from governance.web.todo import days_text

_LEVEL_OF_SCOPE = {
    "province": Level.PROVINCE,
    "city": Level.CITY,
    "district": Level.COUNTY,
    "street": Level.STREET,
}
_STATE_COLOURS = {
    State.NONE: "grey",
    State.WAITING: "blue",
    State.RETURNED: "amber",
    State.ACCEPTED: "green",
}
_MISSED = {Outcome.NOT_MET, Outcome.DATA_ERROR, Outcome.INFEASIBLE, Outcome.WARNING}


def measures_shown() -> QuerySet[Measure]:
    """Measures with everything a line needs, units by one more statement."""
    return (
        Measure.objects.select_related("document__jurisdiction", "clause", "task", "standard")
        .prefetch_related(Prefetch("task__units", TaskUnit.objects.order_by("order")))
        .order_by("document__jurisdiction__path", "document__issued_on", "document__key", "order")
    )


@dataclass
class Line:
    """One measure in one division on a day."""

    measure: Measure
    division: Division
    on: date
    figures: Sequence[Figure] = ()
    undertakings: list[Undertaking] = field(default_factory=list)
    """Those of the division itself."""
    given: list[Undertaking] = field(default_factory=list)
    """Local assignments of the division and those above it."""

    @cached_property
    def state(self) -> MeasureState:
        return measure_state(self.measure)

    @cached_property
    def units(self) -> list[Responsible]:
        return responsibles(self.measure, self.given)

    @property
    def binds(self) -> bool:
        return self.measure.document.binds

    @property
    def outcome(self) -> str:
        """How the measure is judged here, empty where it is not."""
        return next((figure.outcome for figure in self.figures if figure.outcome), "")

    @property
    def lamp(self) -> SafeString | str:
        """The outcome as colour, shape and word; a plain tag where the document does not bind."""
        for figure in self.figures:
            if figure.outcome:
                return outcome_lamp(figure.outcome, figure.severity, binds=self.binds)
        return ""

    @property
    def is_missed(self) -> bool:
        return self.outcome in _MISSED

    @property
    def progress(self) -> Undertaking | None:
        """The undertaking that asks most for attention: returned, waiting, accepted."""
        order = [State.RETURNED, State.WAITING, State.ACCEPTED]
        reported = [each for each in self.undertakings if each.state]
        return min(reported, key=lambda each: order.index(State(each.state)), default=None)

    @property
    def urged(self) -> list[Undertaking]:
        return [each for each in self.undertakings if each.is_urged]

    @property
    def due_text(self) -> str:
        due, early = self.measure.due_on, self.measure.due_early_on
        if due is not None:
            return f"{early:%Y-%m-%d} 至 {due:%Y-%m-%d}" if early else f"{due:%Y-%m-%d}"
        return self.measure.recurring_text

    @property
    def days_left(self) -> int | None:
        """Until the due day, where something is still to be done."""
        due = self.measure.due_on
        return None if due is None or self.is_settled else (due - self.on).days

    @property
    def days_text(self) -> str:
        return days_text(self.days_left) if self.binds else ""

    @property
    def is_settled(self) -> bool:
        """Whether the standard is met, or somebody's finished work was accepted."""
        return self.outcome == Outcome.MET or any(each.is_finished for each in self.undertakings)

    @cached_property
    def late_reasons(self) -> list[str]:
        """What is past its day here, in words; a draft or guidance makes nobody late."""
        if not self.binds:
            return []
        found = [_late_figure(figure) for figure in self.figures if figure.late]
        if self._owes_a_report:
            found.append(f"完成期限 {self.measure.due_on:%Y-%m-%d} 已过，没有认可的完成情况")
        for each in self.urged:
            if (left := each.urged_days_left(self.on)) is not None and left < 0:
                found.append(f"{each.get_level_display()}（{each.answerable}）{days_text(left)}")
        return found

    @property
    def _owes_a_report(self) -> bool:
        """Whether the due day is past and nothing but a report could tell that it was done."""
        due, level = self.measure.due_on, _LEVEL_OF_SCOPE.get(self.measure.scope)
        if due is None or due >= self.on or self.outcome or self.is_settled:
            return False
        return self.division.level < Level.COMMUNITY and level in (None, self.division.level)


def late_in(lines: Iterable[Line]) -> int:
    """What is past its day: each figure counts its own, what several measures share counts once."""
    shared: dict[str, int] = {}
    total = 0
    for line in lines:
        if not line.late_reasons:
            continue
        own = [figure for figure in line.figures if figure.late]
        total += len(line.late_reasons) - len(own)
        for figure in own:
            if figure.shared:
                shared[figure.shared] = figure.late
            else:
                total += figure.late
    return total + sum(shared.values())


def _late_figure(figure: Figure) -> str:
    """What is late, in words: those of the figure itself, else its value and note."""
    if figure.late_text:
        return figure.late_text
    return f"{figure.label}：{figure.value}" + (f"（{figure.note}）" if figure.note else "")


def state_tag(undertaking: Undertaking | None) -> tuple[str, str]:
    """Text and colour of a tag: where the report stands, with the status told."""
    if undertaking is None or not undertaking.state:
        return State.NONE.label, "grey"
    colour = _STATE_COLOURS[State(undertaking.state)]
    return f"{undertaking.get_status_display()} · {undertaking.get_state_display()}", colour


def lines_of(
    measures: Iterable[Measure], division: Division, on: date, *, judged: bool = False
) -> list[Line]:
    """The measures in a division: one statement for undertakings, and those of the providers of figures.

    `judged`: with the figures that can be late or missed only, for pages that sum up.
    """
    measures = list(measures)
    lines = {each.pk: Line(each, division, on) for each in measures}
    if not lines:
        return []
    rows = Undertaking.objects.filter(path__in=ancestor_paths(division.path), measure__in=list(lines))
    for row in rows.select_related("division").order_by("path", "pk"):
        line = lines[row.measure_id]
        if row.division_id == division.pk:
            line.undertakings.append(row)
        if row.role:
            line.given.append(row)
    figures = figures_of(measures, division, on, judged=judged)
    for line in lines.values():
        line.figures = figures.get(line.measure.code, ())
    return list(lines.values())


def applicable_measures(division: Division) -> list[Measure]:
    """Every measure of the documents that say anything about a division or below it."""
    return [each for each in measures_shown() if applies(each.document, division)]


@dataclass
class DocumentLine:
    """One document in a division, summed up."""

    document: PolicyDocument
    lines: list[Line] = field(default_factory=list)
    waiting: int = 0

    @property
    def measures(self) -> int:
        return len(self.lines)

    @property
    def live(self) -> int:
        return sum(1 for line in self.lines if line.state.is_live or line.figures)

    @property
    def planned(self) -> int:
        return self.measures - self.live

    @property
    def met(self) -> int:
        return sum(1 for line in self.lines if line.outcome == Outcome.MET)

    @property
    def missed(self) -> int:
        return sum(1 for line in self.lines if line.is_missed)

    @property
    def no_data(self) -> int:
        return sum(1 for line in self.lines if line.outcome == Outcome.NO_DATA)

    @property
    def late(self) -> int:
        return late_in(self.lines)

    @property
    def urged(self) -> int:
        return sum(len(line.urged) for line in self.lines)


def by_document(lines: Iterable[Line]) -> list[DocumentLine]:
    found: dict[int, DocumentLine] = {}
    for line in lines:
        document = line.measure.document
        found.setdefault(document.pk, DocumentLine(document)).lines.append(line)
    return list(found.values())


@dataclass
class UnitLine:
    """One unit's share of the measures of a division.

    `level`: a group of all divisions of a level; in one of them the unit is that division itself.
    """

    name: str
    on: date
    is_group: bool = False
    lines: list[tuple[Line, str]] = field(default_factory=list)
    """Each measure and the role of the unit in it."""
    level: int | None = None

    def reports_as(self, line: Line) -> str:
        """The name under which it reports: empty for the division itself."""
        return "" if self.level == line.division.level else self.name

    def own(self, line: Line) -> Undertaking | None:
        name = self.reports_as(line)
        return next((each for each in line.undertakings if each.unit_name == name), None)

    @property
    def measures(self) -> int:
        return len(self.lines)

    @property
    def tasks(self) -> int:
        return len({line.measure.task_id for line, _ in self.lines if line.measure.task_id})

    @property
    def leads(self) -> int:
        return sum(1 for _, role in self.lines if role == "lead")

    @property
    def next_due(self) -> date | None:
        days = [line.measure.due_on for line, _ in self.lines if line.binds and not line.is_settled]
        days += [own.urged_due_on for line, _ in self.lines if (own := self.own(line)) is not None]
        return min((day for day in days if day is not None and day >= self.on), default=None)

    @property
    def overdue(self) -> int:
        return sum(1 for line, _ in self.lines if line.late_reasons)

    def _in_state(self, *states: str) -> int:
        return sum(1 for line, _ in self.lines if (own := self.own(line)) and own.state in states)

    @property
    def reported(self) -> int:
        return self._in_state(State.WAITING, State.RETURNED, State.ACCEPTED)

    @property
    def accepted(self) -> int:
        return self._in_state(State.ACCEPTED)


NOBODY = "未分工"
"""Stands for measures that no unit is named for."""


def by_unit(lines: Iterable[Line], on: date) -> tuple[list[UnitLine], UnitLine]:
    """Units in the order of the documents, those that are groups last; and the measures of nobody."""
    found: dict[str, UnitLine] = {}
    nobody = UnitLine(NOBODY, on)
    for line in lines:
        for unit in line.units:
            kept = found.setdefault(unit.name, UnitLine(unit.name, on, unit.is_group, level=unit.level))
            kept.lines.append((line, unit.role))
        if not line.units:
            nobody.lines.append((line, ""))
    return sorted(found.values(), key=lambda each: each.is_group), nobody
