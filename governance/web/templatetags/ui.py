"""Components of the pages: `{% load ui %}`."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.forms import Form
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.web import charts, columns, formats
from governance.web.paging import Page

register = template.Library()

MESSAGE_ICONS = {
    "success": "circle-check",
    "warning": "alert-triangle",
    "error": "circle-x",
}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """`{% icon "home" %}`: an icon of the sprite; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f"ico {css}".strip(),
        static("vendor/icons.svg"),
        name,
    )


@register.simple_block_tag
def panel(
    content: str,
    title: str = "",
    level: int = 2,
    meta: str = "",
    url: str = "",
    link: str = "更多",
    bare: bool = False,
) -> SafeString:
    """`{% panel "标题" url=… link="…" %}…{% endpanel %}`; `bare` leaves out the padding (for tables)."""
    return render_to_string(
        "web/panel.html",
        {
            "content": content,
            "title": title,
            "level": level,
            "meta": meta,
            "url": url,
            "link": link,
            "bare": bare,
        },
    )


@register.simple_tag
def lamp(kind: str, severity: str = "", text: str = "") -> SafeString:
    """`{% lamp result.outcome result.severity %}`: colour, shape and text of an outcome or a severity."""
    return columns.lamp_html(kind, severity, text)


@register.filter
def error_count(form: Form) -> int:
    """How many messages the summary of a form lists."""
    return sum(len(messages) for messages in form.errors.values())


@register.simple_tag(name="tag")
def tag_(text: str, colour: str = "grey") -> SafeString:
    """`{% tag "草稿" "grey" %}`: blue, green, amber, red or grey."""
    return columns.tag_html(text, colour)


@register.simple_tag
def figure(value: Any, url: str = "", unit: str = "") -> SafeString:
    """A number that links to the rows behind it."""
    text = formats.thousands(value)
    tail = format_html("<small>{}</small>", unit) if unit and text != formats.MISSING else ""
    if url:
        return format_html('<a class="figure-link" href="{}">{}{}</a>', url, text, tail)
    return format_html('<span class="figure-link">{}{}</span>', text, tail)


@register.inclusion_tag("web/tile.html")
def tile(
    label: str,
    value: Any,
    unit: str = "",
    icon: str = "chart-bar",
    colour: str = "",
    url: str = "",
    note: str = "",
) -> dict[str, Any]:
    """A large number in a `<div class="kpis">`; colour is red, amber, green or empty (blue)."""
    return {
        "label": label,
        "value": formats.thousands(value),
        "unit": unit,
        "icon": icon,
        "colour": colour,
        "url": url,
        "note": note,
    }


@register.inclusion_tag("web/pager.html")
def pager(page: Page) -> dict[str, Any]:
    """First, previous, next, last and the (capped) number of rows."""
    return {"page": page}


@register.inclusion_tag("web/filter_bar.html", takes_context=True)
def filter_bar(context: dict[str, Any], form: Form) -> dict[str, Any]:
    """A GET form with 查询, 重置 and 更多条件; on a list also the last and the saved conditions."""
    request: HttpRequest = context["request"]
    names = ("conditions", "last_conditions", "saved_filters", "csrf_token")
    kept = {name: context.get(name) for name in names}
    return {"form": form, "path": request.path, "remembers": context.get("saved_filters") is not None, **kept}


@register.inclusion_tag("web/steps.html")
def steps(labels: Sequence[Any], current: int) -> dict[str, Any]:
    """Numbered steps; `labels` are texts or (text, note) pairs, `current` counts from 1."""
    rows = []
    for number, label in enumerate(labels, start=1):
        text, note = (label, "") if isinstance(label, str) else label
        state = "now" if number == current else ("done" if number < current else "")
        rows.append({"number": number, "text": text, "note": note, "state": state})
    return {"rows": rows}


@register.inclusion_tag("web/progress.html")
def progress(value: int, maximum: int = 100, label: str = "进度") -> dict[str, Any]:
    """A progress bar with its share as text."""
    share = min(100, value * 100 // maximum) if maximum else 0
    return {"value": value, "maximum": maximum or 1, "share": share, "label": label}


@register.inclusion_tag("web/empty.html")
def empty(title: str, hint: str = "", icon: str = "folder") -> dict[str, Any]:
    """What to say, and what to do next, where there are no rows."""
    return {"title": title, "hint": hint, "icon": icon}


@register.simple_tag
def bars(
    title: str, rows: Sequence[charts.Bar], target: float | None = None, maximum: float | None = None
) -> SafeString:
    """Horizontal bars as SVG; put a table with the same numbers beside them."""
    return charts.horizontal_bars(title, rows, target=target, maximum=maximum)


@register.simple_tag
def stacks(title: str, rows: Sequence[charts.Stack]) -> SafeString:
    """Stacked bars as SVG; put a table with the same numbers beside them."""
    return charts.stacked_bars(title, rows)


@register.simple_tag
def day_curves(chart: dict[str, Any]) -> SafeString:
    """Lines over time as SVG from the arguments of `charts.day_curves`; put a table beside them."""
    return charts.day_curves(**chart)


@register.simple_tag
def mini_stack(title: str, parts: Sequence[charts.Part]) -> SafeString:
    """One narrow stacked bar for a table cell."""
    return charts.mini_stack(title, parts)


@register.simple_tag
def cell(column: columns.Column, row: Any) -> SafeString:
    """The table cell of a column."""
    return column.cell(row)


@register.simple_tag
def content(column: columns.Column, row: Any) -> SafeString:
    """What a column shows of a row, without the cell."""
    return column.content(row)


@register.filter
def area(value: int | None) -> str:
    """Hundredths of a square metre as ㎡: 60000 → 600.00."""
    return formats.area(value)


@register.filter
def yuan(value: int | None) -> str:
    """分 as 元: 123456 → 1,234.56."""
    return formats.yuan(value)


@register.filter
def hundredths(value: int | None) -> str:
    """Hundredths as a decimal number: 8750 → 87.50; nothing → —."""
    return formats.hundredths(value)


@register.filter
def thousands(value: Any) -> str:
    """12345 → 12,345; nothing → —."""
    return formats.thousands(value)


@register.filter
def percent(part: int | None, whole: int | None) -> str:
    """`{{ part|percent:whole }}` → 12.34%."""
    return formats.percent(part, whole)


@register.filter
def first_char(value: Any) -> str:
    return str(value)[:1]


@register.filter
def message_icon(level: str) -> str:
    return MESSAGE_ICONS.get(level, "info-circle")
