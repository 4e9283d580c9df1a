"""Does the finished PDF obey GB/T 9704-2012? Measured on the file itself.

A document that fails is not issued (`NotConformant`). Substituted typefaces do not fail it but are named:
what stands in is never called 小标宋.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .inline import EM, PLACEHOLDER, clean
from .model import Block, Chart, Figure, Heading, OfficialDocument, Paragraph, Steps, Table, plain
from .readback import Glyph, Line, Page, ReadBack, Rule, duplicates_removed, read_back
from .typefaces import ROLES

TOLERANCE = 0.25
"""mm, for every measure."""
LEFT, TOP, RIGHT, BOTTOM = 28.0, 37.0, 184.0, 262.0
"""Edges of the type area 156 × 225 mm on an upright page, in mm from its top left."""
LINES, CHARACTERS = 22, 28
MISSING = (PLACEHOLDER, "\ufffd")
PITCH = 225 / LINES
DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
BODY, TITLE, SMALL = 16.0, 22.0, 14.0
EM_MM = BODY * 25.4 / 72
NUMBER_DROP = 7.0
"""mm from the type area to the top of the page number's dash."""
SIDE = 0.9
"""mm by which a page number may miss its place one character in: a wide dash has its own side bearings."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure: code for tests and logs, page (None: the whole file), the sentence for the user."""

    code: str
    page: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Substitute:
    """A typeface asked for by the standard and the one used instead."""

    asked: str
    used: str

    def __str__(self) -> str:
        return f"{self.asked}：以“{self.used}”代替"


@dataclass(frozen=True, slots=True)
class Conformance:
    """Pages, findings (none: conformant), substitutes, characters set in the fallback family."""

    pages: int
    findings: tuple[Finding, ...]
    substitutes: tuple[Substitute, ...]
    rare: str

    @property
    def ok(self) -> bool:
        return not self.findings

    def require(self) -> None:
        """Raise NotConformant unless everything holds."""
        if self.findings:
            raise NotConformant(self)


class NotConformant(Exception):
    """The document must not be issued; `conformance` says why."""

    def __init__(self, conformance: Conformance) -> None:
        super().__init__("公文版式检查未通过：" + "；".join(f.message for f in conformance.findings[:10]))
        self.conformance = conformance


def check(pdf: bytes, document: OfficialDocument | None = None) -> Conformance:
    """Measure a PDF. With the document it was made from, text, figures and 版记 are compared as well."""
    file = read_back(pdf)
    findings = [
        *_boxes(file),
        *_edges(file),
        *_grid(file),
        *_fonts(file),
        *_glyphs(file),
        *_page_numbers(file),
        *_first_page(file),
    ]
    if document is not None:
        findings += [*_head(file, document), *_text(file, document), *_colophon(file, document)]
    return Conformance(len(file.pages), tuple(findings), _substitutes(file), _rare(file))


def type_area(page: Page) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the type area in mm; landscape is the upright page turned clockwise."""
    if page.landscape:
        return page.width - BOTTOM, LEFT, page.width - TOP, RIGHT
    return LEFT, TOP, RIGHT, BOTTOM


def inside(page: Page) -> list[Glyph]:
    """Characters of the type area: without page number and running head."""
    _left, top, _right, bottom = type_area(page)
    # The page number of a landscape page is the only text that stands upright there when the sheet is turned.
    return [g for g in page.glyphs if top < g.y < bottom + 1 and g.upright]


def full_text(page: Page) -> bool:
    """Whether an upright page holds body text only."""
    glyphs = inside(page)
    return not page.landscape and bool(glyphs) and all(abs(g.size - BODY) < 0.4 for g in glyphs)


def _boxes(file: ReadBack) -> Iterator[Finding]:
    for page in file.pages:
        short, long = sorted((page.width, page.height))
        if abs(short - 210) > TOLERANCE or abs(long - 297) > TOLERANCE:
            size = f"{page.width:.1f}×{page.height:.1f}"
            yield Finding("page-size", page.number, f"第{page.number}页幅面为{size}毫米，应为A4")


def _edges(file: ReadBack) -> Iterator[Finding]:
    for page in file.pages:
        left, _top, right, bottom = type_area(page)
        for glyph in inside(page):
            out = glyph.x0 < left - TOLERANCE or glyph.x1 > right + TOLERANCE or glyph.y > bottom
            if out and not glyph.text.isspace():
                message = f"第{page.number}页“{glyph.text}”越出版心"
                yield Finding("type-area", page.number, message)
                break


def body_lines(file: ReadBack) -> Iterator[tuple[Page, list[Line]]]:
    """Lines in 3号 of each upright page."""
    for page in file.pages:
        if not page.landscape:
            yield page, page.lines(BODY, inside(page))


def _flush(line: Line) -> bool:
    return abs(line.x0 - LEFT) < 1.0


def _grid(file: ReadBack) -> Iterator[Finding]:
    pages = list(body_lines(file))
    for index, (page, lines) in enumerate(pages):
        following = pages[index + 1] if index + 1 < len(pages) else None
        continued = bool(
            following
            and following[0].number == page.number + 1
            and full_text(page)
            and following[1]
            and _flush(following[1][0])
            and following[1][0].y - TOP < PITCH
            and not following[1][0].text.startswith("附件")
        )
        if full_text(page) and page.number > 1:
            yield from _pitch(page, lines)
            rest = following[1] if following and continued else []
            short = bool(rest) and len(lines) < LINES and not _kept_for_the_tail(lines, rest)
            if len(lines) > LINES or short:
                message = f"第{page.number}页正文{len(lines)}行，应为{LINES}行"
                yield Finding("lines", page.number, message)
        for line, after in pairwise(lines):
            # A line is full when the next one goes on with the same paragraph.
            if after.y - line.y < PITCH * 1.2 and _flush(after):
                yield from _full_line(page, line)


def _kept_for_the_tail(lines: list[Line], following: list[Line]) -> bool:
    """Whether a page ends early so that the signature is not alone on the next one.

    Then one line of text went over with it (a blank line follows), and the page had no room for the tail.
    """
    tail = following[1:]
    if not any(DATE.fullmatch(squeeze(line.text)) for line in tail):
        return False
    alone = tail[0].y - following[0].y > PITCH * 1.5
    rows = round((tail[-1].y - following[0].y) / PITCH) + 1
    return alone and len(lines) + rows > LINES


def _pitch(page: Page, lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        steps = (line.y - lines[0].y) / PITCH
        if abs(steps - round(steps)) * PITCH > TOLERANCE:
            yield Finding("pitch", page.number, f"第{page.number}页“{line.text[:8]}”一行不在行格上")
            return


def _full_line(page: Page, line: Line) -> Iterator[Finding]:
    miss = line.x1 - RIGHT
    if abs(miss) > TOLERANCE:
        message = f"第{page.number}页“{line.text[:8]}”一行右端偏离版心{miss:+.2f}毫米"
        yield Finding("right-edge", page.number, message)
    if all(EM.match(c) for c in line.text) and not CHARACTERS - 4 <= len(line.text) <= CHARACTERS:
        message = f"第{page.number}页“{line.text[:8]}”一行{len(line.text)}字，应为{CHARACTERS}字"
        yield Finding("characters", page.number, message)


def _fonts(file: ReadBack) -> Iterator[Finding]:
    families = {role.family for role in ROLES}
    for font in file.fonts.values():
        if not font.embedded:
            yield Finding("font-embedded", None, f"字体{font.name}未嵌入")
        elif font.family not in families:
            yield Finding("font-family", None, f"使用了规定以外的字体{font.name}")


def _glyphs(file: ReadBack) -> Iterator[Finding]:
    for page in file.pages:
        missing = {
            g.text
            for g in page.glyphs
            if not g.text.isspace() and (not _is_one(g.text) or g.text in MISSING or _lacks(file, g))
        }
        if missing:
            shown = "、".join(sorted(missing))
            yield Finding("missing-glyph", page.number, f"第{page.number}页缺字：{shown}")


def _is_one(text: str) -> bool:
    """Whether a glyph stands for one character, or for the dash of two ems that two dashes make."""
    return len(text) == 1 or text == "——"


def _lacks(file: ReadBack, glyph: Glyph) -> bool:
    # Digits and letters may be printed with an alternative shape that has no code of its own; ideographs not.
    return ord(glyph.text[0]) > 0x2E80 and ord(glyph.text[0]) not in file.fonts[glyph.font].codes


def _page_numbers(file: ReadBack) -> Iterator[Finding]:
    for page in file.pages:
        glyphs = [g for g in _upright_positions(page) if g[2] > BOTTOM + 1 and not g[0].text.isspace()]
        text = "".join(g[0].text for g in sorted(glyphs, key=lambda g: g[1]))
        if text != f"—{page.number}—":
            yield Finding("page-number", page.number, f"第{page.number}页页码为“{text}”")
            continue
        first, last = min(g[1] for g in glyphs), max(g[1] for g in glyphs)
        em = SMALL * 25.4 / 72
        left_side = abs(first - (LEFT + em)) < SIDE
        right_side = abs(last + em - (RIGHT - em)) < SIDE
        if not (right_side if page.number % 2 else left_side):
            side = "右" if page.number % 2 else "左"
            yield Finding("page-number-side", page.number, f"第{page.number}页页码应居{side}空一字")
        dash = next(g for g in glyphs if g[0].text == "—")
        drop = dash[2] - file.fonts[dash[0].font].dash_top * em - BOTTOM
        if abs(drop - NUMBER_DROP) > TOLERANCE:
            message = f"第{page.number}页页码一字线距版心{drop:.2f}毫米，应为{NUMBER_DROP:.0f}毫米"
            yield Finding("page-number-drop", page.number, message)


def _upright_positions(page: Page) -> Iterator[tuple[Glyph, float, float]]:
    """Glyph, left end and baseline as on the upright sheet: a landscape page is turned back."""
    for glyph in page.glyphs:
        if not page.landscape:
            yield glyph, glyph.x0, glyph.y
        elif not glyph.upright:
            # Turned clockwise, the sheet's left edge is the page's top: what was x is now y.
            yield glyph, glyph.y, page.width - glyph.x


def _first_page(file: ReadBack) -> Iterator[Finding]:
    lines = file.pages[0].lines(BODY, inside(file.pages[0]))
    if not any(abs(line.x0 - LEFT - 2 * EM_MM) < 1.0 for line in lines):
        yield Finding("first-page-text", 1, "首页没有正文")


def _head(file: ReadBack, document: OfficialDocument) -> Iterator[Finding]:
    if not document.red_head:
        return
    lines = [squeeze(line.text) for line in file.pages[0].lines(BODY)]
    signer = f"签发人：{document.signer}" if document.signer else ""
    if squeeze(f"{document.number or ''}{signer}") not in ("", *lines):
        yield Finding("number-line", 1, "发文字号与签发人不在同一行或不完整")
    marks = {round(g.y, 1) for g in file.pages[0].glyphs if g.size > TITLE + 1}
    if len(marks) > 1:
        yield Finding("issuer-mark", 1, "发文机关标志不止一行")


def _text(file: ReadBack, document: OfficialDocument) -> Iterator[Finding]:
    printed = squeeze("".join(g.text for page in file.pages for g in inside(page)))
    position = 0
    for text in expected(document):
        wanted = squeeze(text)
        found = printed.find(wanted, position)
        if found < 0:
            shown = wanted[:20]
            yield Finding("text", None, f"成文中找不到或次序不符：“{shown}”")
        else:
            position = found + len(wanted)


def expected(document: OfficialDocument) -> Iterator[str]:
    """Texts in the order in which they must be read back."""
    yield document.title
    yield from _expected_blocks(document.body)
    for annex in document.annexes:
        yield annex.title
        yield from _expected_blocks(annex.blocks)


def _expected_blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading(_level, text):
                yield text
            case Paragraph(runs):
                yield plain(runs)
            case Steps(items):
                for item in items:
                    yield plain(item.runs).rstrip("。；;")
            case Table():
                for row in block.rows:
                    yield from (str(cell) for cell in row if isinstance(cell, Figure))
            case Chart():
                yield block.caption


def squeeze(text: str) -> str:
    """Text for comparing: composed, without spaces and control characters."""
    return "".join(unicodedata.normalize("NFC", clean(text)).split())


def _colophon(file: ReadBack, document: OfficialDocument) -> Iterator[Finding]:
    if not (document.copy_to or document.printed_by):
        return
    page = file.pages[-1]
    bottom = BOTTOM if not page.landscape else RIGHT
    rules: list[Rule] = [r for r in page.rules if r.x1 - r.x0 > 150]
    if not rules or abs(max(r.bottom for r in rules) - bottom) > TOLERANCE:
        yield Finding("colophon", page.number, "版记末条分隔线不在版心下边缘")
    text = squeeze("".join(g.text for g in inside(page)))
    if document.printed_by and not text.endswith("印发"):
        yield Finding("colophon", page.number, "版记不在最后一页页脚")


def _substitutes(file: ReadBack) -> tuple[Substitute, ...]:
    roles = {role.family: role for role in ROLES}
    pairs = {
        (roles[f.family].asked, f.name)
        for f in file.fonts.values()
        if f.family in roles
        and roles[f.family].names
        and not any(part in f.name.lower() for part in roles[f.family].names)
    }
    return tuple(Substitute(asked, used) for asked, used in sorted(pairs))


def _rare(file: ReadBack) -> str:
    families = {role.family for role in ROLES if not role.names}
    rare = {name for name, font in file.fonts.items() if font.family in families}
    return "".join(duplicates_removed(g.text for p in file.pages for g in p.glyphs if g.font in rare))
