"""OfficialDocument → the HTML that is set on the GB/T 9704 page."""

import re
from math import ceil
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from .charts import chart_svg
from .fonts import FontSet, dash_drop
from .inline import Typesetter, clean, width_em
from .model import (
    Annex,
    Block,
    Cell,
    Chart,
    Heading,
    OfficialDocument,
    Paragraph,
    Step,
    Steps,
    Table,
    chinese_date,
)
from .templating import render

DIGITS = "〇一二三四五六七八九"
MARK_SIZES = range(44, 19, -2)
TYPE_AREA_PT = 442.0
NUMBER_SIZE_MM = 14 * 25.4 / 72
WHOLE_TABLE_ROWS = 12
WHOLE_TABLE_PT = 300.0
"""Tables up to this many rows and about this height stay on one page; others begin where they are named and
repeat their head on the next, so that no page stands half empty."""
_CELL_PT, _LINE_PT, _PADDING_PT = 11.0, 15.0, 6.0
_TAGS = re.compile(r"<[^>]+>")


def to_html(document: OfficialDocument, fonts: FontSet) -> str:
    """The whole page as HTML; loads nothing but `asset:` and `font:` addresses."""
    return str(render("page.html", _Page(document, fonts).context()))


def chinese_number(value: int) -> str:
    """1–99 as 一 … 九十九."""
    tens, ones = divmod(value, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (
        DIGITS[ones] if ones or not tens else ""
    )


def _height_of(rows: list[list[dict[str, Any]]], widths: list[float]) -> float:
    """About how high the rows are when set."""
    height = 0.0
    for row in rows:
        lines = 1
        for cell, width in zip(row, widths, strict=True):
            text = _TAGS.sub("", str(cell["html"]))
            lines = max(lines, ceil(width_em(text) * _CELL_PT / max(width - _PADDING_PT, _CELL_PT)))
        height += lines * _LINE_PT + _PADDING_PT
    return height


def heading_number(level: int, count: int) -> str:
    """一、 （一） 1. （1）: the four levels of GB/T 9704-2012, 7.3.3."""
    return {
        1: f"{chinese_number(count)}、",
        2: f"（{chinese_number(count)}）",
        3: f"{count}.",
        4: f"（{count}）",
    }[level]


class _Page:
    """Numbers what is numbered and hands finished strings to the templates."""

    def __init__(self, document: OfficialDocument, fonts: FontSet) -> None:
        self.document = document
        self.fonts = fonts
        self.set = Typesetter(fonts.common(), fonts.printable())
        self.tables = self.charts = 0
        self.widths: list[dict[str, Any]] = []

    def context(self) -> dict[str, Any]:
        document, text = self.document, self.set.text
        date = chinese_date(document.date)
        song = self.fonts["song"]
        # The type area ends 0.1 mm above the page's content box; the dash's own place depends on the font.
        drop = 7.0 - 0.1 - dash_drop(song.path, song.sha256) * NUMBER_SIZE_MM
        return {
            "language": document.language,
            "title": clean(document.title),
            "author": clean(document.issuer),
            "keywords": [clean(word) for word in document.keywords],
            "timestamp": f"{document.date.isoformat()}T00:00:00+08:00",
            "faces": [{"family": face.role.family, "url": face.url} for face in self.fonts.faces],
            "number_drop": f"{drop:.3f}",
            "number_shift": f"{34.9 - drop:.3f}",
            "draft": document.draft,
            "head": self._head(),
            "title_lines": [text(line) for line in document.title_lines],
            "recipients": text(document.recipients.rstrip(":：") + "：") if document.recipients else "",
            "body": self._blocks(document.body),
            "attachments": [
                {"first": number == 1, "number": f"{number}." if len(names) > 1 else "", "name": text(name)}
                for names in [document.attachment_names]
                for number, name in enumerate(names, 1)
            ],
            "signature": text(document.signature or document.issuer),
            "date": date,
            "signature_kind": self._signature_kind(date),
            "verification": text(document.verification) if document.verification else "",
            "annexes": [self._annex(annex) for annex in document.annexes],
            "colophon": self._colophon(),
            # Filled while the blocks above were made.
            "widths": self.widths,
        }

    def _head(self) -> dict[str, Any]:
        document, text = self.document, self.set.text
        lines = [line for line in (document.copy_number, document.secrecy, document.urgency) if line]
        head: dict[str, Any] = {"lines": [text(line) for line in lines], "count": str(len(lines))}
        if not document.red_head or document.issuer_mark is None:
            return head
        ems = width_em(document.issuer_mark)
        # The mark may be as large as fits, but not larger than the title of the class above.
        size = next((size for size in MARK_SIZES if ems * (size + 1) <= TYPE_AREA_PT), MARK_SIZES[-1])
        return head | {
            "mark": text(document.issuer_mark),
            "mark_size": str(size),
            "number": text(document.number or ""),
            "signer": text(document.signer) if document.signer else "",
        }

    def _signature_kind(self, date: str) -> str:
        if not self.document.sealed:
            return "plain"
        overhang = (width_em(self.document.signature or self.document.issuer) - width_em(date)) / 2
        # Centred on a date that stands 4 characters from the edge, a longer name would leave the type area.
        return "sealed" if overhang <= 4 else "long"

    def _annex(self, annex: Annex) -> dict[str, Any]:
        only = len(self.document.attachment_names) == 1
        return {
            "number": "附件" if only else f"附件{annex.number}",
            "title": self.set.text(annex.title),
            "blocks": self._blocks(annex.blocks),
            # Number and title join landscape tables on their page instead of standing alone on one.
            "wide": all(isinstance(block, Table) and block.landscape for block in annex.blocks),
        }

    def _colophon(self) -> dict[str, Any] | None:
        document, text = self.document, self.set.text
        if not document.copy_to and not document.printed_by:
            return None
        printed_on = chinese_date(document.printed_on or document.date) + "印发"
        return {
            "copy_to": text(document.copy_to.rstrip("。") + "。") if document.copy_to else "",
            "printed_by": text(document.printed_by or ""),
            "printed_on": printed_on if document.printed_by else "",
        }

    def _blocks(self, blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
        counts = [0, 0, 0, 0, 0]
        result: list[dict[str, Any]] = []
        for block in blocks:
            match block:
                case Heading(level, text):
                    counts[level] += 1
                    counts[level + 1 :] = [0] * (4 - level)
                    number = heading_number(level, counts[level])
                    result.append(
                        {"kind": "heading", "level": str(level), "html": self.set.text(number + text)}
                    )
                case Paragraph(runs):
                    result.append({"kind": "paragraph", "html": self.set.runs(runs)})
                case Steps(items):
                    result += [
                        {"kind": "paragraph", "html": self._step(n, item)} for n, item in enumerate(items, 1)
                    ]
                case Table():
                    result.append(self._table(block))
                case Chart():
                    self.charts += 1
                    result.append(
                        {
                            "kind": "chart",
                            "svg": chart_svg(block),
                            "caption": self.set.text(f"图{self.charts}　{block.caption}"),
                            "source": self.set.text(block.source) if block.source else "",
                        }
                    )
        return result

    def _step(self, number: int, step: Step) -> SafeString:
        runs = list(step.runs)
        if runs and isinstance(runs[-1], str):
            runs[-1] = runs[-1].rstrip("。；;")
        notes = [f"责任单位：{step.responsible}"] if step.responsible else []
        notes += [f"完成时限：{chinese_date(step.due)}"] if step.due else []
        end = f"（{'；'.join(notes)}）。" if notes else "。"
        return format_html("{}{}{}", self.set.text(f"{number}."), self.set.runs(runs), self.set.text(end))

    def _table(self, table: Table) -> dict[str, Any]:
        self.tables += 1
        total = sum(column.width for column in table.columns)
        self.widths += [
            {"table": str(self.tables), "column": str(n), "percent": f"{column.width / total * 100:.3f}"}
            for n, column in enumerate(table.columns, 1)
        ]
        aligns = [column.align for column in table.columns]

        def cells(row: tuple[Cell, ...]) -> list[dict[str, Any]]:
            return [
                {"align": align, "html": self.set.runs((cell,))}
                for align, cell in zip(aligns, row, strict=True)
            ]

        rows = [cells(row) for row in table.rows]
        widths = [column.width / total * TYPE_AREA_PT for column in table.columns]
        return {
            "kind": "table",
            "id": str(self.tables),
            "caption": self.set.text(f"表{self.tables}　{table.caption}"),
            "columns": [self.set.text(column.label) for column in table.columns],
            "rows": rows,
            "foot": cells(table.foot) if table.foot else None,
            "source": self.set.text(table.source) if table.source else "",
            "landscape": table.landscape,
            "whole": len(rows) <= WHOLE_TABLE_ROWS and _height_of(rows, widths) <= WHOLE_TABLE_PT,
        }
