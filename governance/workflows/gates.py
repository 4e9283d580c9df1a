"""Gates that need no other app: the order of days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from governance.workflows.catalogue import procedure_of
from governance.workflows.flow import before
from governance.workflows.hooks import Finishing, register_gate


def in_order(doing: Finishing) -> Iterable[str]:
    """No date of a step lies before a date of the steps it waits for."""
    procedure = procedure_of(doing.case)
    step = procedure.step(doing.step)
    own = [value for value in doing.values.values() if isinstance(value, date)]
    for earlier in before(procedure, step):
        for field in earlier.fields:
            value = doing.answers.get(f"{earlier.key}.{field.key}")
            if isinstance(value, date) and any(day < value for day in own):
                yield f"日期早于“{earlier.title}”的{field.label}（{value}），应按顺序办理，请核对。"


def not_ahead(doing: Finishing) -> Iterable[str]:
    """What is recorded has happened: no date lies after today."""
    for field in procedure_of(doing.case).step(doing.step).fields:
        value = doing.values.get(field.key)
        if isinstance(value, date) and value > doing.on:
            yield f"{field.label}（{value}）晚于今天，请在发生以后再登记。"


def register() -> None:
    register_gate("in_order", in_order)
    register_gate("not_ahead", not_ahead)
