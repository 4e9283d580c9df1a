"""What was filled in at steps, as values and as words; and what of it is missing or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from governance.ledgers.rules import faults
from governance.ledgers.values import ValueAttribute, widget_of
from governance.policies.procedure_schema import Procedure, ProcedureStep
from governance.policies.record_schema import RecordField
from governance.workflows.flow import matches
from governance.workflows.models import CaseStep


def value_of(field: RecordField, values: Mapping[str, Any]) -> Any:
    """A field's value as rules know it (a date as a date)."""
    return ValueAttribute(field).from_json(values.get(field.key))


def values_of(step: ProcedureStep, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a step by field."""
    return {field.key: value_of(field, stored) for field in step.fields}


def answers_of(procedure: Procedure, rows: Iterable[CaseStep]) -> dict[str, Any]:
    """The values of all steps, as `step.field`."""
    found = {}
    for row in rows:
        if procedure.has(row.key):
            for key, value in values_of(procedure.step(row.key), row.values).items():
                found[f"{row.key}.{key}"] = value
    return found


def words(field: RecordField, value: Any) -> str:
    """A value as a reader sees it; empty when there is none."""
    if value is None or value == "" or value == []:
        return ""
    shown = widget_of(field).render(value)
    if isinstance(shown, date):
        return shown.isoformat()
    if field.type in {"number", "quantity", "money", "percent"}:
        unit = {"money": "元", "percent": "%"}.get(field.type, field.unit)
        return f"{shown:,} {unit}" if field.type != "percent" else f"{shown}%"
    return str(shown)


def to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def problems(step: ProcedureStep, values: Mapping[str, Any], papers: set[str]) -> dict[str, list[str]]:
    """What keeps a step from being finished, by field; under `_papers` the papers that are not there."""
    found: dict[str, list[str]] = {}
    for field in step.fields:
        if field.required and values.get(field.key) in (None, "", []):
            found.setdefault(field.key, []).append("必填，请填写。")
    missing = set(found)
    for rule in step.rules:
        for key in faults(rule, values.get):
            if key in missing:
                continue  # one message is enough to fill it in
            if rule.message not in found.setdefault(key, []):
                found[key].append(rule.message)
    for paper in step.evidence:
        if paper.key not in papers and is_required(paper.required, paper.when, values):
            found.setdefault("_papers", []).append(f"缺少材料“{paper.label}”，请上传后再办理。")
    return found


def is_required(required: bool, when: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return required and matches(when, values)
