"""Which steps a case has to work on next: pure functions over the states of its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.policies.procedure_schema import Procedure, ProcedureStep
from governance.policies.record_schema import Answer
from governance.workflows.models import StepState

OVER = (StepState.DONE, StepState.SKIPPED)


def matches(when: Mapping[str, Answer], answers: Mapping[str, Any]) -> bool:
    """Whether all answers are as asked; one of several where a list is asked."""
    return all(
        answers.get(key) in answer if isinstance(answer, list) else answers.get(key) == answer
        for key, answer in when.items()
    )


def next_states(
    procedure: Procedure, states: Mapping[str, str], answers: Mapping[str, Any]
) -> dict[str, StepState]:
    """What becomes of the pending steps whose turn has come: active, or left out by itself.

    A side step is left out unless a turn has made it active; leaving out may let others begin.
    """
    now, changed = dict(states), {}
    for step in procedure.steps:
        if now[step.key] != StepState.PENDING:
            continue
        if any(now[key] not in OVER for key in procedure.after(step)):
            continue
        left_out = step.side or not matches(step.only_if, answers)
        now[step.key] = changed[step.key] = StepState.SKIPPED if left_out else StepState.ACTIVE
    return changed


def behind(procedure: Procedure, key: str) -> list[str]:
    """The steps that wait for a step, directly or not, in their order."""
    found = {key}
    for step in procedure.steps:
        if found & set(procedure.after(step)):
            found.add(step.key)
    return [step.key for step in procedure.steps if step.key in found - {key}]


def before(procedure: Procedure, step: ProcedureStep) -> list[ProcedureStep]:
    """The steps a step waits for, directly or not: to these it may be returned."""
    found: set[str] = set()
    waiting = list(procedure.after(step))
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += procedure.after(procedure.step(key))
    return [each for each in procedure.steps if each.key in found]
