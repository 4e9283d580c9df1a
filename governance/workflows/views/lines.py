"""A case as its pages show it: step bar, steps with what was filled in, timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from governance.accounts.models import User
from governance.policies.procedure_schema import Procedure, ProcedureStep
from governance.records.models import Attachment
from governance.web.todo import days_text
from governance.workflows.answers import is_required, value_of, values_of, words
from governance.workflows.catalogue import ACTOR_NAMES
from governance.workflows.engine import may_work
from governance.workflows.models import Case, CaseEvent, CaseStep, StepFile, StepState, Verb

STEP_COLOURS = {
    StepState.PENDING: "grey",
    StepState.ACTIVE: "blue",
    StepState.RETURNED: "amber",
    StepState.DONE: "green",
    StepState.SKIPPED: "grey",
}
_BAR = {StepState.DONE: "done", StepState.ACTIVE: "now", StepState.RETURNED: "now"}


@dataclass(frozen=True)
class Paper:
    """A paper that a step asks for, and the files that are there."""

    label: str
    is_missing: bool
    files: Sequence[Attachment]


@dataclass(frozen=True)
class StepLine:
    """One step with everything a page says of it."""

    step: ProcedureStep
    row: CaseStep
    number: int
    on: date
    may_work: bool
    papers: list[Paper] = field(default_factory=list)

    @property
    def actor(self) -> str:
        return self.step.external or ACTOR_NAMES[self.step.by]

    @property
    def tag(self) -> tuple[str, str]:
        return self.row.get_state_display(), STEP_COLOURS[StepState(self.row.state)]

    @property
    def is_late(self) -> bool:
        return self.row.is_late(self.on)

    @property
    def due_text(self) -> str:
        """2026-12-01（还有 4 天）; empty without a day."""
        if self.row.due_on is None:
            return ""
        left = days_text((self.row.due_on - self.on).days) if self.row.is_live else ""
        return f"{self.row.due_on}{f'（{left}）' if left else ''}"

    @property
    def cells(self) -> list[tuple[str, str, str]]:
        """Label, value in words and remark of every field."""
        return [
            (
                each.label,
                words(each, value_of(each, self.row.values)) or "—",
                self.row.remarks.get(each.key, ""),
            )
            for each in self.step.fields
        ]

    @property
    def is_odd(self) -> bool:
        """Whether the last cell stands alone in its row."""
        return (len(self.step.fields) + len(self.papers)) % 2 == 1

    @property
    def is_begun(self) -> bool:
        return bool(
            self.row.values or self.row.done_at or self.row.is_live or any(p.files for p in self.papers)
        )


def papers_of(step: ProcedureStep, row: CaseStep, files: Sequence[StepFile]) -> list[Paper]:
    """The papers of a step in their order."""
    found = []
    values = values_of(step, row.values)
    for paper in step.evidence:
        there = [file.attachment for file in files if file.step_id == row.pk and file.paper == paper.key]
        missing = not there and is_required(paper.required, paper.when, values)
        found.append(Paper(paper.label, missing, there))
    return found


def step_lines(case: Case, procedure: Procedure, user: User, on: date) -> list[StepLine]:
    """All steps of a case in three statements."""
    rows = {row.key: row for row in case.steps.select_related("holder", "done_by").order_by("order")}
    files = list(
        StepFile.objects.filter(step__case=case, attachment__voided_on=None)
        .select_related("attachment")
        .order_by("pk")
    )
    lines = []
    for number, step in enumerate(procedure.steps, start=1):
        row = rows[step.key]
        row.case = case
        lines.append(StepLine(step, row, number, on, may_work(user, row), papers_of(step, row, files)))
    return lines


def bar(lines: Sequence[StepLine]) -> list[dict[str, Any]]:
    """The step bar; steps that do not apply, and side steps nobody was led to, are left out."""
    shown = [
        line
        for line in lines
        if line.row.state != StepState.SKIPPED
        and not (line.step.side and line.row.state == StepState.PENDING)
    ]
    return [
        {
            "number": number,
            "text": line.step.title,
            "note": _bar_note(line),
            "state": _BAR.get(StepState(line.row.state), ""),
        }
        for number, line in enumerate(shown, start=1)
    ]


def _bar_note(line: StepLine) -> str:
    if line.row.state == StepState.DONE and line.row.done_at is not None:
        return f"{timezone.localdate(line.row.done_at):%Y-%m-%d}"
    return line.due_text if line.row.is_live else ""


@dataclass(frozen=True)
class EventLine:
    """One line of the timeline."""

    event: CaseEvent
    title: str

    @property
    def who(self) -> str:
        return str(self.event.by) if self.event.by else "系统"

    def is_return_to(self, key: str) -> bool:
        return self.event.verb == Verb.RETURNED and self.event.step == key


def event_lines(case: Case, procedure: Procedure) -> list[EventLine]:
    """What happened, newest first."""
    rows = case.events.select_related("by").order_by("-pk")
    return [EventLine(row, procedure.step(row.step).title if procedure.has(row.step) else "") for row in rows]
