"""The list of each record type: name, period, dates, and its fields as far as a line has room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Count
from django.urls import reverse

from governance.accounts.roles import Action
from governance.exchange.rows import RegistryQuerySet
from governance.exchange.sheets import Sheet
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.filters import EntryFilter
from governance.ledgers.labels import begin_label, end_label
from governance.ledgers.sheets import breaches, ledger_sheets
from governance.policies.models import Measure
from governance.policies.presentation import clause_url
from governance.policies.record_schema import RecordField
from governance.records.presentation import cell_shown
from governance.records.tables import About, RowTable
from governance.web.columns import Column
from governance.web.views import Button

_LONG = ("long_text", "choices")
_NUMBERS = ("number", "quantity", "money", "percent")
MOST_FIELDS = 6
"""More fields than this are shown on the record's own page only."""


def _field_column(sheet: Sheet, field: RecordField, ledger: Ledger) -> Column:
    column = sheet.columns[field.label]
    if field.key == ledger.record.status:
        done = set(ledger.record.done)

        def tag(row: Any) -> tuple[str, str]:
            return str(cell_shown(column, row)), "green" if row.status in done else "blue"

        return Column(field.label, tag if done else lambda row: (cell_shown(column, row), "blue"), "tag")
    if field.type in _NUMBERS:
        unit = field.unit or ("元" if field.type == "money" else "%" if field.type == "percent" else "")
        label = f"{field.label}（{unit}）" if unit else field.label
        return Column(label, lambda row: cell_shown(column, row), "figure")
    return Column(field.label, lambda row: cell_shown(column, row), wrap=field.type in _LONG)


def _columns(ledger: Ledger, sheet: Sheet) -> Callable[[date], Sequence[Column]]:
    def columns(on: date) -> Sequence[Column]:
        record = ledger.record
        found = []
        if record.name is not None:
            found.append(Column(record.name, str, strong=True, wrap=True, sort="name"))
        elif record.is_periodic:
            found.append(Column("期间", str, strong=True, sort="period"))
        if record.name is not None and record.is_periodic:
            period = sheet.columns["期间"]
            found.append(Column("期间", lambda row: period.render(row.period), sort="period"))
        if ledger.has_breaches:  # before the fields, so that a wide list does not push it out of sight
            found.append(Column("规定核对", _kept, "tag"))
        found.append(Column(begin_label(ledger), "started_on", "date", sort="started_on"))
        found += [_field_column(sheet, field, ledger) for field in record.fields[:MOST_FIELDS]]
        if end_label(ledger):
            found.append(Column(end_label(ledger), "ended_on", "date"))
        return found

    return columns


def _kept(row: Any) -> tuple[str, str] | None:
    return ("不符合", "red") if row.breach else None


def _rows(sheet: Sheet) -> Callable[[], RegistryQuerySet]:
    return lambda: sheet.model._default_manager.all()


@cache
def table_of(slug: str) -> RowTable | None:
    """The table of a record type."""
    ledger, sheet = ledgers().get(slug), ledger_sheets().get(slug)
    if ledger is None or sheet is None:
        return None
    texts = [field.key for field in ledger.record.fields if field.type in {"text", "long_text"}]
    return RowTable(
        slug,
        _columns(ledger, sheet),
        _rows(sheet),
        ordering=("-started_on", "pk"),
        # What lies in JSON has no `contains` of text, but this.
        search=("name", *(f"values__{key}__icontains" for key in texts)),
        search_label="文字",
        icon="clipboard-data",
        filter_class=EntryFilter if ledger.record.due or ledger.has_breaches else None,
        summary={"记录数": Count("pk")} if ledger.record.restricted else None,
        about=lambda: _about(ledger),
        buttons=(
            Button("下载模板", "ledgers:template", "download", action=Action.IMPORT, query=f"?ledger={slug}"),
            Button("统计", "ledgers:statistics", "chart-bar", args=(slug,)),
        ),
        row_buttons=_notice(ledger) if ledger.record.notice else None,
        remarks=(lambda row: list(breaches(ledger, row))) if ledger.has_breaches else None,
    )


def _sentence(text: str) -> str:
    """With its full stop: on the form several stand in one line."""
    return text if text.endswith(("。", "！", "？", "…")) else f"{text}。"


def _about(ledger: Ledger) -> About:
    """The measure in our own words, what is to be attached, and the way to its clause."""
    measure = Measure.objects.select_related("document", "clause").filter(code=ledger.record.measure).first()
    texts = [ledger.record.note] if ledger.record.note else []
    if ledger.record.evidence:
        texts.append(f"请上传附件：{ledger.record.evidence}。")
    if measure is None:
        return About([_sentence(each) for each in texts])
    where = f"{measure.document.title} {measure.clause.ref}（{measure.code}）"
    url = clause_url(measure.document.key, measure.clause.ref)
    return About(
        [_sentence(each) for each in (measure.text, *texts)],
        [(f"依据：{where}", url), ("全部专项台账", reverse("ledgers:index"))],
    )


def _notice(ledger: Ledger) -> Callable[[Any], Sequence[tuple[str, str, str]]]:
    def buttons(row: Any) -> Sequence[tuple[str, str, str]]:
        return [("公开栏大字版", reverse("ledgers:notice", args=[ledger.slug, row.pk]), "printer")]

    return buttons
