"""Policies as data, and what measuring against them gives."""

from governance.policies.models.documents import Clause, Measure, PolicyDocument, Task, TaskUnit
from governance.policies.models.findings import Finding, FindingChange, FindingNote
from governance.policies.models.local import LocalState, LocalValue
from governance.policies.models.runs import CardRow, EvaluationRun, Scorecard
from governance.policies.models.standards import Standard, StandardValue

__all__ = [
    "CardRow",
    "Clause",
    "EvaluationRun",
    "Finding",
    "FindingChange",
    "FindingNote",
    "LocalState",
    "LocalValue",
    "Measure",
    "PolicyDocument",
    "Scorecard",
    "Standard",
    "StandardValue",
    "Task",
    "TaskUnit",
]
