"""Findings with somebody responsible and a due day: overdue, due soon and later."""

from __future__ import annotations

from datetime import date, timedelta

from demo.people import MARK
from governance.accounts.models import User
from governance.policies.follow_up import Assignment, assign
from governance.policies.models import Finding

DUE_IN = (-9, -3, 2, 4, 6, 14, 20, 28, 35, 45, 60, 75)
"""Days from the day of loading to the due day, one for each finding."""
_STREETS = ("610104001", "610104005", "610104003")
_NOTES = (
    "已约谈社区负责人，正在选址",
    "已列入街道办公会议题",
    "社区已报整改方案，待复核",
    "已协调资金，等待批复",
)
_ASSIGNED_BEFORE = timedelta(days=30)


def assign_findings(by: User, today: date) -> int:
    """Assign an open finding of some communities in a few streets; returns how many."""
    chosen: list[Finding] = []
    each = len(DUE_IN) // len(_STREETS)
    for street in _STREETS:
        rows = Finding.objects.filter(resolved_on=None, division__level=5, division__parent__code=street)
        first: dict[int, Finding] = {}
        for row in rows.select_related("division__parent").order_by("division__code", "standard__pk"):
            first.setdefault(row.division_id, row)
        chosen += list(first.values())[:each]
    clerk = User.objects.get(username="demo-clerk")
    done = 0
    # The streets take turns, so that each has something that is due soon.
    ordered = [chosen[start + step] for step in range(each) for start in range(0, len(chosen), each)]
    for number, (finding, days) in enumerate(zip(ordered, DUE_IN, strict=True)):
        street = finding.division.parent
        assert street is not None
        own = street.code == clerk.unit.division.code if clerk.unit else False
        done += assign(
            findings=[finding.pk],
            by=by,
            assignment=Assignment(
                responsible="" if own else f"{MARK}{street.name}民政专干",
                user=clerk if own else None,
                due_on=today + timedelta(days=days),
            ),
            note=f"{MARK}：{_NOTES[number % len(_NOTES)]}",
            key=f"demo-{number}",
            today=today - _ASSIGNED_BEFORE,
        )
    return done
