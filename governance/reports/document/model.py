"""What an official report consists of, before anyone thinks about paper.

Plain frozen dataclasses: the report services build them, `html` sets them, `conformance` compares the
finished file with them. No text is changed on the way to paper; numbering of headings, tables, charts and
steps is added by the typesetter so that it cannot be wrong.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Align = Literal["left", "center", "right"]
Number = int | float | Decimal

FIGURE_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in the text that can be followed to its source.

    `id` becomes a named destination of the PDF (`report.pdf#D001`); `text` is printed exactly as given,
    `unit` directly behind it. The same id may be printed several times; the first one is the destination.
    Raises ValueError for an id that cannot stand in an address.
    """

    id: str
    text: str
    unit: str = ""

    def __post_init__(self) -> None:
        if not FIGURE_ID.fullmatch(self.id):
            raise ValueError(f"figure id {self.id!r}: letters, digits, '.', '_', '-', starting with a letter")

    def __str__(self) -> str:
        return self.text + self.unit


Run = str | Figure
Cell = str | Figure


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1–4 without its number: 一、 / （一） / 1. / （1） is added by position."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3, 4):
            raise ValueError(f"heading level {self.level}: 1 to 4")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text, indented two characters."""

    runs: tuple[Run, ...]

    @classmethod
    def of(cls, *runs: Run) -> "Paragraph":
        return cls(runs)


@dataclass(frozen=True, slots=True)
class Column:
    """A table column; `width` is its share relative to the other columns."""

    label: str
    width: float = 1.0
    align: Align = "center"

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"column {self.label!r}: width must be positive")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption above (表1　…), an optional totals row and a line naming its source."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] | None = None
    source: str = ""
    landscape: bool = False

    def __post_init__(self) -> None:
        for row in (*self.rows, *([self.foot] if self.foot else [])):
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.caption!r}: {len(row)} cells for {len(self.columns)} columns")


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a chart; `text` is what is printed. A value of None is shown as 无数据, never as zero."""

    value: Number | None
    text: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and self.value < 0:
            raise ValueError("a bar cannot be negative")


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of values, one for each label of the chart."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart with its caption below (图1　…).

    `title` says in words what the chart shows and is read out by screen readers. One series and
    `direction="horizontal"` gives a league of bars, several series and "vertical" gives grouped bars.
    `reference` draws the value required (with its text) as a dashed line.
    """

    caption: str
    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    direction: Literal["horizontal", "vertical"] = "horizontal"
    reference: Bar | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not self.labels or not self.series:
            raise ValueError(f"chart {self.caption!r}: nothing to draw")
        for series in self.series:
            if len(series.bars) != len(self.labels):
                raise ValueError(f"chart {self.caption!r}: {series.name!r} does not match the labels")
        if self.direction == "horizontal" and len(self.series) != 1:
            raise ValueError(f"chart {self.caption!r}: horizontal bars take one series")
        if len(self.series) > 3 or (self.direction == "vertical" and len(self.labels) > 14):
            raise ValueError(f"chart {self.caption!r}: too much for one chart, use a table")


@dataclass(frozen=True, slots=True)
class Step:
    """One next step: what, who answers for it, until when."""

    runs: tuple[Run, ...]
    responsible: str = ""
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """The list of next steps, numbered 1. 2. 3."""

    items: tuple[Step, ...]


Block = Heading | Paragraph | Table | Chart | Steps


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex on pages of its own: 附件<number>, its title centred on line 3, its blocks."""

    number: int
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """An upward report on the GB/T 9704-2012 page.

    issuer_mark: the red head's words (发文机关标志); None gives the ordinary variant without red head.
    number: 发文字号 with full year in hexagonal brackets, e.g. 莲民字〔2026〕6号.
    signer: 签发人 (upward documents only). sealed: leaves room for the seal as 7.3.5.1 asks.
    attachments: names for the 附件说明; left empty, the titles of the annexes are used.
    verification: code printed as a note in brackets below the date.
    copy_to, printed_by: the 版记; without both there is none.
    draft: prints 草稿 at the head of every page and no red head.
    """

    title_lines: tuple[str, ...]
    issuer: str
    date: dt.date
    recipients: str
    body: tuple[Block, ...]
    signature: str = ""
    issuer_mark: str | None = None
    number: str | None = None
    signer: str | None = None
    copy_number: str | None = None
    secrecy: str | None = None
    urgency: str | None = None
    attachments: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    copy_to: str | None = None
    printed_by: str | None = None
    printed_on: dt.date | None = None
    sealed: bool = True
    draft: bool = False
    verification: str | None = None
    keywords: tuple[str, ...] = field(default=())
    language: str = "zh-CN"

    def __post_init__(self) -> None:
        if not self.title_lines or not self.issuer or not self.body:
            raise ValueError("an official document needs title, issuer and body")
        numbers = [annex.number for annex in self.annexes]
        if numbers != sorted(set(numbers)) or any(n < 1 for n in numbers):
            raise ValueError(f"annex numbers must rise from 1: {numbers}")
        if self.attachments and numbers and numbers[-1] > len(self.attachments):
            raise ValueError(f"annex {numbers[-1]} is missing from the list of attachments")

    @property
    def title(self) -> str:
        """The title in one piece."""
        return "".join(self.title_lines)

    @property
    def attachment_names(self) -> tuple[str, ...]:
        """Names of the 附件说明."""
        return self.attachments or tuple(annex.title for annex in self.annexes)

    @property
    def red_head(self) -> bool:
        """Whether the page has the red head; a draft never has."""
        return self.issuer_mark is not None and not self.draft


def chinese_date(day: dt.date) -> str:
    """2026年7月8日: Arabic digits without leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def plain(runs: tuple[Run, ...]) -> str:
    """The text of runs as it is printed."""
    return "".join(str(run) for run in runs)
