"""The half-year report of a county with all figures, against the bare rendering of its finished HTML."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

from benchmarks import synthetic
from benchmarks.ground import COUNTY, ON, Ground
from benchmarks.timing import Measurement, by_turns, seconds
from governance.divisions.models import Division
from governance.policies.evaluation.store import store_frozen
from governance.reports.compose import annex_sheets, compose
from governance.reports.context import ReportContext
from governance.reports.document import fonts, html
from governance.reports.document.annex import write_annex
from governance.reports.document.render import EmbeddedFile, render_pdf
from governance.reports.models import Period, Snapshot
from governance.reports.periods import HalfYear
from governance.reports.services import make_report

ROUNDS = 2

_BARE = """
import json, sys
from pathlib import Path
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from governance.reports.document.fetcher import BundledFetcher
task = json.load(sys.stdin)
fetcher = BundledFetcher({f["url"]: (Path(f["path"]), f["sha256"]) for f in task["fonts"]})
page = weasyprint.HTML(string=task["html"], base_url="asset:///", url_fetcher=fetcher)
sys.stdout.buffer.write(page.write_pdf(font_config=FontConfiguration(), pdf_variant="pdf/a-3a"))
"""


def measure(ground: Ground) -> Iterator[Measurement]:
    synthetic.fill(ground)
    county = Division.objects.by_code(COUNTY)
    period = Period.objects.for_half_year(HalfYear.parse("2026H1"))
    today = period.cut_off + timedelta(days=1)
    run = store_frozen(on=period.cut_off, path=ground.province.path)
    snapshot = Snapshot.objects.create(period=period, version=1, run=run)
    context = ReportContext(division=county, period=period, on=period.cut_off, snapshot=snapshot)
    faces = fonts.resolve()
    task = json.dumps(
        {
            "html": html.to_html(compose(context), faces),
            "fonts": [
                {"url": face.url, "path": str(face.path), "sha256": face.sha256} for face in faces.faces
            ],
        }
    ).encode()

    def ours() -> None:
        """Read the freeze, word it, typeset it; the spreadsheet annex goes into the PDF."""
        context = ReportContext(division=county, period=period, on=period.cut_off, snapshot=snapshot)
        document = compose(context)
        annex = write_annex(annex_sheets(context), title=document.title, created=period.cut_off)
        render_pdf(document, files=[EmbeddedFile("附表.xlsx", annex)])

    def checked() -> None:
        """The same as the portal makes it, the finished file read back and measured."""
        make_report(period=period, division=county, today=today, snapshot=snapshot)

    def bare() -> None:
        subprocess.run([sys.executable, "-c", _BARE], input=task, stdout=subprocess.DEVNULL, check=True)

    made, whole, rendered = by_turns(ours, checked, bare, rounds=ROUNDS)
    freezing = seconds(lambda: store_frozen(on=ON, path=county.path))
    notes = {"freezing": round(freezing, 4), "figures": len(context.book.as_json())}
    for name, spent, goal in (("report", made, "≤ 1.3"), ("report, read back and measured", whole, "≤ 2")):
        yield Measurement(
            name,
            "bare WeasyPrint rendering of its HTML",
            spent + freezing,
            rendered,
            context.result.communities,
            goal,
            notes=notes,
        )
