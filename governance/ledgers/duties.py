"""What is due: periods that were not filed, subjects that lack what each must have, days that passed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division
from governance.divisions.paths import under, within
from governance.exchange.rows import active_on
from governance.ledgers.catalogue import Ledger
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import Period, closed_periods
from governance.ledgers.subjects import Census, subjects, used_in
from governance.web.todo import SOON, Todo

PERIODS_SHOWN = {"month": 12, "quarter": 4, "half_year": 2, "year": 2}
"""How far back what was not filed is still asked for."""


@dataclass(frozen=True)
class DueLine:
    """One period (or the whole, for what exists) of a record type: expected, filed, in time, missing."""

    ledger: Ledger
    period: Period | None
    due_on: date | None
    expected: int
    filed: int
    in_time: int

    @property
    def missing(self) -> int:
        return self.expected - self.filed

    @property
    def label(self) -> str:
        return self.period.label if self.period else "现有"

    def is_late(self, on: date) -> bool:
        return bool(self.missing and self.due_on is not None and self.due_on < on)


def expected_ledgers(paths: Iterable[str]) -> list[Ledger]:
    """Record types of which every subject must file something."""
    return [ledger for ledger in used_in(paths) if ledger.record.expected]


def asked_periods(ledger: Ledger, on: date) -> list[Period]:
    """The closed periods that are asked for on a day, newest first, none before its document."""
    filing = ledger.record.filing
    since = ledger.document.issued
    periods = closed_periods(filing, on, PERIODS_SHOWN[filing])
    return [each for each in periods if since is None or each.first_day >= since]


def due_lines(some: Sequence[Ledger], paths: Sequence[str], on: date) -> list[DueLine]:
    """All that is expected below some paths: a few statements for all record types together.

    A subject founded within a period is expected from its first full period on (D34).
    """
    periods = {ledger.slug: asked_periods(ledger, on) if ledger.record.is_periodic else [] for ledger in some}
    census = Census(some, paths)
    filed = _filed(some, periods, paths)
    standing = [ledger for ledger in some if not ledger.record.is_periodic]
    covered = _covered(standing, paths, on) if standing else {}
    lines = []
    for ledger in some:
        for period in periods[ledger.slug]:
            due = period.due_on(ledger.record.due_days)
            expected = census.count(ledger, period.first_day)
            done, in_time = filed.get((ledger.code, period.code), (0, 0))
            lines.append(DueLine(ledger, period, due, expected, min(done, expected), min(in_time, expected)))
        if not ledger.record.is_periodic:
            expected = census.count(ledger)
            done = min(covered.get(ledger.code, 0), expected)
            lines.append(DueLine(ledger, None, None, expected, done, done))
    return lines


def _filed(
    some: Sequence[Ledger], periods: Mapping[str, Sequence[Period]], paths: Sequence[str]
) -> dict[tuple[str, str], tuple[int, int]]:
    """(code, period) → subjects that filed it, and those that did in time (one statement)."""
    in_time = Q(pk__in=[])
    for ledger in some:
        for period in periods[ledger.slug]:
            due = period.due_on(ledger.record.due_days)
            in_time |= Q(code=ledger.code, period=period.code, started_on__lte=due)
    codes = [ledger.code for ledger in some if periods[ledger.slug]]
    rows = LedgerEntry.objects.valid().filter(within(paths), code__in=codes).order_by()
    rows = rows.exclude(unfinished(some))
    found = rows.values("code", "period").annotate(
        done=Count("division", distinct=True), timely=Count("division", distinct=True, filter=in_time)
    )
    return {(row["code"], row["period"]): (row["done"], row["timely"]) for row in found}


def unfinished(some: Iterable[Ledger]) -> Q:
    """Entries of a period that were begun but have not come to what closes them: not filed yet."""
    found = Q(pk__in=[])
    for ledger in some:
        if ledger.record.is_periodic and ledger.record.done:
            found |= Q(code=ledger.code) & ~Q(status__in=ledger.record.done)
    return found


def _covered(some: Sequence[Ledger], paths: Sequence[str], on: date) -> dict[str, int]:
    """How many subjects have what each must have, by code (one statement)."""
    codes = [ledger.code for ledger in some]
    rows = LedgerEntry.objects.valid().filter(within(paths), active_on(on), code__in=codes).order_by()
    found = rows.values("code").annotate(done=Count("division", distinct=True))
    return dict(found.values_list("code", "done"))


def missing_subjects(ledger: Ledger, path: str, period: Period | None, on: date) -> list[Division]:
    """The subjects below a path that have not filed a period, or lack what each must have."""
    rows = LedgerEntry.objects.valid().filter(under(path), code=ledger.code)
    if period is not None:
        rows = rows.filter(period=period.code).exclude(unfinished([ledger]))
    else:
        rows = rows.filter(active_on(on))
    asked = subjects(ledger, path).exclude(pk__in=rows.order_by().values("division"))
    if period is not None:
        asked = asked.filter(Q(opened_on=None) | Q(opened_on__lte=period.first_day))
    return list(asked.select_related("parent"))


def todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """What waits for whoever enters: periods that were not filed, and entries whose day passed or comes."""
    paths = scope_of(request.user).paths(Action.ADD)
    return [*_periods_due(paths, on), *_days_due(paths, on)]


def _days_due(paths: Sequence[str], on: date) -> Iterable[Todo]:
    """Entries that wait past their day, and those whose day comes within a week."""
    late, soon = Q(due_on__lt=on), Q(due_on__gte=on, due_on__lte=on + SOON)
    row = (
        LedgerEntry.objects.valid()
        .filter(within(paths), due_on__lte=on + SOON)
        .aggregate(
            late=Count("pk", filter=late),
            since=Min("due_on", filter=late),
            soon=Count("pk", filter=soon),
            next=Min("due_on", filter=soon),
        )
    )
    index = reverse("ledgers:index")
    yield Todo("专项台账：未按期办结", f"{index}?state=late", row["since"], row["late"], "条")
    yield Todo("专项台账：即将到期", index, row["next"], row["soon"], "条")


def _periods_due(paths: Sequence[str], on: date) -> Iterable[Todo]:
    """Past periods that were not filed, the late ones and those still in time each as one."""
    some = [ledger for ledger in expected_ledgers(paths) if ledger.record.is_periodic]
    lines = [line for line in due_lines(some, paths, on) if line.missing] if some else []
    url = reverse("ledgers:due")
    for label, found in (
        ("应报未报的专项台账", [line for line in lines if line.is_late(on)]),
        ("待报的专项台账", [line for line in lines if not line.is_late(on)]),
    ):
        due = min((line.due_on for line in found if line.due_on is not None), default=None)
        titles = list(dict.fromkeys(line.ledger.title for line in found))
        note = "、".join(titles[:3]) + (f" 等 {len(titles)} 本" if len(titles) > 3 else "")
        yield Todo(label, url, due, sum(line.missing for line in found), "份", note=note)
