"""The child process: same bytes, no foreign address, limits, whole files."""

import datetime as dt
import io
import os

import pypdf
import pytest

from governance.reports.document import render
from governance.reports.document.annex import AnnexSheet, SheetColumn, write_annex
from governance.reports.document.fetcher import BundledFetcher
from governance.reports.document.html import to_html
from governance.reports.document.model import Paragraph
from governance.reports.document.render import EmbeddedFile, RenderingFailed, render_pdf, write_atomically

from . import sample

pytestmark = pytest.mark.slow

STAMP = "2026-07-08T00:00:00+08:00"


def short() -> object:
    return sample.report(body=(Paragraph.of(sample.SPIRIT),), annexes=(), attachments=())


def test_two_processes_write_the_same_bytes(bare_fonts, monkeypatch):
    sheet = AnnexSheet("明细", (SheetColumn("社区"),), [("㙟头社区",)])
    file = EmbeddedFile(
        "明细表.xlsx", write_annex([sheet], title="明细", created=dt.date(2026, 7, 8)), "明细"
    )
    first = render_pdf(short(), files=[file], fonts=bare_fonts)
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("LC_ALL", "C")
    again = render_pdf(short(), files=[file], fonts=bare_fonts)
    assert first.pdf == again.pdf
    assert first.sha256 == again.sha256


def test_archive_variant_with_readable_metadata_and_the_annex(bare_fonts):
    pdf = render_pdf(short(), files=[EmbeddedFile("明细表.xlsx", b"PK", "明细")], fonts=bare_fonts).pdf
    assert b'pdfaid:part="3"' in pdf
    assert b'pdfaid:conformance="A"' in pdf
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.metadata.title == short().title
    assert reader.metadata.creation_date.date() == dt.date(2026, 7, 8)
    assert reader.attachments["明细表.xlsx"] == [b"PK"]
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert "D001" not in reader.named_destinations


def test_figures_can_be_addressed(bare_fonts):
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(sample.report(), fonts=bare_fonts).pdf))
    html = to_html(sample.report(), bare_fonts)
    assert html.count('id="D001"') == 1
    assert len(reader.pages) > 4


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x.png",
        "https://example.org/x.css",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "asset:///../render.py",
        "asset:///nothing.css",
        "font:///fang-0000000000000000",
        "ftp://example.org/x",
        "x.png",
    ],
)
def test_foreign_addresses_are_not_fetched(bare_fonts, address):
    fetcher = BundledFetcher({face.url: (face.path, face.sha256) for face in bare_fonts.faces})
    with pytest.raises(ValueError, match="not allowed"):
        fetcher.fetch(address)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="http://127.0.0.1:1/x.png">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        "<p style=\"background:url('https://example.org/x')\">x</p>",
    ],
)
def test_a_foreign_address_ends_the_rendering(bare_fonts, markup):
    with pytest.raises(RenderingFailed) as caught:
        render.render_html(f"<html><body>{markup}", fonts=bare_fonts, timestamp=STAMP)
    assert "not allowed" in caught.value.detail


def test_a_swapped_font_file_is_refused(tmp_path):
    path = tmp_path / "a.otf"
    path.write_bytes(b"other")
    with pytest.raises(ValueError, match="font file changed"):
        BundledFetcher({"font:///a": (path, "0" * 64)}).fetch("font:///a")


def test_limits_hold_and_are_explained(bare_fonts, monkeypatch):
    monkeypatch.setattr(render, "MEMORY", 150 << 20)
    with pytest.raises(RenderingFailed, match="公文"):
        render_pdf(sample.report(), fonts=bare_fonts)
    monkeypatch.undo()
    monkeypatch.setattr(render, "WALL_SECONDS", 0.2)
    with pytest.raises(RenderingFailed, match="超时"):
        render_pdf(sample.report(), fonts=bare_fonts)


def test_the_child_does_not_inherit_secrets(bare_fonts, monkeypatch):
    seen = {}
    original = render.subprocess.run

    def spy(command, **options):
        seen.update(options["env"])
        return original(command, **options)

    monkeypatch.setenv("SECRET_KEY", "x")
    monkeypatch.setattr(render.subprocess, "run", spy)
    render_pdf(short(), fonts=bare_fonts)
    assert not {"SECRET_KEY", "DATABASE_URL", "FIELD_KEY_FILE", "DJANGO_SETTINGS_MODULE"} & set(seen)


def test_a_file_is_whole_or_the_old_one(tmp_path, monkeypatch):
    target = tmp_path / "a" / "report.pdf"
    write_atomically(target, b"first")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, b"second")
    assert target.read_bytes() == b"first"
    assert [path.name for path in target.parent.iterdir()] == ["report.pdf"]
