"""Progress reports: sent with evidence, accepted or returned by the bureau; what was accepted is told on.

Every report is a version of its own; a decision names the version it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.divisions.models import Division
from governance.divisions.paths import ancestor_paths
from governance.implementation.entries import clean_text, is_written, locked, log, undertaking_for, write
from governance.implementation.models import Entry, EntryKind, State, Status, Undertaking
from governance.implementation.units import applies, reporting_names, responsibles
from governance.policies.models import Measure
from governance.records.attachments import take
from governance.records.file_types import FileRefused, file_type

MOST_FILES = 5
"""Files that come with one report; more go with the next version."""


@dataclass(frozen=True)
class Progress:
    """What is reported. `period` is a half-year as 2026H1; `files` are (name, content) pairs."""

    status: str
    text: str
    completed_on: date | None = None
    period: str = ""
    files: Sequence[tuple[str, bytes]] = field(default=())


def half_year(on: date) -> str:
    return f"{on.year}H{1 if on.month <= 6 else 2}"


def _checked(progress: Progress, today: date) -> Progress:
    if progress.status not in Status.values:
        raise ValidationError({"status": "请选择落实状态。"})
    text = clean_text(progress.text)
    done = progress.status == Status.DONE
    if done and progress.completed_on is None:
        raise ValidationError({"completed_on": "状态为“已完成”时，请填写完成日期。"})
    if progress.completed_on is not None and progress.completed_on > today:
        raise ValidationError({"completed_on": "完成日期不能晚于今天。"})
    if len(progress.files) > MOST_FILES:
        raise ValidationError({"files": f"一次最多上传 {MOST_FILES} 个文件。"})
    # All are looked at before the first is stored, so that a refused one leaves nothing behind.
    for name, content in progress.files:
        try:
            file_type(content)
        except FileRefused as error:
            raise ValidationError({"files": f"“{name}”：{error}"}) from error
    return Progress(
        progress.status,
        text,
        progress.completed_on if done else None,
        progress.period or half_year(today),
        progress.files,
    )


@transaction.atomic
def report(
    *,
    user: User,
    division: Division,
    measure: Measure,
    unit_name: str,
    progress: Progress,
    key: str,
    today: date,
) -> Undertaking:
    """Send a version; it waits for the bureau. An equal request changes nothing.

    Raises `PermissionDenied`, and `ValidationError` naming the field.
    """
    given = Undertaking.objects.filter(measure=measure, path__in=ancestor_paths(division.path)).exclude(
        role=""
    )
    if unit_name not in reporting_names(user, division, measure, responsibles(measure, given)):
        raise PermissionDenied("您不能为这个单位报送这项措施的进展。")
    if not applies(measure.document, division):
        raise ValidationError(f"《{measure.document.title}》不适用于{division.name}。")
    progress = _checked(progress, today)
    undertaking = undertaking_for(division=division, measure=measure, unit_name=unit_name)
    if is_written(undertaking, key):
        return undertaking
    kept = [take(user=user, row=undertaking, name=name, content=content) for name, content in progress.files]
    entry = write(
        undertaking,
        user,
        EntryKind.REPORT,
        key,
        text=progress.text,
        status=progress.status,
        completed_on=progress.completed_on,
        period=progress.period,
        files=[{"pk": each.pk, "name": each.name} for each in kept],
    )
    undertaking.state, undertaking.latest = State.WAITING, entry
    undertaking.status, undertaking.completed_on = progress.status, progress.completed_on
    undertaking.save(update_fields=["state", "latest", "status", "completed_on", "path"])
    log(
        undertaking,
        EventKind.CREATE,
        entry,
        status=entry.get_status_display(),
        completed_on=entry.completed_on,
        files=[each.sha256 for each in kept],
    )
    return undertaking


@transaction.atomic
def decide(
    *, user: User, undertaking: Undertaking, report_id: int, accept: bool, remark: str = "", key: str
) -> bool:
    """Accept a version or return it with a remark; False when this form has done so already.

    Nobody decides on his own report. Raises `PermissionDenied`, `ValidationError`.
    """
    require(user, Action.REVIEW_CASE, undertaking.path)
    remark = clean_text(remark, field="remark", required=not accept)
    undertaking = locked(undertaking.pk)
    if is_written(undertaking, key):
        return False
    latest = undertaking.latest
    if latest is None or latest.pk != report_id:
        raise ValidationError("已经报送了新的进展，请查看最新内容后再审核。")
    if undertaking.state != State.WAITING:
        raise ValidationError(f"这份进展{undertaking.get_state_display()}，不用再审核。")
    if latest.author_id == user.pk:
        raise ValidationError("不能审核自己报送的进展，请由另一位同事审核。")
    kind = EntryKind.ACCEPT if accept else EntryKind.RETURN
    entry = write(undertaking, user, kind, key, text=remark, of=latest)
    undertaking.state = State.ACCEPTED if accept else State.RETURNED
    undertaking.save(update_fields=["state", "path"])
    log(undertaking, EventKind.TRANSITION, entry, report=latest.pk)
    return True


def narratives(division: Division, on: date | datetime) -> dict[str, str]:
    """Code of measure → the text accepted last for a division: up to the end of a day, or before a moment.

    Read from rows that are only ever added, so that the same moment always gives the same texts. Where
    several units have reported, their texts stand one after the other. One statement.
    """
    if isinstance(on, datetime):
        before = on
    else:
        before = timezone.make_aware(datetime.combine(on + timedelta(days=1), time()))
    rows = (
        Entry.objects.filter(division=division, kind=EntryKind.ACCEPT, at__lt=before)
        .select_related("of", "undertaking__measure")
        .order_by("pk")
    )
    latest: dict[tuple[str, str], str] = {}
    for row in rows:
        assert row.of is not None
        latest[row.undertaking.measure.code, row.undertaking.unit_name] = row.of.text
    found: dict[str, str] = {}
    for (code, unit), text in sorted(latest.items()):
        told = f"{unit}：{text}" if unit else text
        found[code] = f"{found[code]}\n{told}" if code in found else told
    return found
