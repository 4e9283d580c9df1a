"""Making a report: freeze or draft, compose, typeset, check the file itself, keep it."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from governance.accounts.models import User
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.jobs.models import Job
from governance.jobs.services import finish
from governance.reports.compose import annex_sheets, compose
from governance.reports.context import ReportContext
from governance.reports.document import conformance
from governance.reports.document.annex import write_annex
from governance.reports.document.render import EmbeddedFile, render_pdf, write_atomically
from governance.reports.freeze import freeze
from governance.reports.models import Period, Report, Snapshot


class NotBegun(ValueError):
    """The period lies ahead; its text is Chinese and fit for users."""


class CommunityHasNoReport(ValueError):
    """Reports begin at the street; its text is Chinese and fit for users."""


@dataclass(frozen=True)
class MadeReport:
    """A finished report that is not yet kept anywhere."""

    division: Division
    period: Period
    snapshot: Snapshot | None
    on: date
    figures: list[dict[str, Any]]
    pdf: bytes
    annex: bytes
    pages: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """The object of `progress_report --json`."""
        return {
            "division": self.division.code,
            "period": self.period.code,
            "snapshot": self.snapshot.name if self.snapshot else None,
            "figures": self.figures,
            "pages": self.pages,
            "sha256": self.sha256,
        }


def snapshot_for(*, period: Period, today: date, again: bool = False) -> Snapshot | None:
    """The freeze that a report of today stands on: None before the cut-off, made at the first call after.

    Raises `NotBegun`.
    """
    if not period.has_begun(today):
        raise NotBegun(f"{period.label}报告期自 {period.starts_on} 开始，目前尚未开始。")
    if not period.is_cut_off(today):
        return None
    return freeze(period=period, today=today, again=again)


def make_report(*, period: Period, division: Division, today: date, snapshot: Snapshot | None) -> MadeReport:
    """Compose and typeset; equal data give equal bytes. Raises `NotConformant` or `RenderingFailed`."""
    on = period.cut_off if snapshot else min(today, period.cut_off)
    context = ReportContext(division=division, period=period, on=on, snapshot=snapshot)
    document = compose(context)
    annex = write_annex(annex_sheets(context), title=document.title, created=on)
    rendered = render_pdf(document, files=[EmbeddedFile("附表.xlsx", annex, "报告指标和社区核查明细")])
    conformance.check(rendered.pdf, document).require()
    return MadeReport(
        division=division,
        period=period,
        snapshot=snapshot,
        on=on,
        figures=context.book.as_json(),
        pdf=rendered.pdf,
        annex=annex,
        pages=rendered.pages,
        sha256=hashlib.sha256(rendered.pdf).hexdigest(),
    )


def reports_folder() -> Path:
    return Path(settings.DATA_DIR) / "reports"


def keep_report(*, made: MadeReport, user: User | None, job: Job | None = None) -> Report:
    """Write the files whole, then the row that names them; doing it twice changes nothing.

    File names carry the hash, so a row and its files always belong together, whoever is killed in between.
    With `job` the row and the end of the job are one; raises `LeaseLost` when another run has taken it over.
    """
    kind = f"v{made.snapshot.version}" if made.snapshot else "draft"
    stem = f"{made.period.code}/{made.division.code}-{kind}-{made.sha256[:16]}"
    names = {"file_name": f"{stem}.pdf", "annex_name": f"{stem}.xlsx"}
    write_atomically(reports_folder() / names["file_name"], made.pdf)
    write_atomically(reports_folder() / names["annex_name"], made.annex)
    key: dict[str, Any] = {"period": made.period, "division": made.division, "snapshot": made.snapshot}
    with transaction.atomic():
        before = Report.objects.select_for_update().filter(**key).first()
        report, _ = Report.objects.update_or_create(
            **key,
            defaults={
                "on": made.on,
                "figures": made.figures,
                "pages": made.pages,
                "sha256": made.sha256,
                "generated_by": user,
                **names,
            },
        )
        record(
            EventKind.CREATE,
            obj=report,
            detail={
                "period": made.period.code,
                "snapshot": made.snapshot.name if made.snapshot else None,
                "sha256": made.sha256,
            },
        )
        if before is not None and before.file_name != report.file_name:
            transaction.on_commit(partial(_remove, before.file_name, before.annex_name))
        if job is not None:
            finish(job, result={"report": report.pk, "pages": report.pages})
    return report


def _remove(*names: str) -> None:
    """Files that no row names any more."""
    for name in filter(None, names):
        (reports_folder() / name).unlink(missing_ok=True)


def generate_report(*, period: Period, division: Division, today: date, user: User | None) -> Report:
    """Everything from freeze to kept file, in the calling process."""
    snapshot = snapshot_for(period=period, today=today)
    made = make_report(period=period, division=division, today=today, snapshot=snapshot)
    return keep_report(made=made, user=user)
