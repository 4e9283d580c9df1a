"""Work on findings: who is responsible, until when, what was done. Evaluation alone opens and closes them.

Responsible and due day are set by whoever has `FOLLOW_UP` where the finding lies; the user named as
responsible may write notes too, whatever his role. Every change is an event of the finding.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import DivisionGrant, User
from governance.accounts.roles import ADMIN_ROLES, Action, Role
from governance.accounts.scope import permitted, require, scope_of
from governance.audit.models import Event, EventKind
from governance.audit.services import build, record_many
from governance.divisions.models import Level
from governance.divisions.paths import ancestor_paths, is_under
from governance.policies.models import Finding, FindingNote

MOST_AT_ONCE = 200
"""Findings that one form may assign: four pages of the list."""

PERSONAL_NUMBERS = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")
"""ID numbers and mobile numbers, which have no place in a note."""


@dataclass(frozen=True)
class Assignment:
    """Who is to mend a finding, and until the end of which day. None leaves what was there."""

    responsible: str | None = None
    user: User | None = None
    due_on: date | None = None
    clear_due: bool = False

    @property
    def names_somebody(self) -> bool:
        return self.responsible is not None

    def values(self) -> dict[str, Any]:
        """The fields to set."""
        values: dict[str, Any] = {}
        if self.names_somebody:
            text = self.responsible or (label_of(self.user) if self.user else "")
            values |= {"responsible": text, "responsible_user": self.user}
        if self.due_on is not None or self.clear_due:
            values["due_on"] = self.due_on
        return values


def label_of(user: User) -> str:
    """Unit and name, as somebody responsible is shown."""
    return f"{user.unit.name} {user}" if user.unit is not None else str(user)


def candidates(*, by: User, paths: Iterable[str]) -> list[User]:
    """Users of the county and below who work where all of some findings lie, inside the divisions of `by`."""
    paths = list(paths)
    if not paths:
        return []
    shared = set(ancestor_paths(paths[0])).intersection(*(ancestor_paths(path) for path in paths[1:]))
    grants = (
        DivisionGrant.objects.filter(
            content_object__path__in=shared, content_object__level__gte=Level.COUNTY, user__is_active=True
        )
        .select_related("user__unit", "permission", "content_object")
        .order_by("content_object__path", "user__display_name", "user__pk")
    )
    outside = ADMIN_ROLES | {Role.UPPER_READER}
    mine = scope_of(by).paths(Action.FOLLOW_UP)
    found = {
        grant.user.pk: grant.user
        for grant in grants
        if grant.role not in outside and any(is_under(grant.content_object.path, path) for path in mine)
    }
    return list(found.values())


def may_note(user: User, finding: Finding) -> bool:
    """Whoever steers the finding, and the user who is to mend it."""
    return finding.responsible_user_id == user.pk or scope_of(user).may(Action.FOLLOW_UP, finding.path)


def contains_personal(text: str) -> bool:
    """Whether an ID number or a mobile number stands in a text."""
    return PERSONAL_NUMBERS.search(text) is not None


def check_text(text: str) -> str:
    """A note without surplus space; `ValidationError` for an empty one or one with ID or phone numbers."""
    text = text.strip()
    if not text:
        raise ValidationError({"note": "请填写办理情况。"})
    if contains_personal(text):
        raise ValidationError({"note": "办理情况中请勿填写身份证号、手机号，请删去后再保存。"})
    return text


@transaction.atomic
def assign(
    *, findings: Sequence[int], by: User, assignment: Assignment, note: str = "", key: str, today: date
) -> int:
    """Give findings somebody responsible, a due day or a note; returns how many were changed.

    Ids outside the user's divisions are as unknown as missing ones; mended findings are left alone. Raises
    `PermissionDenied`, and `ValidationError` naming the field.
    """
    if len(findings) > MOST_AT_ONCE:
        raise ValidationError(f"一次最多指派 {MOST_AT_ONCE} 个问题，请分批办理。")
    if assignment.due_on is not None and assignment.due_on < today:
        raise ValidationError({"due_on": "整改期限不能早于今天。"})
    text = check_text(note) if note.strip() else ""
    rows = list(
        permitted(Finding.objects.select_for_update(of=("self",)), by)
        .filter(pk__in=findings, resolved_on=None)
        .select_related("division", "standard__measure", "responsible_user")
        .order_by("pk")
    )
    for path in {row.path for row in rows}:
        require(by, Action.FOLLOW_UP, path)
    if assignment.user is not None and assignment.user not in candidates(
        by=by, paths=[row.path for row in rows]
    ):
        raise ValidationError({"user": "这位用户的数据范围不包括所选问题，请另选。"})
    values = assignment.values()
    # A repeated form finds its note written and nothing else to change.
    noted = _write_notes(rows, by, text, key) if text else 0
    events = [event for row in rows if (event := _event(row, values, text if noted else "")) is not None]
    if values:
        Finding.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
    record_many(events)
    return len(events)


def _event(finding: Finding, values: dict[str, Any], text: str) -> Event | None:
    """What setting the values changes at a finding; None for nothing."""
    changed = {name: value for name, value in values.items() if getattr(finding, name) != value}
    if not changed and not text:
        return None
    return build(
        EventKind.CHANGE,
        obj=finding,
        before={name: _plain(getattr(finding, name)) for name in changed},
        after={name: _plain(value) for name, value in changed.items()},
        reason=text,
    )


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_notes(findings: Sequence[Finding], by: User, text: str, key: str) -> int:
    """The same note at every finding; how many were new."""
    ids = [finding.pk for finding in findings]
    there = set(FindingNote.objects.filter(finding__in=ids, key=key).values_list("finding_id", flat=True))
    new = [
        FindingNote(finding=each, author=by, author_name=label_of(by), text=text, key=key, at=timezone.now())
        for each in findings
        if each.pk not in there
    ]
    FindingNote.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


@transaction.atomic
def add_note(*, finding: Finding, by: User, note: str, key: str) -> bool:
    """Write a note; False when this form has written it already. A mended finding still takes notes.

    Raises `PermissionDenied`, `ValidationError`.
    """
    if not may_note(by, finding):
        raise PermissionDenied("您的角色没有办理此项操作的权限。")
    text = check_text(note)
    if not _write_notes([finding], by, text, key):
        return False
    record_many([build(EventKind.CHANGE, obj=finding, before={}, after={}, reason=text)])
    return True


def state_of(finding: Finding, today: date) -> tuple[str, str]:
    """Where the work stands, from what is known: text and colour of a tag."""
    if not finding.is_open:
        return "已消除", "green"
    left = finding.days_left(today)
    if left is not None and left < 0:
        return "已超期", "red"
    return ("整改中", "blue") if finding.is_assigned else ("未指派", "grey")


def due_text(finding: Finding, today: date) -> str:
    """还剩 3 天, 今天到期, 已超期 5 天; empty without a due day and for what is mended."""
    left = finding.days_left(today)
    if left is None:
        return ""
    if left == 0:
        return "今天到期"
    return f"还剩 {left} 天" if left > 0 else f"已超期 {-left} 天"
