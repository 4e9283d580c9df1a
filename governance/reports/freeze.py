"""Freezing a period: one evaluation of the whole tree, kept for good."""

from datetime import date

from django.db import transaction

from governance.audit.models import EventKind
from governance.audit.services import record
from governance.policies.evaluation.store import store_frozen
from governance.reports.models import Period, Snapshot


class NotYetCutOff(ValueError):
    """The cut-off day is not over; until then there are drafts only."""


@transaction.atomic
def freeze(*, period: Period, today: date, again: bool = False) -> Snapshot:
    """The snapshot of a period: the latest one, or with `again` (and at the first call) a new version.

    Raises `NotYetCutOff` on or before the cut-off day.
    """
    period = Period.objects.select_for_update().get(pk=period.pk)
    if not period.is_cut_off(today):
        raise NotYetCutOff(f"{period.label}的数据截止日是 {period.cut_off}，截止日过后才能定稿。")
    latest = period.latest_snapshot
    if latest is not None and not again:
        return latest
    run = store_frozen(on=period.cut_off)
    snapshot = Snapshot.objects.create(period=period, version=latest.version + 1 if latest else 1, run=run)
    record(EventKind.CREATE, obj=snapshot, detail={"snapshot": snapshot.name})
    return snapshot
