"""A finished PDF read back as geometry in millimetres: characters, lines, rules, embedded fonts.

Uses other libraries than the one that wrote the file, so that an error of the writer is not repeated here.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import pdfplumber
import pypdf
from fontTools.ttLib import TTFont

from .fonts import dash_top, real_name

MM = 25.4 / 72
SAME_LINE = 0.5
"""Baselines closer than this (mm) are one line; rare characters come from another font but share it."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character; mm from the page's top left: its ends x0 and x1, its origin x, y; size in points."""

    text: str
    x0: float
    x1: float
    x: float
    y: float
    size: float
    font: str
    upright: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Outline in mm of a line or frame wider than 20 mm; borders are written as two nested frames."""

    x0: float
    x1: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Line:
    """Characters on one baseline, from left to right."""

    glyphs: tuple[Glyph, ...]

    @cached_property
    def text(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def x0(self) -> float:
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        return self.glyphs[-1].x1

    @property
    def y(self) -> float:
        return self.glyphs[0].y


@dataclass(frozen=True)
class Page:
    """One page: number from 1, size in mm, what stands on it in the order of the file."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]

    @property
    def landscape(self) -> bool:
        return self.width > self.height

    def lines(self, size: float, glyphs: Iterable[Glyph] | None = None) -> list[Line]:
        """Lines of characters of about `size` points, from the top down."""
        chosen = [g for g in glyphs or self.glyphs if g.upright and abs(g.size - size) < 0.4]
        chosen.sort(key=lambda g: g.y)
        lines: list[list[Glyph]] = []
        for glyph in chosen:
            if lines and glyph.y - lines[-1][0].y < SAME_LINE:
                lines[-1].append(glyph)
            else:
                lines.append([glyph])
        return [Line(tuple(sorted(line, key=lambda g: g.x0))) for line in lines]


@dataclass(frozen=True)
class EmbeddedFont:
    """A font of the file: CSS family, real name inside the program, code points it holds."""

    family: str
    name: str
    codes: frozenset[int]
    embedded: bool
    dash_top: float
    """Top of the em dash above the baseline, in ems (0 when it has none)."""


@dataclass(frozen=True)
class ReadBack:
    """The whole file."""

    pages: tuple[Page, ...]
    fonts: dict[str, EmbeddedFont]


def read_back(pdf: bytes) -> ReadBack:
    """Measure a PDF. Raises the libraries' own errors for a damaged file."""
    with pdfplumber.open(io.BytesIO(pdf)) as file:
        pages = tuple(_page(page) for page in file.pages)
    return ReadBack(pages, _fonts(pdf))


def _page(page: Any) -> Page:
    height = float(page.height)
    glyphs = tuple(
        Glyph(
            char["text"],
            char["x0"] * MM,
            char["x1"] * MM,
            char["matrix"][4] * MM,
            (height - char["matrix"][5]) * MM,
            abs(char["size"]),
            char["fontname"],
            bool(char["upright"]),
        )
        for char in page.chars
    )
    shapes = [*page.lines, *page.rects]
    rules = tuple(
        Rule(s["x0"] * MM, s["x1"] * MM, s["top"] * MM, s["bottom"] * MM)
        for s in shapes
        if (s["x1"] - s["x0"]) * MM > 20
    )
    return Page(page.page_number, float(page.width) * MM, height * MM, glyphs, rules)


def _fonts(pdf: bytes) -> dict[str, EmbeddedFont]:
    found: dict[str, EmbeddedFont] = {}
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page.get("/Resources", {})
        for reference in resources.get("/Font", {}).values():
            font = reference.get_object()
            base = str(font["/BaseFont"]).removeprefix("/")
            if base not in found:
                found[base] = _font(base, font)
    return found


def _font(base: str, font: Any) -> EmbeddedFont:
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor", {})
    descriptor = descriptor.get_object() if hasattr(descriptor, "get_object") else descriptor
    program = next((descriptor[key] for key in ("/FontFile3", "/FontFile2") if key in descriptor), None)
    family = base.split("+")[-1]
    if program is None:
        return EmbeddedFont(family, base, frozenset(), False, 0.0)
    with TTFont(io.BytesIO(program.get_object().get_data()), lazy=True) as inside:
        cmap = inside.getBestCmap() or {}
        return EmbeddedFont(family, real_name(inside), frozenset(cmap), True, dash_top(inside))


def duplicates_removed(values: Iterable[str]) -> list[str]:
    """Each value once, in order of first appearance among sorted values."""
    return [key for key, _group in groupby(sorted(values))]
