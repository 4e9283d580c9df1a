"""Bar charts as SVG drawn by templates: real text in the document's faces, exact sizes, no chart library.

All lengths are points on the paper (type area 442 pt wide); the same SVG scales on a web page.
"""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from .inline import clean, width_em
from .model import Bar, Chart, Number
from .templating import render

WIDTH = 442.0
FONT = 10.5
SMALL = 9.0
FILLS = ("#1f4e79", "#9dc3e6", "#ffffff")
"""Dark, light, white: told apart on a black-and-white printer too."""
NO_DATA = "无数据"
KINDS = ("街道", "社区", "开发区", "新区", "区", "县", "市", "镇", "乡", "村")


@dataclass(frozen=True, slots=True)
class _Label:
    x: str
    y: str
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class _Rect:
    x: str
    y: str
    width: str
    height: str
    fill: str


def chart_svg(chart: Chart) -> SafeString:
    """The chart as an `<svg>` element, its title first (read out; the figure's Alt text in the PDF)."""
    return _horizontal(chart) if chart.direction == "horizontal" else _vertical(chart)


def _points(value: float) -> str:
    """Fixed decimals: the same bytes on every machine."""
    return f"{value:.2f}"


def _fit(text: str, ems: float) -> str:
    """`text` cut to a width in ems; a cut is shown by an ellipsis."""
    text = clean(text)
    if width_em(text) <= ems:
        return text
    while text and width_em(text) > ems - 1:
        text = text[:-1]
    return text + "…"


def _scale(chart: Chart) -> float:
    values: list[Number] = [b.value for s in chart.series for b in s.bars if b.value is not None]
    if chart.reference and chart.reference.value is not None:
        values.append(chart.reference.value)
    return max((float(v) for v in values), default=0.0) or 1.0


def _horizontal(chart: Chart) -> SafeString:
    row, bar, top = 18.0, 11.0, 20.0 if chart.reference else 4.0
    bars = chart.series[0].bars
    label_ems = min(14.0, max(width_em(label) for label in chart.labels))
    value_ems = max(width_em(b.text or NO_DATA) for b in bars)
    left = label_ems * FONT + 8
    room = WIDTH - left - value_ems * SMALL - 10
    top_value = _scale(chart)
    required = None
    if chart.reference and chart.reference.value is not None:
        required = left + room * float(chart.reference.value) / top_value
    rects, labels, values = [], [], []
    for index, (label, item) in enumerate(zip(chart.labels, bars, strict=True)):
        y = top + index * row
        length = room * float(item.value) / top_value if item.value is not None else 0.0
        if length:
            rects.append(
                _Rect(_points(left), _points(y + (row - bar) / 2), _points(length), _points(bar), FILLS[0])
            )
        base = _points(y + row / 2 + FONT * 0.36)
        labels.append(_Label(_points(left - 6), base, _fit(label, label_ems), "end"))
        start, words = left + length + 4, _value(item)
        if required is not None and start - 2 < required < start + width_em(words) * SMALL + 2:
            start = required + 4  # the words step aside for the line of the value required
        values.append(_Label(_points(start), base, words))
    height = top + len(bars) * row + 4
    reference = None
    if chart.reference and required is not None:
        # Keep the words inside the drawing when the line stands near its right end.
        half = width_em(chart.reference.text) * SMALL / 2
        x = min(max(required, half), WIDTH - half)
        words = clean(chart.reference.text)
        reference = {"x": _points(required), "label": _Label(_points(x), "12.00", words, "middle")}
    return render(
        "chart_bars.html",
        {
            "title": clean(chart.title),
            "height": _points(height),
            "top": _points(top - 4),
            "bottom": _points(height - 2),
            "left": _points(left),
            "rects": rects,
            "labels": labels,
            "values": values,
            "reference": reference,
        },
    )


def _vertical(chart: Chart) -> SafeString:
    top, plot, left = 26.0, 150.0, 6.0
    slot = (WIDTH - left) / len(chart.labels)
    count = len(chart.series)
    bar = min(26.0, slot * 0.8 / count)
    top_value = _scale(chart)
    base = top + 12 + plot
    rects, labels, values = [], [], []
    for number, series in enumerate(chart.series):
        for index, item in enumerate(series.bars):
            x = left + slot * (index + 0.5) + bar * (number - count / 2)
            height = plot * float(item.value) / top_value if item.value is not None else 0.0
            rects.append(
                _Rect(_points(x), _points(base - height), _points(bar), _points(height), FILLS[number])
            )
            # Neighbouring values share little room: those of every second series stand one line higher.
            text = _value(item)
            lift = 9.0 if number % 2 and width_em(text) * SMALL > bar + 4 else 0.0
            values.append(_Label(_points(x + bar / 2), _points(base - height - 3 - lift), text, "middle"))
    per_line = max(1, int(slot / FONT))
    lines = 1
    for index, label in enumerate(chart.labels):
        parts = _split(clean(label), per_line)
        lines = max(lines, len(parts))
        for line, part in enumerate(parts):
            x = left + slot * (index + 0.5)
            labels.append(_Label(_points(x), _points(base + 14 + line * 12), part, "middle"))
    legend, x = [], left
    for number, series in enumerate(chart.series):
        swatch = _Rect(_points(x), "3.00", "14.00", "9.00", FILLS[number])
        legend.append({"rect": swatch, "label": _Label(_points(x + 18), "11.50", clean(series.name))})
        x += 18 + width_em(series.name) * FONT + 16
    reference = None
    if chart.reference and chart.reference.value is not None:
        y = base - plot * float(chart.reference.value) / top_value
        reference = {
            "y": _points(y),
            "label": _Label(_points(WIDTH), _points(y - 3), clean(chart.reference.text), "end"),
        }
    return render(
        "chart_groups.html",
        {
            "title": clean(chart.title),
            "height": _points(base + 8 + lines * 12),
            "base": _points(base),
            "rects": rects,
            "labels": labels,
            "values": values,
            "legend": legend,
            "reference": reference,
        },
    )


def _split(label: str, per_line: int) -> list[str]:
    """A label in at most three lines; the kind of unit (街道, 社区 …) goes to a line of its own first."""
    if len(label) <= per_line:
        return [label]
    name = next((label.removesuffix(kind) for kind in KINDS if label.endswith(kind)), "")
    if name and len(name) <= per_line:
        return [name, label[len(name) :]]
    size = max(per_line, -(-len(label) // 3)) if len(label) > per_line * 2 else -(-len(label) // 2)
    return [label[start : start + size] for start in range(0, len(label), size)]


def _value(item: Bar) -> str:
    return NO_DATA if item.value is None else clean(item.text or str(item.value))
