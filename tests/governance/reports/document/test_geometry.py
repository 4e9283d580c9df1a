"""The page as it is on paper, read back from the PDF (GB/T 9704-2012)."""

from itertools import pairwise

import pytest

from governance.reports.document import conformance
from governance.reports.document.conformance import LEFT, PITCH, RIGHT, inside
from governance.reports.document.model import Figure, Paragraph, Steps, Table
from governance.reports.document.readback import read_back

from .conftest import DOCUMENTS
from .sample import report

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_variant_is_conformant(rendered, name):
    document, result = rendered(name)
    found = conformance.check(result.pdf, document)
    assert found.findings == ()
    assert found.pages == result.pages
    found.require()


def test_a_full_page_of_text_has_22_lines_of_28_characters(rendered):
    _document, result = rendered("long")
    file = read_back(result.pdf)
    page = file.pages[1]
    lines = page.lines(16, inside(page))
    assert len(lines) == 22
    for before, after in pairwise(lines):
        assert after.y - before.y == pytest.approx(PITCH, abs=0.02)
    full = [line for line in lines if len(line.text) == 28]
    assert len(full) >= 10
    for line in full:
        assert line.x0 == pytest.approx(LEFT, abs=0.25)
        assert line.x1 == pytest.approx(RIGHT, abs=0.25)
        # Equal steps, up to the halves that stand around quotation marks.
        assert max(b.x0 - a.x0 for a, b in pairwise(line.glyphs)) < 156 / 28 + 0.5


def test_full_lines_end_at_the_margin_whatever_they_hold(rendered):
    """The patch of the justification: unpatched, lines fall short by up to 14 mm."""
    checked = 0
    for name in ("report", "long"):
        for page in read_back(rendered(name)[1].pdf).pages:
            if page.landscape:
                continue
            for line, after in pairwise(page.lines(16, inside(page))):
                if after.y - line.y < 11 and abs(after.x0 - LEFT) < 1:
                    assert line.x1 == pytest.approx(RIGHT, abs=0.25), line.text
                    checked += 1
    assert checked > 80


def test_no_line_begins_with_closing_punctuation(rendered):
    for page in read_back(rendered("report")[1].pdf).pages:
        for line in page.lines(16, inside(page)):
            assert line.text[0] not in "，。、；：？！）》〕”’%％", line.text


def test_first_page_has_red_head_title_and_text(rendered):
    file = read_back(rendered("report")[1].pdf)
    lines = file.pages[0].lines(22)
    assert [line.text for line in lines] == list(report().title_lines)
    mark = next(g for g in file.pages[0].glyphs if g.size > 30)
    assert mark.y - 0.88 * mark.size * 25.4 / 72 == pytest.approx(37 + 35, abs=2.0)
    assert any("现将我区" in line.text for line in file.pages[0].lines(16))


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(rendered):
    for page in read_back(rendered("long")[1].pdf).pages:
        ends = [g.x0 for g in page.glyphs if g.y > 264 and g.text == "—"]
        assert (min(ends) > 150) == bool(page.number % 2)


def test_landscape_table_keeps_the_number_where_it_is_on_upright_pages(rendered):
    file = read_back(rendered("report")[1].pdf)
    (page,) = [page for page in file.pages if page.landscape]
    assert "附件1" in "".join(g.text for g in page.glyphs)
    assert {g.text for g in page.glyphs if not g.upright} >= {"—", str(page.number)}


def test_figures_are_read_back_exactly_as_given(rendered):
    document, result = rendered("report")
    text = "".join(
        conformance.squeeze("".join(g.text for g in inside(page))) for page in read_back(result.pdf).pages
    )
    figures = []
    for block in document.body:
        match block:
            case Paragraph(runs):
                figures += [run for run in runs if isinstance(run, Figure)]
            case Steps(items):
                figures += [run for item in items for run in item.runs if isinstance(run, Figure)]
            case Table(rows=rows):
                figures += [cell for row in rows for cell in row if isinstance(cell, Figure)]
    assert len(figures) > 10
    for figure in figures:
        assert str(figure) in text
    for rare in "㙟㘵垚浐㎡":
        assert rare in text


def test_draft_says_so_on_every_page_and_has_no_red(rendered):
    file = read_back(rendered("draft")[1].pdf)
    for page in file.pages:
        if not page.landscape:
            head = "".join(g.text for g in page.glyphs if g.y < 37)
            assert head == "草稿　未经签发，不作正式文件使用"
    assert file.pages[0].lines(22)[0].text == "草　稿"
    assert max(g.size for g in file.pages[0].glyphs) < 23
