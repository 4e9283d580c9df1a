"""Charts as SVG made on the server: the same in page and PDF, with a <title>; a table stands beside each.

Colours are attributes, not styles, so that the content policy of the pages allows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

COLOURS = {
    "blue": "#1760c4",
    "green": "#1f9d4d",
    "amber": "#d98c00",
    "red": "#c3201d",
    "grey": "#8794a8",
    "light": "#c8d3e0",
    "fault": "#6b2fa0",
}
WIDTH = 640
LABEL_WIDTH = 150
VALUE_WIDTH = 90
ROW_HEIGHT = 28
BAR_HEIGHT = 16
CURVE_LEFT = 90
CURVE_RIGHT = 60
CURVE_TOP = 14
CURVE_HEIGHT = 170
MINI_WIDTH = 120
MINI_HEIGHT = 12


@dataclass(frozen=True)
class Bar:
    """One bar: `value` sets its length, `text` is what is printed behind it (the value by default)."""

    label: str
    value: float
    text: str = ""
    colour: str = "blue"
    url: str = ""


@dataclass(frozen=True)
class Part:
    """One piece of a stacked bar."""

    label: str
    value: int
    colour: str


@dataclass(frozen=True)
class Stack:
    """One stacked bar: pieces side by side in the given order."""

    label: str
    parts: Sequence[Part]
    url: str = ""


def _scale(value: float, top: float) -> float:
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    return round(room * max(value, 0) / top, 1) if top > 0 else 0


def _short(text: str, limit: int = 10) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def horizontal_bars(
    title: str, bars: Sequence[Bar], *, maximum: float | None = None, target: float | None = None
) -> SafeString:
    """Horizontal bars under each other; `target` draws a dashed line at that value. Empty without bars."""
    if not bars:
        return SafeString("")
    top = maximum or max([bar.value for bar in bars] + ([target] if target else [])) or 1
    rows = [
        {
            "label": bar.label,
            "short": _short(bar.label),
            "text": bar.text or f"{bar.value:,}",
            "fill": COLOURS[bar.colour],
            "url": bar.url,
            "y": index * ROW_HEIGHT,
            "width": _scale(min(bar.value, top), top),
            "text_x": LABEL_WIDTH + _scale(min(bar.value, top), top) + 8,
        }
        for index, bar in enumerate(bars)
    ]
    return render_to_string(
        "web/charts/bars.svg",
        {
            "title": title,
            "rows": rows,
            "target_x": LABEL_WIDTH + _scale(target, top) if target is not None else None,
            "role": _role(bars),
            **_frame(len(bars)),
        },
    )


def stacked_bars(title: str, stacks: Sequence[Stack]) -> SafeString:
    """Stacked bars of one common scale; a number stands in every piece wide enough for it."""
    if not stacks:
        return SafeString("")
    top = max((sum(part.value for part in stack.parts) for stack in stacks), default=0) or 1
    rows = []
    for index, stack in enumerate(stacks):
        x: float = LABEL_WIDTH
        pieces = []
        for part in stack.parts:
            width = _scale(part.value, top)
            if width:
                pieces.append(
                    {
                        "label": part.label,
                        "value": part.value,
                        "fill": COLOURS[part.colour],
                        "ink": "#1c2733" if part.colour in {"amber", "light", "grey"} else "#ffffff",
                        "x": round(x, 1),
                        "width": width,
                        "middle": round(x + width / 2, 1),
                        "shown": width > 9 * len(str(part.value)) + 4,
                    }
                )
            x += width
        rows.append(
            {
                "label": stack.label,
                "short": _short(stack.label),
                "url": stack.url,
                "y": index * ROW_HEIGHT,
                "pieces": pieces,
                "total": sum(part.value for part in stack.parts),
                "text_x": round(x + 8, 1),
            }
        )
    legend = list({part.label: COLOURS[part.colour] for stack in stacks for part in stack.parts}.items())
    keys = [
        {"label": label, "fill": fill, "x": x, "text_x": x + 17}
        for x, (label, fill) in zip(range(LABEL_WIDTH, WIDTH, 92), legend, strict=False)
    ]
    return render_to_string(
        "web/charts/stacks.svg",
        {
            "title": title,
            "rows": rows,
            "keys": keys,
            "role": _role(stacks),
            **_frame(len(stacks), head=26),
        },
    )


def mini_stack(title: str, parts: Sequence[Part]) -> SafeString:
    """One narrow stacked bar for a table cell, always of full width; the numbers stand in the row."""
    total = sum(part.value for part in parts)
    if not total:
        return SafeString("")
    x, pieces = 0.0, []
    for part in parts:
        width = round(MINI_WIDTH * part.value / total, 1)
        if part.value:
            pieces.append({"x": round(x, 1), "width": width, "fill": COLOURS[part.colour], "part": part})
        x += width
    return render_to_string(
        "web/charts/mini.svg", {"title": title, "pieces": pieces, "width": MINI_WIDTH, "height": MINI_HEIGHT}
    )


@dataclass(frozen=True)
class Curve:
    """A line through points of (day, figure); `dashed` for one that is only shown beside the other."""

    label: str
    points: Sequence[tuple[date, float]]
    colour: str = "blue"
    dashed: bool = False


def day_curves(
    title: str,
    curves: Sequence[Curve],
    *,
    ticks: Sequence[tuple[float, str]],
    mark: date | None = None,
    point: tuple[date, float, str] | None = None,
) -> SafeString:
    """Lines over time: `ticks` label figures on the left, `mark` is a day, `point` a figure with its text."""
    days = [day for curve in curves for day, _ in curve.points] + ([mark] if mark else [])
    figures = [figure for curve in curves for _, figure in curve.points] + [figure for figure, _ in ticks]
    figures += [point[1]] if point else []
    if not days or min(days) == max(days):
        return SafeString("")
    first, span = min(days), (max(days) - min(days)).days
    low, high = min([0, *figures]), max(figures)
    room, height = WIDTH - CURVE_LEFT - CURVE_RIGHT, CURVE_HEIGHT

    def x(day: date) -> float:
        return round(CURVE_LEFT + room * (day - first).days / span, 1)

    def y(figure: float) -> float:
        return round(CURVE_TOP + height * (1 - (figure - low) / ((high - low) or 1)), 1)

    return render_to_string(
        "web/charts/curves.svg",
        {
            "title": title,
            "width": WIDTH,
            "height": height + CURVE_TOP + 46,
            "left": CURVE_LEFT,
            "right": WIDTH - CURVE_RIGHT,
            "floor": CURVE_TOP + height,
            "curves": [
                {
                    "label": curve.label,
                    "path": " ".join(f"{x(day)},{y(figure)}" for day, figure in curve.points),
                    "stroke": COLOURS[curve.colour],
                    "dashed": curve.dashed,
                    "key_x": CURVE_LEFT + place * 190,
                    "key_y": height + CURVE_TOP + 38,
                }
                for place, curve in enumerate(curves)
            ],
            "ticks": [{"y": y(figure), "text_y": y(figure) + 4, "text": text} for figure, text in ticks],
            "days": [{"x": x(day), "text": f"{day:%Y-%m-%d}"} for day in (first, max(days))],
            "mark": {"x": x(mark), "text": f"{mark:%Y-%m-%d}"} if mark else None,
            "point": {"x": x(point[0]), "y": y(point[1]), "text": point[2]} if point else None,
            "fill": COLOURS["red"],
        },
    )


def _role(rows: Sequence[Bar | Stack]) -> str:
    """An image hides its links from screen readers, so a chart with links is a group."""
    return "group" if any(row.url for row in rows) else "img"


def _frame(count: int, head: int = 0) -> dict[str, int]:
    return {
        "width": WIDTH,
        "height": count * ROW_HEIGHT + head + 4,
        "head": head,
        "label_x": LABEL_WIDTH - 8,
        "bar_x": LABEL_WIDTH,
        "bar_height": BAR_HEIGHT,
        "bar_y": (ROW_HEIGHT - BAR_HEIGHT) // 2,
        "text_y": ROW_HEIGHT // 2 + 5,
    }
