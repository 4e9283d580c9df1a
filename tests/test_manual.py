"""The user manual: pictures and links that exist, a chapter for every page of the menu."""

import re
from pathlib import Path

import pytest

from governance.web import menu

MANUAL = Path(__file__).resolve().parents[1] / "docs" / "manual"
CHAPTERS = sorted(MANUAL.glob("[0-9][0-9]-*.md"))
TEXT = "\n".join(chapter.read_text(encoding="utf-8") for chapter in CHAPTERS)
MOST_BYTES = 5_000_000


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_chapter_has_a_title_and_its_pictures(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    assert re.match(r"# \S", text)
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text):
        assert (MANUAL / name).is_file(), f"{name} is missing: bin/screenshots {Path(name).stem}"


def test_every_picture_is_used_and_all_are_small() -> None:
    pictures = list((MANUAL / "images").glob("*"))
    assert {f"images/{picture.name}" for picture in pictures} == set(re.findall(r"images/[^)]+", TEXT))
    assert sum(picture.stat().st_size for picture in pictures) < MOST_BYTES


def test_contents_name_every_chapter() -> None:
    contents = (MANUAL / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\(([^)]+\.md)\)", contents) == [chapter.name for chapter in CHAPTERS]
    for title, name in re.findall(r"\[([^\]]+)\]\(([^)]+\.md)\)", contents):
        assert (MANUAL / name).read_text(encoding="utf-8").startswith(f"# {title}\n")


def test_every_page_of_the_menu_is_in_the_manual() -> None:
    missing = [item.label for item in menu.registered() if f"“{item.label}”" not in TEXT]
    assert missing == [], "pages of the menu that no chapter of docs/manual names in “”"
