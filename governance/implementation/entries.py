"""What the services share: texts fit for print, one undertaking locked, one step written once and logged."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError

from governance.accounts.models import User
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.implementation.models import Entry, EntryKind, Undertaking
from governance.policies.follow_up import contains_personal, label_of
from governance.policies.models import Measure

MOST_TEXT = 1000
_UNPRINTABLE = {"Cc", "Cf", "Cn", "Co", "Cs", "So"}
_ALLOWED = "\n■●▲□○△℃㎡"


def clean_text(text: str, *, field: str = "text", required: bool = True) -> str:
    """A text without surplus space; `ValidationError` at the field for what must not stand in a report."""
    text = "\n".join(line.strip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    if required and not text:
        raise ValidationError({field: "请填写内容。"})
    if len(text) > MOST_TEXT:
        raise ValidationError({field: f"内容最多 {MOST_TEXT} 字，请精简，或把详细材料作为附件上传。"})
    if contains_personal(text):
        raise ValidationError({field: "请勿填写身份证号、手机号，删去后再保存。"})
    strange = [char for char in text if unicodedata.category(char) in _UNPRINTABLE and char not in _ALLOWED]
    if strange:
        raise ValidationError({field: f"含有报告无法印刷的符号“{strange[0]}”，请删去后再保存。"})
    return text


def undertaking_for(*, division: Division, measure: Measure, unit_name: str) -> Undertaking:
    """The undertaking, made at the first need, locked until the end of the transaction."""
    made, _ = Undertaking.objects.get_or_create(division=division, measure=measure, unit_name=unit_name)
    return locked(made.pk)


def locked(pk: int) -> Undertaking:
    """An undertaking that nobody else changes until the end of the transaction."""
    rows = Undertaking.objects.select_for_update(of=("self",)).select_related(
        "division", "measure__document__jurisdiction", "measure__task", "latest"
    )
    return rows.get(pk=pk)


def is_written(undertaking: Undertaking, key: str) -> bool:
    """Whether an equal request was here already (asked with the undertaking locked)."""
    return undertaking.entries.filter(key=key).exists()


def write(undertaking: Undertaking, by: User, kind: EntryKind, key: str, **fields: Any) -> Entry:
    """Add a step."""
    return Entry.objects.create(
        undertaking=undertaking,
        division=undertaking.division,
        kind=kind,
        author=by,
        author_name=label_of(by),
        key=key,
        **fields,
    )


def log(undertaking: Undertaking, kind: EventKind, entry: Entry, **values: Any) -> None:
    """One event of the step: what was set, and the words that went with it."""
    after = {"step": entry.get_kind_display(), **{name: _plain(value) for name, value in values.items()}}
    record(kind, obj=undertaking, after=after, reason=entry.text[:500])


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else value
