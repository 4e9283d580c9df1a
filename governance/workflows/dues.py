"""The days until which steps are to be finished, set when they begin, moved with what they rest on."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from governance.workflows.answers import answers_of
from governance.workflows.catalogue import deadline_of, newest_version, procedure_of
from governance.workflows.deadlines import due_day
from governance.workflows.models import (
    Case,
    CaseEvent,
    CaseState,
    CaseStep,
    ProcedureVersion,
    SpecialDay,
    Verb,
)


def due_of(case: Case, row: CaseStep, rows: list[CaseStep], newest: ProcedureVersion) -> date | None:
    """The last day of a live step; None without a deadline, or while its starting date is not filled in."""
    deadline = deadline_of(newest, row.key)
    if deadline is None:
        return None
    start = timezone.localdate(row.started_at) if row.started_at else None
    if deadline.since:
        start = answers_of(procedure_of(case), rows).get(deadline.since)
    if start is None:
        return None
    special = SpecialDay.known() if deadline.working_days is not None else {}
    return due_day(deadline, start, special)


def set_due_days(case: Case, rows: list[CaseStep]) -> list[CaseStep]:
    """Put the days of the live steps right; returns the rows that changed, unsaved."""
    newest = newest_version(case.slug) or case.procedure
    changed = []
    for row in rows:
        if row.is_live:
            due_on = due_of(case, row, rows, newest)
            if row.due_on != due_on:
                row.due_on = due_on
                changed.append(row)
    return changed


def move_deadlines(slug: str) -> int:
    """Move the days of all running cases of a procedure to what its pack says now; returns how many moved."""
    moved = 0
    cases = Case.objects.select_for_update(of=("self",)).filter(slug=slug, state=CaseState.OPEN)
    for case in cases.select_related("procedure").order_by("pk"):
        rows = list(case.steps.order_by("order"))
        before = {row.pk: row.due_on for row in rows}
        for row in set_due_days(case, rows):
            row.save(update_fields=["due_on"])
            old, new = before[row.pk], row.due_on
            CaseEvent.objects.create(
                case=case,
                step=row.key,
                verb=Verb.MOVED,
                text=f"期限由 {old or '未定'} 改为 {new or '不限期'}：文件或节假日安排有变化。",
                detail={"before": str(old or ""), "after": str(new or "")},
            )
            moved += 1
    return moved


def move_all_deadlines() -> int:
    """The same for every procedure with running cases, after the table of special days has changed."""
    slugs = Case.objects.filter(state=CaseState.OPEN).order_by().values_list("slug", flat=True).distinct()
    return sum(move_deadlines(slug) for slug in sorted(slugs))
