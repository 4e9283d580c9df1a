"""Figures of measures that a registry already holds: rows by the answers of a column, or its sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django.core.cache import cache
from django.db import models
from django.db.models import Count, Q, Sum

from governance.divisions.models import Division
from governance.divisions.paths import under
from governance.exchange import sheets
from governance.exchange.cells import ChoiceWidget, QuantityWidget, YesNoWidget
from governance.exchange.rows import DatedRow, active_on
from governance.exchange.sheets import Sheet, SheetField
from governance.policies.figures import Figure
from governance.policies.models import Measure
from governance.web.formats import thousands

SECONDS = 60


def _asked(measures: Sequence[Measure]) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Slug of a sheet → (measure, item of `realised_by`) that are about it."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for measure in measures:
        for item in measure.realised_by:
            if item["kind"] == "registry" and item.get("sheet"):
                found.setdefault(item["sheet"], []).append((measure.code, item))
    return found


def figures(measures: Sequence[Measure], division: Division, on: date) -> Mapping[str, Sequence[Figure]]:
    """One statement for each registry that measures rest on."""
    found: dict[str, list[Figure]] = {}
    for slug, asked in _asked(measures).items():
        sheet = sheets.by_slug(slug)
        if sheet is None:
            continue
        names = list(dict.fromkeys(item.get("column", "") for _, item in asked))
        columns = {name: _expressions(sheet, name) for name in names}
        wanted = {key: value for each in columns.values() for key, (_, _, value) in each.items()}
        sums = _sums(sheet, division, on, wanted)
        for code, item in asked:
            found.setdefault(code, []).extend(
                Figure(label, f"{thousands(sums[key] or 0)} {unit}", _url(item, division))
                for key, (label, unit, _) in columns[item.get("column", "")].items()
            )
    return found


def _sums(sheet: Sheet, division: Division, on: date, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The aggregates over the rows in force below a division; they may be a minute old."""
    key = f"registry-figures:{sheet.slug}:{division.path}:{on}:{crc32(repr(sorted(wanted)).encode())}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        rows = sheet.model._default_manager.valid().filter(under(division.path))
        if issubclass(sheet.model, DatedRow):
            rows = rows.filter(active_on(on))
        kept = rows.aggregate(**wanted)
        cache.set(key, kept, SECONDS)
    return kept


def _url(item: Mapping[str, str], division: Division) -> str:
    return f"{item.get('url', '')}?{urlencode({'area': division.code})}"


def _expressions(sheet: Sheet, name: str) -> dict[str, tuple[str, str, Any]]:
    """Alias → (label, unit, aggregate) of a column, or of the rows when none is named."""
    if not name:
        return {"rows": (sheet.name, sheet.unit, Count("pk"))}
    column = sheet.columns[name]
    lookup = "__".join(column.path)
    alias = column.path[-1]
    widget = column.widget
    if isinstance(widget, ChoiceWidget):
        return {
            f"{alias}_{number}": (label, sheet.unit, Count("pk", filter=Q(**{lookup: value})))
            for number, (value, label) in enumerate(widget.pairs)
        }
    if isinstance(widget, YesNoWidget):
        return {
            f"{alias}_yes": (f"{name}：是", sheet.unit, Count("pk", filter=Q(**{lookup: True}))),
            f"{alias}_no": (f"{name}：否", sheet.unit, Count("pk", filter=Q(**{lookup: False}))),
        }
    if isinstance(widget, QuantityWidget) and not widget.decimals:
        return {f"{alias}_sum": (name, widget.unit, Sum(lookup))}
    return {
        f"{alias}_filled": (f"已填{name}", sheet.unit, Count("pk", filter=_filled(sheet, column, lookup)))
    }


def _filled(sheet: Sheet, column: SheetField, lookup: str) -> Q:
    """Rows whose column says something."""
    condition = Q(**{f"{lookup}__isnull": False})
    text = len(column.path) == 1 and isinstance(
        sheet.model._meta.get_field(column.model_field), models.CharField
    )
    return condition & ~Q(**{lookup: ""}) if text else condition
