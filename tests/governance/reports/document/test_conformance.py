"""What the check must refuse."""

import pytest

from governance.reports.document.conformance import NotConformant, check
from governance.reports.document.html import to_html
from governance.reports.document.model import Paragraph
from governance.reports.document.render import render_html, render_pdf

from . import sample

LINK = '<link rel="stylesheet" href="asset:///gb9704.css">'

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("css", "code"),
    [
        ("@page{size:A5}", "page-size"),
        ("body{text-align:left}", "right-edge"),
        ("html{letter-spacing:-1.2pt}", "characters"),
        ("html{line-height:27pt}", "pitch"),
        ("@page{margin-left:20mm}", "type-area"),
        ("@page :left{@bottom-left{padding-left:60mm}}", "page-number-side"),
        ("@page :right{@bottom-right{padding-top:9mm}}", "page-number-drop"),
        (".recipients{break-after:page}", "first-page-text"),
        (".colophon{float:none}", "colophon"),
        (".numberline > span{width:5em;white-space:normal}", "number-line"),
        (".mark{font-size:50pt;white-space:normal}", "issuer-mark"),
    ],
)
def test_a_page_set_differently_is_refused(bare_fonts, css, code):
    document = sample.long_text()
    html = to_html(document, bare_fonts).replace(LINK, f"{LINK}<style>{css}</style>")
    pdf = render_html(html, fonts=bare_fonts, timestamp="2026-07-08T00:00:00+08:00").pdf
    found = check(pdf, document)
    assert code in {finding.code for finding in found.findings}
    with pytest.raises(NotConformant, match="公文版式检查未通过"):
        found.require()


@pytest.mark.parametrize("short_paragraphs", [15, 17, 19])
def test_a_page_may_end_early_so_that_the_signature_is_not_alone(bare_fonts, short_paragraphs):
    body = (
        Paragraph.of(sample.SPIRIT),
        *(Paragraph.of("逐一落实整改。") for _ in range(short_paragraphs)),
        Paragraph.of(sample.GRIDS),
    )
    document = sample.report(body=body, annexes=(), attachments=("名单",), issuer_mark=None)
    found = check(render_pdf(document, fonts=bare_fonts).pdf, document)
    assert [finding.message for finding in found.findings] == []


def test_a_character_no_font_has_is_shown_and_refused(bare_fonts):
    document = sample.report(
        body=(Paragraph.of(sample.SPIRIT, "𪚥头社区"), Paragraph.of(sample.GRIDS * 2)),
        annexes=(),
        attachments=(),
    )
    found = check(render_pdf(document, fonts=bare_fonts).pdf, document)
    assert {f.code for f in found.findings} == {"missing-glyph", "text"}
    assert "〓" in next(f.message for f in found.findings if f.code == "missing-glyph")


def test_text_that_is_not_the_documents_is_noticed(rendered):
    document, result = rendered("report")
    other = sample.report(body=(*document.body[:-1], Paragraph.of("另一句话。")))
    assert [f.code for f in check(result.pdf, other).findings if f.page is None] == ["text"]


def test_substitutes_are_named_for_what_they_are(rendered, fonts):
    found = check(rendered("report")[1].pdf)
    by_role = {substitute.asked: substitute.used for substitute in found.substitutes}
    assert by_role["小标宋"] == fonts["title"].name
    assert "小标宋" not in by_role["小标宋"]
    if fonts["fang"].substitute:
        assert by_role["仿宋"] == "Noto Serif SC"
    else:
        assert set(by_role) == {"小标宋"}
        assert set("㙟㘵垚浐㎡") <= set(found.rare)
