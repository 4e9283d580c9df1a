"""The manual as pages: docs/manual/*.md, and which section of it belongs to which page of the portal.

A chapter is a file `NN-slug.md` that begins with `# 标题`; its sections begin with `## 标题`. A section names
the pages it is about in a comment that Markdown does not show, by URL name or by a whole namespace:

    [//]: # (pages: communities:list communities:detail records:*)

The text is ours, but raw HTML in it stays text all the same. Pictures lie in docs/manual/images.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

MANUAL = Path(settings.BASE_DIR) / "docs" / "manual"
IMAGES = MANUAL / "images"
_FILE = re.compile(r"(\d+)-([a-z0-9-]+)\.md")
_PAGES = re.compile(r"^\[//\]: # \(pages: ([^)]*)\)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A part of a chapter under one heading; the text before the first heading has no title."""

    title: str
    html: SafeString
    pages: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return anchor_of(self.title)


@dataclass(frozen=True)
class Chapter:
    slug: str
    title: str
    sections: Sequence[Section]

    @property
    def url(self) -> str:
        return reverse("web:help_chapter", args=[self.slug])

    @property
    def titled(self) -> list[Section]:
        return [section for section in self.sections if section.title]


@dataclass(frozen=True)
class Topic:
    """The section for a page."""

    chapter: Chapter
    section: Section

    @property
    def url(self) -> str:
        return f"{self.chapter.url}#{quote(self.section.anchor)}"


def anchor_of(title: str) -> str:
    return re.sub(r"\s+", "-", title.strip())


def chapters() -> Sequence[Chapter]:
    """All chapters in the order of their numbers; read again when a file changes."""
    files = sorted(file for file in MANUAL.glob("*.md") if _FILE.fullmatch(file.name))
    return _read(tuple((file, file.stat().st_mtime_ns) for file in files))


def chapter(slug: str) -> Chapter | None:
    return next((each for each in chapters() if each.slug == slug), None)


def topic_of(page: str) -> Topic | None:
    """The section that names a page, else the one that names its namespace."""
    named = {name: topic for topic in _topics() for name in topic.section.pages}
    return named.get(page) or named.get(f"{page.partition(':')[0]}:*")


def _topics() -> Iterator[Topic]:
    for each in chapters():
        for section in each.sections:
            yield Topic(each, section)


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[Path, int], ...]) -> Sequence[Chapter]:
    return tuple(_parse(file) for file, _ in files)


def _parse(file: Path) -> Chapter:
    match = _FILE.fullmatch(file.name)
    assert match is not None
    title, _, text = file.read_text(encoding="utf-8").lstrip().partition("\n")
    parts = re.split(r"^## +(.+?)\s*$", text, flags=re.MULTILINE)
    sections = [_section("", parts[0])] if parts[0].strip() else []
    sections += [_section(*pair) for pair in zip(parts[1::2], parts[2::2], strict=True)]
    return Chapter(match[2], title.lstrip("# ").strip(), tuple(sections))


def _section(title: str, text: str) -> Section:
    pages = tuple(name for found in _PAGES.findall(text) for name in found.split())
    # Our own files, and html=False: nothing but the tags of Markdown itself comes out.
    html = mark_safe(_renderer().render(_PAGES.sub("", text)))
    return Section(title, html, pages)


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("image", _image)
    markdown.add_render_rule("link_open", _link)
    markdown.add_render_rule("table_open", lambda *_: '<div class="grid"><table class="tbl">\n')
    markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return markdown


def _image(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    name = str(token.attrGet("src") or "").removeprefix("images/")
    if not (IMAGES / name).is_file():  # pictures are made by a script and may not be there yet
        return ""
    token.attrSet("src", reverse("web:help_image", args=[name]))
    token.attrSet("loading", "lazy")
    return renderer.image(tokens, index, options, env)


def _link(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Links between files become links between pages."""
    token = tokens[index]
    target = re.fullmatch(r"(?:\d+-)?([a-z0-9-]+)\.md(#.*)?", str(token.attrGet("href") or ""))
    if target:
        token.attrSet("href", reverse("web:help_chapter", args=[target[1]]) + (target[2] or ""))
    return renderer.renderToken(tokens, index, options, env)
