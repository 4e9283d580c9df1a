"""Columns of list pages and fields of detail pages: declared once, rendered without a template each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from governance.web import formats
from governance.web.outcomes import look

_NUMBERS = {"number", "area", "yuan", "figure"}


def _text(value: Any) -> Any:
    return formats.MISSING if value is None or value == "" else value


def _date(value: Any) -> str:
    """The day; that of a moment by the clock of the office."""
    day = timezone.localtime(value) if isinstance(value, datetime) else value
    return formats.MISSING if day is None else f"{day:%Y-%m-%d}"


def _moment(value: Any) -> str:
    return formats.MISSING if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


def _yes_no(value: Any) -> str:
    return formats.MISSING if value is None else ("是" if value else "否")


def lamp_html(kind: str, severity: str = "", text: str = "") -> SafeString:
    """A lamp for an outcome or severity; `text` replaces the usual word."""
    shape = look(kind, severity)
    return format_html('<span class="lamp {}">{}</span>', shape.css, text or shape.text or kind)


def tag_html(text: str, colour: str = "grey") -> SafeString:
    """A small label; colour is blue, green, amber, red or grey."""
    return format_html('<span class="tag {}">{}</span>', colour, text)


def _lamp(value: Any) -> Any:
    if not value:
        return formats.MISSING
    return lamp_html(*value) if isinstance(value, tuple) else lamp_html(value)


def _tag(value: Any) -> Any:
    if not value:
        return formats.MISSING
    return tag_html(*value) if isinstance(value, tuple) else tag_html(value)


KINDS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "figure": _text,
    "number": formats.thousands,
    "area": formats.area,
    "yuan": formats.yuan,
    "date": _date,
    "moment": _moment,
    "yes_no": _yes_no,
    "lamp": _lamp,
    "tag": _tag,
}


@dataclass(frozen=True)
class Column:
    """A column or field.

    `value`: attribute (dots or double underscores walk relations) or a function of the row.
    `kind`: one of KINDS; figure is a number already written out, lamp takes an outcome or (outcome, severity,
    text), tag a text or (text, colour).
    `url`: a function of the row; an empty answer makes no link. `wrap`: long text that may break.
    `sort`: the model field by which a list can be ordered, empty where it cannot.
    """

    label: str
    value: str | Callable[[Any], Any]
    kind: str = "text"
    url: Callable[[Any], str] | None = None
    strong: bool = False
    wrap: bool = False
    wide: bool = False
    sort: str = ""

    @property
    def css(self) -> str:
        if self.kind in _NUMBERS:
            return "num"
        return "wrap" if self.wrap else ""

    def raw(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        for name in self.value.replace("__", ".").split("."):
            row = getattr(row, name, None)
            if row is None:
                return None
        return row() if callable(row) else row

    def content(self, row: Any) -> SafeString:
        """What stands in the cell, escaped."""
        html = conditional_escape(KINDS[self.kind](self.raw(row)))
        if self.strong:
            html = format_html("<b>{}</b>", html)
        url = self.url(row) if self.url else ""
        return format_html('<a href="{}">{}</a>', url, html) if url else html

    def cell(self, row: Any) -> SafeString:
        if self.css:
            return format_html('<td class="{}">{}</td>', self.css, self.content(row))
        return format_html("<td>{}</td>", self.content(row))


@dataclass(frozen=True)
class Section:
    """A titled group of fields on a detail page."""

    title: str
    fields: tuple[Column, ...]

    @property
    def placed(self) -> list[tuple[Column, bool]]:
        """Each field and whether it takes the rest of its row."""
        spans = stretched([field.wide for field in self.fields])
        return list(zip(self.fields, spans, strict=True))


def stretched(wide: Sequence[bool]) -> list[bool]:
    """Which cells of a two-column form take the rest of their row, so that no hole is left.

    Wide ones do, and a narrow one that would stand alone before a wide one or at the end.
    """
    spans: list[bool] = []
    alone = False
    for index, is_wide in enumerate(wide):
        followed = index + 1 < len(wide) and not wide[index + 1]
        span = is_wide or (not alone and not followed)
        alone = not span and not alone
        spans.append(span)
    return spans
