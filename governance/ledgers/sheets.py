"""A sheet of the workbook for each record type; forms are made of the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.core.cache import cache

from governance.divisions.models import Division
from governance.divisions.paths import is_under
from governance.exchange.cells import DateWidget, TextWidget
from governance.exchange.importing.lines import Line
from governance.exchange.importing.session import Session
from governance.exchange.sheets import Sheet, SheetField, SheetResource, place_field
from governance.ledgers import chain
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.labels import begin_label, end_label, labels_of
from governance.ledgers.periods import HINTS
from governance.ledgers.proxies import make_proxy
from governance.ledgers.rules import faults
from governance.ledgers.values import PREFIX, PeriodWidget, ValueColumn
from governance.policies.record_schema import OWN_DATES

PERIOD = "期间"
ORDER = 1000
"""Behind the sheets of the workbook."""


class RecordResource(SheetResource):
    """What the columns of a record type have in common; a subclass for each is made by `make_sheet`."""

    ledger: Ledger

    def adjust(self, line: Line) -> None:
        """A ledger is kept where its document applies."""
        assert line.division is not None
        path, name = jurisdiction(self.ledger)
        if not is_under(line.division.path, path):
            place = line.sheet.place
            line.fail(place, f"本台账依据《{self.ledger.document.title}》，只在{name}使用，请核对{place}。")

    def check(self, final: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        names = labels_of(self.ledger)

        def ask(key: str) -> Any:
            return final.get(names[key])

        for rule in self.ledger.record.rules:
            if not rule.breach:
                for key in faults(rule, ask):
                    yield names[key], rule.message

    def check_lines(self, session: Session, by_sheet: Mapping[str, Sequence[Line]]) -> None:
        chain.check(session, self.ledger, by_sheet)

    def finish(self, row: Any) -> None:
        record = self.ledger.record
        row.code, row.edition = record.code, record.version
        for column, key in (("count", record.count), ("amount", record.amount)):
            setattr(row, column, row.values.get(key) if key else None)
        row.status = (row.values.get(record.status) or "") if record.status else ""
        waits = record.due is not None and row.status not in record.done
        row.due_on = getattr(row, f"v_{record.due}") if waits else None
        if record.filing == "event":
            row.period = row.started_on.isoformat() if row.started_on else ""
        if record.until is not None:
            until = getattr(row, f"{PREFIX}{record.until}")
            row.ended_on = until if until is None or row.started_on is None else max(until, row.started_on)
        row.breach = any(True for _ in breaches(self.ledger, row))


DERIVED = ("code", "edition", "count", "amount", "status", "due_on", "period", "breach")


def breaches(ledger: Ledger, row: Any) -> Iterator[str]:
    """What an entry that was saved all the same does not keep, in words."""

    def ask(key: str) -> Any:
        return getattr(row, key if key in OWN_DATES else f"{PREFIX}{key}")

    for rule in ledger.record.rules:
        if rule.breach and any(True for _ in faults(rule, ask)):
            yield rule.message


NOWHERE = ("-", "")
"""The place of a document whose division is not loaded: below no path."""


def jurisdiction(ledger: Ledger) -> tuple[str, str]:
    """Path and name of the division in which a record type is used; all are asked at most once a minute."""
    known: dict[str, tuple[str, str]] | None = cache.get("jurisdictions")
    if known is None:
        codes = {each.document.jurisdiction for each in ledgers().values()}
        rows = Division.objects.filter(code__in=codes).values_list("code", "path", "name")
        known = {code: (path, name) for code, path, name in rows}
        cache.set("jurisdictions", known, 60)
    return known.get(ledger.document.jurisdiction, NOWHERE)


def make_sheet(ledger: Ledger, order: int) -> Sheet:
    """The sheet of a record type: place, period, name, dates, then its fields."""
    record = ledger.record
    begin, end = begin_label(ledger), end_label(ledger)
    columns: dict[str, Any] = {"community_code": place_field(ledger.level)}
    key = []
    if record.is_periodic:
        columns["period"] = SheetField(
            "period", PERIOD, PeriodWidget(record.filing), required=True, description=HINTS[record.filing]
        )
        key.append(PERIOD)
    if record.name is not None:
        columns["name"] = SheetField("name", record.name, TextWidget(120), required=True)
        key.insert(0, record.name)
    columns["started_on"] = SheetField("started_on", begin, DateWidget(), required=True)
    if record.filing == "event":
        key.append(begin)
    columns |= {f"v_{field.key}": ValueColumn(field) for field in record.fields}
    if end:
        columns["ended_on"] = SheetField("ended_on", end, DateWidget())
    beyond = any(rule.is_beyond or rule.breach for rule in record.rules)
    columns |= {"ledger": ledger, "has_rules": bool(record.rules), "looks_beyond": beyond}
    resource = type(f"Resource_{ledger.slug.replace('-', '_')}", (RecordResource,), columns)
    derived = DERIVED if record.filing == "event" else tuple(name for name in DERIVED if name != "period")
    derived += ("ended_on",) if record.until is not None else ()
    return Sheet(
        ledger.sheet_name,
        make_proxy(ledger),
        resource,
        order,
        key=tuple(key),
        derived=derived,
        begin=begin,
        end=end,
        description=_description(ledger),
        slug=ledger.slug,
        unit="条",
        level=ledger.level,
        restricted=record.restricted,
        title=ledger.title,
    )


def _description(ledger: Ledger) -> str:
    parts = [f"依据{ledger.document.code}《{ledger.document.title}》", f"{ledger.filing}填报"]
    return "，".join(parts + ([ledger.record.note] if ledger.record.note else []))


@lru_cache(maxsize=1)
def ledger_sheets() -> dict[str, Sheet]:
    """The sheets of all record types by slug."""
    return {
        slug: make_sheet(ledger, ORDER + number) for number, (slug, ledger) in enumerate(ledgers().items())
    }
