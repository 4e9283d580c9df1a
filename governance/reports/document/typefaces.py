"""Which typeface plays which role, and the files known by hash.

Standard library only, because `bin/fetch-fonts` reads it.


GB/T 9704-2012 asks for 小标宋, 仿宋, 楷体, 黑体, 宋体. Fandol (GPLv3 with font exception) is the one open
simplified Chinese set with a 仿宋; no open 小标宋 exists, so bold Song stands in and is always declared.
"""

from dataclasses import dataclass

PACKAGE = "texlive-lang-chinese"
"""Debian package that carries Fandol; it is downloaded, never installed."""

PACKAGE_FOLDER = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"
LICENCE_FILES = (
    "usr/share/doc/texlive-doc/fonts/fandol/COPYING.gz",
    "usr/share/doc/texlive-doc/fonts/fandol/README",
)

MANIFEST = "fonts.json"
"""File of FONT_DIR that lists hashes of files installed there and faces chosen by the operator."""


@dataclass(frozen=True, slots=True)
class Role:
    """A typeface the page needs.

    asked: what the standard calls it. family: private CSS family, so that no system font can slip in.
    names: any of these in the real font's name says that it is the typeface asked for.
    file: the Fandol file. fallback: which bundled family stands in when that file is missing.
    """

    key: str
    asked: str
    family: str
    names: tuple[str, ...]
    file: str | None
    fallback: str


ROLES: tuple[Role, ...] = (
    Role("fang", "仿宋", "GWFang", ("fang", "仿宋"), "FandolFang-Regular.otf", "serif"),
    Role("kai", "楷体", "GWKai", ("kai", "楷"), "FandolKai-Regular.otf", "serif"),
    Role("hei", "黑体", "GWHei", ("hei", "黑"), "FandolHei-Regular.otf", "sans"),
    Role("song", "宋体", "GWSong", ("song", "宋"), "FandolSong-Regular.otf", "serif"),
    Role("title", "小标宋", "GWTitle", ("小标宋", "xiaobiaosong", "xbs"), "FandolSong-Bold.otf", "serif"),
    Role("rare_serif", "生僻字（宋）", "GWRareSerif", (), None, "serif"),
    Role("rare_sans", "生僻字（黑）", "GWRareSans", (), None, "sans"),
)

KNOWN_FILES: dict[str, str] = {
    "FandolFang-Regular.otf": "d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",
    "FandolKai-Regular.otf": "ea7e7fb4f9b3ac694a68d43946e04d21deed6e8c29a7c2d3081e1a4138f2f827",
    "FandolHei-Regular.otf": "4afa97aa8751e0118617df88272b58d43691b5cffb7ea024c4580496e9f34d28",
    "FandolSong-Regular.otf": "a3820003227d4abe31fe28b493200d94a849ccfd078b50a019264f70353020b0",
    "FandolSong-Bold.otf": "ffa76a70e128947a4dd22151d5ee829b23e24ce3cb6fe8ad49891cd1c2d9e9b9",
}
"""SHA-256 of the Fandol files (the upstream release of 2017 has not changed since)."""

KNOWN_PACKAGES: dict[str, str] = {
    "2022.20230122-1": "9cfa07bd44e7b9098e26f0ecac1b5ad210d2249d474c8074d53de92d650b0ec0",
}
"""SHA-256 of the package by version (Debian 12). Another release is reported, not refused."""
