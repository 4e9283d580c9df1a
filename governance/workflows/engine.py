"""What can be done with a case. Every verb locks it, checks, writes rows, timeline and event, or nothing.

A verb is given the revision its page was made from: whoever comes second is told who was first. An equal
request (the same `token`) changes nothing and raises `once.AlreadySubmitted`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require, scope_of
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.policies.procedure_schema import Procedure, ProcedureStep, Turn
from governance.records import once
from governance.workflows import hooks
from governance.workflows.answers import answers_of, problems, values_of, words
from governance.workflows.catalogue import (
    ACTOR_NAMES,
    procedure_of,
)
from governance.workflows.dues import set_due_days
from governance.workflows.flow import before, behind, matches, next_states
from governance.workflows.models import (
    Case,
    CaseEvent,
    CaseState,
    CaseStep,
    StepFile,
    StepState,
    Verb,
)

TEXT = 500
PAPERS, GATES = "_papers", "_gates"


class Outdated(Exception):
    """Somebody was faster; the text says who, when and what (Chinese)."""


@dataclass
class Held:
    """A case under its lock, with its steps."""

    case: Case
    procedure: Procedure
    rows: list[CaseStep]

    def row(self, key: str) -> CaseStep:
        for row in self.rows:
            if row.key == key:
                return row
        raise ValidationError("这一事项没有这个步骤，请刷新页面。")

    @property
    def answers(self) -> dict[str, Any]:
        return answers_of(self.procedure, self.rows)

    @property
    def states(self) -> dict[str, str]:
        return {row.key: row.state for row in self.rows}


def _title(procedure: Procedure, key: str) -> str:
    return procedure.step(key).title if key and procedure.has(key) else ""


def locked(case: Case, revision: int | None = None, user: User | None = None, token: str = "") -> Held:
    """The case held until the transaction ends.

    Raises `once.AlreadySubmitted` when an equal request of `user` has gone through while this one waited, and
    `Outdated` when the case has moved since `revision`.
    """
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure", "division").get(pk=case.pk)
    if user is not None and once.find_saved(user, token, Case) is not None:
        raise once.AlreadySubmitted
    held = Held(row, procedure_of(row), list(row.steps.select_related("holder").order_by("order")))
    if revision is not None and row.revision != revision:
        last = row.events.exclude(by=None).select_related("by").order_by("-pk").first()
        if last is None:
            raise Outdated("这一事项刚刚有变化，请看过最新情况再办理。")
        step = _title(held.procedure, last.step)
        at = timezone.localtime(last.at)
        raise Outdated(
            f"{last.by} 已于 {at:%Y-%m-%d %H:%M} {last.get_verb_display()}{f'“{step}”' if step else ''}，"
            "您的操作没有执行，请看过最新情况再办理。"
        )
    if not row.is_open:
        raise ValidationError(f"“{row}”{row.get_state_display()}，不能再办理。")
    return held


@contextmanager
def _verb(case: Case, user: User, token: str, revision: int | None) -> Iterator[Held]:
    """One transition: lock, number used up, revision raised, all in one transaction."""
    with transaction.atomic():
        submission = once.claim(user, token)
        held = locked(case, revision)
        yield held
        for row in set_due_days(held.case, held.rows):
            row.save(update_fields=["due_on"])
        held.case.revision += 1
        held.case.save()
        once.settle(submission, held.case)


def log_words(procedure: Procedure, verb: Verb, step: str) -> dict[str, str]:
    """What happened, as the audit log tells it: in the words of the procedure, which it does not know."""
    told = {"verb": str(verb.label)}
    return {**told, "step": _title(procedure, step)} if step else told


def _note(
    held: Held, verb: Verb, user: User | None, step: str = "", text: str = "", **detail: Any
) -> CaseEvent:
    """A line of the timeline and the event of the log."""
    told = {key: str(value) for key, value in detail.items()}
    record(
        EventKind.TRANSITION, obj=held.case, after=log_words(held.procedure, verb, step) | told, reason=text
    )
    return CaseEvent.objects.create(case=held.case, step=step, verb=verb, by=user, text=text, detail=detail)


def clean_text(text: str, field: str, missing: str = "") -> str:
    """Tidied; raises `ValidationError` when it is too long, or empty where `missing` says so."""
    text = text.strip()
    if len(text) > TEXT:
        raise ValidationError({field: f"最多 {TEXT} 字，现有 {len(text)} 字。"})
    if not text and missing:
        raise ValidationError({field: missing})
    return text


def advance(held: Held) -> None:
    """Begin the steps whose turn has come; end the case when nothing is left."""
    now = timezone.now()
    for key, state in next_states(held.procedure, held.states, held.answers).items():
        row = held.row(key)
        row.state = state
        if state == StepState.ACTIVE:
            row.started_at = now
        row.save()
    if all(row.state in (StepState.DONE, StepState.SKIPPED) for row in held.rows):
        _end(held, CaseState.DONE, None, Verb.CLOSED, "")


def _end(held: Held, state: CaseState, user: User | None, verb: Verb, reason: str) -> None:
    held.case.state, held.case.closed_at, held.case.reason = state, timezone.now(), reason
    for row in held.rows:
        if row.is_live or row.state == StepState.PENDING:
            row.state = StepState.SKIPPED
            row.save(update_fields=["state"])
    _note(held, verb, user, "", reason)


# --- working on a step ------------------------------------------------------------------------------------
def may_work(user: User, row: CaseStep) -> bool:
    return scope_of(user).may(Action(row.action), row.path)


def own_step(held: Held, key: str, user: User) -> CaseStep:
    """A live step that the user may work on and nobody else has taken."""
    row = held.row(key)
    step = held.procedure.step(key)
    if not may_work(user, row):
        raise PermissionDenied(f"“{step.title}”由{ACTOR_NAMES[step.by]}办理，您的角色没有这项权限。")
    if not row.is_live:
        raise ValidationError(f"“{step.title}”{row.get_state_display()}，现在不能办理。")
    if row.holder is not None and row.holder_id != user.pk:
        raise ValidationError(f"“{step.title}”由 {row.holder} 承办；要由您办理，请先点“接办”。")
    return row


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


@transaction.atomic
def save_step(
    *,
    user: User,
    case: Case,
    key: str,
    values: Mapping[str, Any],
    opinion: str = "",
    revision: int | None = None,
    token: str = "",
) -> CaseStep:
    """暂存: keep what was filled in without finishing. Who saves first becomes the one in charge.

    `revision` and `token` of a page that is about to finish the step: see `locked`.
    """
    held = locked(case, revision, user, token)
    row = own_step(held, key, user)
    row.values = _given(values)
    row.opinion = clean_text(opinion, "opinion")
    row.holder = user
    row.save(update_fields=["values", "opinion", "holder"])
    return row


def finish_step(
    *,
    user: User,
    case: Case,
    key: str,
    revision: int,
    on: date,
    opinion: str = "",
    token: str = "",
    values: Mapping[str, Any] | None = None,
) -> Case:
    """办理: finish a step with `values`, or with what is saved of it.

    A page gives the values that its user saw: another page of his may have saved others a moment ago.

    Raises `ValidationError` by field (papers under `_papers`, gates under `_gates`), `PermissionDenied`,
    `Outdated`.
    """
    with _verb(case, user, token, revision) as held:
        row = own_step(held, key, user)
        step = held.procedure.step(key)
        if values is not None:
            row.values = _given(values)
        filled = values_of(step, row.values)
        papers = set(
            StepFile.objects.filter(step=row, attachment__voided_on=None).values_list("paper", flat=True)
        )
        found = problems(step, filled, papers)
        doing = hooks.Finishing(held.case, key, filled, held.answers, user, on)
        closed = [text for name in step.gates for text in hooks.gates[name](doing)]
        if closed:
            found[GATES] = closed
        if found:
            raise ValidationError(found)
        row.opinion = clean_text(opinion, "opinion")
        row.state, row.done_by, row.done_at, row.remarks = StepState.DONE, user, timezone.now(), {}
        row.holder = row.holder or user
        row.save()
        for name in step.effects:
            hooks.effects[name](doing)
        _note(held, Verb.FINISHED, user, key, row.opinion)
        _turn(held, step, filled, user)
    return held.case


def _turn(held: Held, step: ProcedureStep, values: Mapping[str, Any], user: User) -> None:
    """Where the answers lead: back, aside, to an end, or on."""
    for turn in step.turns:
        if not matches(turn.when, values):
            continue
        opinion = held.row(step.key).opinion
        if turn.end is not None:
            reason = _reason(step, turn, values, opinion)
            if turn.end == "refused":
                _end(held, CaseState.REFUSED, user, Verb.REFUSED, reason)
            else:
                _end(held, CaseState.DONE, user, Verb.CLOSED, reason)
        else:
            assert turn.to is not None
            _go_back(held, turn.to, {})
            _note(held, Verb.RETURNED, user, turn.to, opinion, by_answer=step.title)
        return
    advance(held)


def _reason(step: ProcedureStep, turn: Turn, values: Mapping[str, Any], opinion: str) -> str:
    """Why a case ends by an answer: the answer in words, and the opinion."""
    fields = [field for field in step.fields if field.key in turn.when]
    told = "，".join(f"{field.label}：{words(field, values.get(field.key))}" for field in fields)
    return f"{told}。{opinion}"[:TEXT]


def _go_back(held: Held, key: str, remarks: Mapping[str, str]) -> None:
    """Begin a step again; what comes after it waits, everything filled in stays."""
    for name in behind(held.procedure, key):
        row = held.row(name)
        if row.state != StepState.PENDING:
            row.state, row.due_on, row.done_at, row.done_by = StepState.PENDING, None, None, None
            row.save()
    row = held.row(key)
    row.state, row.started_at, row.remarks = StepState.RETURNED, timezone.now(), dict(remarks)
    row.done_at = row.done_by = row.reminded_at = None
    row.save()


def return_step(
    *,
    user: User,
    case: Case,
    key: str,
    to: str,
    reason: str,
    revision: int,
    remarks: Mapping[str, str] | None = None,
    token: str = "",
) -> Case:
    """退回: from a live step to any step before it, with remarks by field; what is filled in stays."""
    with _verb(case, user, token, revision) as held:
        step = held.procedure.step(own_step(held, key, user).key)
        text = clean_text(reason, "reason", "请写明退回原因，对方在待办里看到。")
        earlier = {each.key: each for each in before(held.procedure, step)}
        target = held.row(to) if to in earlier else None
        if target is None or target.state == StepState.SKIPPED:
            raise ValidationError({"to": "请选择本步骤之前已经办过的步骤。"})
        kept = {
            name: clean_text(remark, "remarks")
            for name, remark in (remarks or {}).items()
            if remark.strip() and earlier[to].field(name)
        }
        _go_back(held, to, kept)
        _note(held, Verb.RETURNED, user, to, text, since=step.title)
    return held.case


def skip_step(*, user: User, case: Case, key: str, reason: str, revision: int, token: str = "") -> Case:
    """略过: leave out an optional step, with a reason."""
    with _verb(case, user, token, revision) as held:
        row = own_step(held, key, user)
        if not held.procedure.step(key).optional:
            raise ValidationError("这一步是必经步骤，不能略过。")
        text = clean_text(reason, "reason", "请写明略过的理由。")
        row.state = StepState.SKIPPED
        row.save(update_fields=["state"])
        _note(held, Verb.SKIPPED, user, key, text)
        advance(held)
    return held.case


def take_over(*, user: User, case: Case, key: str, revision: int, token: str = "") -> Case:
    """接办: take a live step from whoever is in charge of it."""
    with _verb(case, user, token, revision) as held:
        row = held.row(key)
        if not may_work(user, row):
            raise PermissionDenied("您的角色没有办理这一步的权限。")
        if not row.is_live:
            raise ValidationError("这一步现在不能接办。")
        former, row.holder = row.holder, user
        row.save(update_fields=["holder"])
        _note(held, Verb.TAKEN, user, key, f"原承办人：{former}" if former else "")
    return held.case


# --- ending -----------------------------------------------------------------------------------------------
def may_withdraw(user: User, case: Case, opener: Action) -> bool:
    return scope_of(user).may(opener, case.path)


def withdraw(*, user: User, case: Case, opener: Action, reason: str, revision: int, token: str = "") -> Case:
    """撤回: whoever opens such cases there takes it back with a reason, until something came out of it."""
    with _verb(case, user, token, revision) as held:
        require(user, opener, held.case.path)
        if held.case.result_id is not None:
            raise ValidationError("已经登记了批准或裁定的结果，不能撤回；需要更正的请退回有关步骤。")
        text = clean_text(reason, "reason", "请写明撤回原因。")
        _end(held, CaseState.WITHDRAWN, user, Verb.WITHDRAWN, text)
    return held.case


def refuse(*, user: User, case: Case, key: str, reason: str, revision: int, token: str = "") -> Case:
    """不予批准: the county ends a case at a step of its own, with a reason."""
    with _verb(case, user, token, revision) as held:
        row = own_step(held, key, user)
        if row.action not in (Action.REVIEW_CASE, Action.APPROVE_CASE):
            raise PermissionDenied("只有区（县）审核的步骤可以不予批准。")
        if held.case.result_id is not None:
            raise ValidationError("已经登记了批准或裁定的结果，不能再不予批准；需要更正的请退回有关步骤。")
        text = clean_text(reason, "reason", "请写明不予批准的理由。")
        _end(held, CaseState.REFUSED, user, Verb.REFUSED, text)
    return held.case
