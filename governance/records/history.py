"""修改痕迹: what happened to a record, read from the audit events in the names users know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import Scope
from governance.audit.models import Event, EventKind
from governance.exchange import sheets
from governance.exchange.sheets import Sheet
from governance.records.models import Attachment
from governance.records.tables import action_of

KINDS = (
    EventKind.CREATE,
    EventKind.CHANGE,
    EventKind.END,
    EventKind.VOID,
    EventKind.DELETE,
    EventKind.TRANSITION,
)
COLOURS = {
    EventKind.CREATE: "green",
    EventKind.CHANGE: "blue",
    EventKind.END: "amber",
    EventKind.VOID: "red",
    EventKind.DELETE: "red",
}
_NAMES = {
    "voided_on": "作废日期",
    "void_reason": "作废原因",
    "division": "社区",
    "person": "人员",
    "file": "附件",
    "name": "名称",
}
_EMPTY = "（空）"
_LONG = 120


@dataclass(frozen=True)
class FieldChange:
    """One field of an event: its Chinese name, what it was and what it became."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One event as a line of 修改痕迹."""

    at: datetime
    who: str
    role: str
    kind: str
    colour: str
    what: str
    reason: str
    origin: str
    request_id: str
    is_new: bool = False
    changes: list[FieldChange] = field(default_factory=list)


def events_of(row: Any) -> QuerySet[Event]:
    """Events of one record and of its attachments, newest first."""
    files = Attachment.objects.of(row).values_list("pk", flat=True)
    label = Attachment._meta.label_lower
    own = Q(object_type=row._meta.label_lower, object_id=str(row.pk))
    keys = [str(pk) for pk in files]
    if keys:
        own |= Q(object_type=label, object_id__in=keys)
    return Event.objects.filter(own, kind__in=KINDS).order_by("-pk")


def events_of_community(path: str, scope: Scope) -> QuerySet[Event]:
    """Events of all records of a community that the reader may see, newest first."""
    types = [sheet.label for sheet in sheets.known() if scope.may(action_of(sheet), path)]
    return Event.objects.filter(path=path, object_type__in=types, kind__in=KINDS).order_by("-pk")


def entries(events: Sequence[Event], scope: Scope | None = None) -> list[Entry]:
    """Events as lines (two statements: names of users, names of imported files).

    `scope` is the reader's: fields that name a human are left out where it may not see persons.
    """
    if not events:
        return []
    by_label = {sheet.label: sheet for sheet in sheets.known()}
    usernames = {event.username for event in events}
    names = dict(User.objects.filter(username__in=usernames).values_list("username", "display_name"))
    files = _imported_files(events, usernames)
    return [
        _entry(
            event,
            by_label.get(event.object_type),
            names,
            files,
            scope is not None and scope.may(Action.VIEW_PERSONS, event.path),
        )
        for event in events
    ]


def _imported_files(events: Sequence[Event], usernames: set[str]) -> dict[str, str]:
    """Names of files by the number of the request that imported them: the file has an event of its own."""
    numbers = {event.request_id for event in events if event.request_id and not event.detail}
    if not numbers:
        return {}
    imports = Event.objects.filter(
        # By the index of users: the event of the file follows those of its rows.
        username__in=usernames,
        pk__gt=min(event.pk for event in events),
        kind=EventKind.IMPORT,
        request_id__in=numbers,
    )
    return {
        number: str((detail or {}).get("file", ""))
        for number, detail in imports.values_list("request_id", "detail")
    }


def _entry(
    event: Event, sheet: Sheet | None, names: dict[str, str], files: dict[str, str], persons: bool
) -> Entry:
    what = f"{sheet.name}“{event.object_label}”" if sheet is not None else f"附件“{event.object_label}”"
    return Entry(
        at=event.at,
        who=names.get(event.username, event.username),
        role=event.role,
        kind=_kind(event),
        colour=COLOURS.get(EventKind(event.kind), "grey"),
        what=what,
        reason=event.reason,
        origin=origin_of(event, files.get(event.request_id, "")),
        request_id=event.request_id,
        is_new=event.kind == EventKind.CREATE,
        changes=changes_of(event, sheet, persons=persons),
    )


def _kind(event: Event) -> str:
    """A voiding taken back is kept as a change; users know it as 恢复."""
    before = event.before or {}
    if (
        event.kind == EventKind.CHANGE
        and before.get("voided_on")
        and not (event.after or {}).get("voided_on")
    ):
        return "恢复"
    return str(EventKind(event.kind).label)


def origin_of(event: Event, file: str = "") -> str:
    """Where the change came from, in words; `file` is the imported one, where its name is known."""
    detail = event.detail or {}
    origin = str(detail.get("origin", ""))
    file = file or str(detail.get("file", ""))
    if file and event.object_type != Attachment._meta.label_lower:
        return f"导入 {file}"
    words = {
        "form": "页面填写",
        "demo": "演示数据",
        "undo": "撤销导入",
        "move": "转移",
        "adjustment": "社区调整",
    }
    return words.get(origin, origin) or ("命令行" if not event.user_id else "导入")


def changes_of(event: Event, sheet: Sheet | None, *, persons: bool = False) -> list[FieldChange]:
    """The fields of an event in the order of the sheet, named as its columns.

    Open columns that name a human (网格长) only with `persons`.
    """
    before, after = event.before or {}, event.after or {}
    order = _columns(sheet)
    keys = sorted({*before, *after}, key=lambda key: (list(order).index(key) if key in order else 999, key))
    found = []
    for key in keys:
        column = order.get(key)
        if column is not None and column.names_person and not persons:
            continue
        label = column.name if column is not None else _NAMES.get(key) or _verbose(sheet, key)
        old = _text(sheet, key, column, before.get(key))
        new = _text(sheet, key, column, after.get(key))
        if event.kind == EventKind.CREATE and new == _EMPTY:
            continue
        found.append(FieldChange(label, old, new))
    return found


def _columns(sheet: Sheet | None) -> dict[str, Any]:
    if sheet is None:
        return {}
    return {column.history_key: column for column in sheet.columns.values() if column.path}


def _verbose(sheet: Sheet | None, key: str) -> str:
    if sheet is not None:
        try:
            return str(sheet.model._meta.get_field(key).verbose_name)  # type: ignore[union-attr]
        except FieldDoesNotExist:
            pass
    return key


def _choice(sheet: Sheet | None, key: str, value: Any) -> Any:
    """The label of a choice of a field that has no column, else the value itself."""
    try:
        choices = dict(sheet.model._meta.get_field(key).flatchoices) if sheet is not None else {}  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return value
    return choices.get(value, value) if isinstance(value, str) else value


def _text(sheet: Sheet | None, key: str, column: Any, value: Any) -> str:
    """A value of an event as users read it: labels of choices, 是 and 否, shortened when long."""
    if value in (None, ""):
        return _EMPTY
    if column is None:
        value = _choice(sheet, key, value)
    if isinstance(value, dict | list):
        return "图形" if isinstance(value, dict) else "、".join(map(str, value))
    if column is not None and column.mask is None:
        try:
            shown = column.show(value)
        except (ValueError, TypeError, AttributeError):
            shown = value
        value = value if shown is None else shown
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    text = str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
