"""Numbering, anchors, rare characters, escaping, charts."""

import datetime as dt
import re

import pytest

from governance.reports.document.charts import chart_svg
from governance.reports.document.html import chinese_number, heading_number, to_html
from governance.reports.document.inline import Typesetter, breakable
from governance.reports.document.model import (
    Annex,
    Bar,
    Chart,
    Column,
    Figure,
    Heading,
    OfficialDocument,
    Paragraph,
    Series,
    Table,
    chinese_date,
)

from . import sample

COMMON = frozenset(map(ord, "头社区桥新建设，。“”abc0123456789.%<>&"))


@pytest.mark.parametrize(
    ("value", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (99, "九十九")]
)
def test_chinese_numbers(value, words):
    assert chinese_number(value) == words


def test_headings_are_numbered_by_position():
    assert [heading_number(level, 2) for level in (1, 2, 3, 4)] == ["二、", "（二）", "2.", "（2）"]


def test_lower_levels_start_again_under_a_new_heading(bare_fonts):
    blocks = tuple(Heading(level, "甲") for level in (1, 2, 2, 3, 1, 2, 3, 4))
    html = to_html(sample.report(body=blocks), bare_fonts)
    assert re.findall(r"<h\d>(.+?)甲", html) == [
        "一、",
        "（一）",
        "（二）",
        "1.",
        "二、",
        "（一）",
        "1.",
        "（1）",
    ]


def test_dates_have_no_leading_zeros():
    assert chinese_date(dt.date(2026, 7, 8)) == "2026年7月8日"


def test_rare_characters_stand_in_spans_and_markup_is_escaped():
    setter = Typesetter(COMMON, COMMON | set(map(ord, "㙟㘵")))
    assert setter.text("㙟头<b>") == '<span class="r">㙟</span>头&lt;b&gt;'
    assert setter.text("㙟㘵桥𪚥") == '<span class="r">㙟㘵</span>桥<span class="r">〓</span>'
    assert setter.text("a\x00\u200bb\n") == "ab"


def test_the_first_use_of_a_figure_is_its_destination():
    setter = Typesetter(COMMON, COMMON)
    figure = Figure("D1", "96.7", "%")
    assert setter.runs((figure, "，", figure)) == '<span id="D1">96.7%</span>，96.7%'


def test_lines_may_break_outside_quotation_marks():
    assert breakable("（“新”建）“设”，") == "（“新”\u200b建）\u200b“设”，"


@pytest.mark.parametrize("bad", ["", "1D", "a b", 'x"y'])
def test_figure_ids_can_stand_in_an_address(bad):
    with pytest.raises(ValueError, match="figure id"):
        Figure(bad, "1")


def test_mistakes_in_the_model_are_refused_early():
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table("t", (Column("a"),), (("1", "2"),))
    with pytest.raises(ValueError, match="1 to 4"):
        Heading(5, "x")
    with pytest.raises(ValueError, match="negative"):
        Bar(-1)
    with pytest.raises(ValueError, match="does not match"):
        Chart("c", "t", ("a",), (Series("s", ()),))
    with pytest.raises(ValueError, match="annex 2"):
        sample.report(attachments=("a",), annexes=(Annex(2, "b", ()),))
    with pytest.raises(ValueError, match="needs title"):
        OfficialDocument((), "a", dt.date(2026, 7, 1), "b", (Paragraph.of("c"),))


def test_charts_show_missing_values_as_missing_and_keep_the_text():
    svg = chart_svg(sample.bars())
    assert svg.index("<title>") < svg.index("<rect")
    assert svg.count("<rect") == len(sample.STREETS) - 1
    assert "无数据" in svg and "75.0%" in svg and "要求90%" in svg
    assert "style=" not in svg
    assert chart_svg(sample.groups()).count("<rect") == 2 * len(sample.STREETS) + 2


def test_a_chart_of_nothing_but_zeros_and_gaps_can_be_drawn():
    chart = Chart("c", "t & <u>", ("a", "b"), (Series("s", (Bar(0, "0"), Bar(None))),))
    svg = chart_svg(chart)
    assert "t &amp; &lt;u&gt;" in svg
    assert "<rect" not in svg


def test_tail_without_colophon_and_with_one_attachment(bare_fonts):
    html = to_html(
        sample.report(copy_to=None, printed_by=None, annexes=(), attachments=("名单",), signer=None),
        bare_fonts,
    )
    assert "附件：名单" in html
    assert "colophon" not in html
    assert "签发人" not in html
    assert "抄送" not in html
