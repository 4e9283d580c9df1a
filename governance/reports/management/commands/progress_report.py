"""`manage.py progress_report PERIOD CODE --out FILE.pdf`: the half-year report, in this process."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.clock import today
from governance.divisions.models import Division, Level, UnknownCode
from governance.reports.document.conformance import NotConformant
from governance.reports.document.render import RenderingFailed, write_atomically
from governance.reports.freeze import NotYetCutOff
from governance.reports.models import Period
from governance.reports.periods import HalfYear, UnknownPeriod
from governance.reports.services import CommunityHasNoReport, NotBegun, make_report, snapshot_for

_CODES: dict[type[Exception], str] = {
    UnknownCode: "unknown_division",
    UnknownPeriod: "unknown_period",
    NotBegun: "period_not_begun",
    NotYetCutOff: "not_cut_off",
    NotConformant: "not_conformant",
    RenderingFailed: "rendering_failed",
    CommunityHasNoReport: "no_report",
    OSError: "cannot_write",
}
_REFUSALS = tuple(_CODES)


class Command(BaseCommand):
    help = "生成半年进展报告（PDF）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="报告期，如 2026H1")
        parser.add_argument("code", help="街道、县、市或省的代码")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")
        parser.add_argument("--refreeze", action="store_true", help="重新定稿，产生新的数据版本")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = self._make(options)
            write_atomically(options["out"], made.pdf)
            detail = {"file": options["out"].name, "period": made.period.code, "sha256": made.sha256}
            record(EventKind.EXPORT, obj=made.division, detail=detail)
        except _REFUSALS as error:
            self._refuse(error, as_json=options["json"])
            return
        if options["json"]:
            self.stdout.write(json.dumps(made.as_json(), ensure_ascii=False))
        else:
            version = made.snapshot.name if made.snapshot else "草稿"
            self.stdout.write(f"{options['out']}：{made.pages} 页，数据版本 {version}，SHA-256 {made.sha256}")

    def _make(self, options: dict[str, Any]) -> Any:
        day = today()
        division = Division.objects.by_code(options["code"])
        if division.level == Level.COMMUNITY:
            raise CommunityHasNoReport("进展报告从街道（乡镇）一级开始，社区没有单独的报告。")
        period = Period.objects.for_half_year(HalfYear.parse(options["period"]))
        snapshot = snapshot_for(period=period, today=day, again=options["refreeze"])
        if options["refreeze"] and snapshot is None:
            raise NotYetCutOff(f"{period.label}的数据截止日是 {period.cut_off}，截止日过后才能定稿。")
        return make_report(period=period, division=division, today=day, snapshot=snapshot)

    def _refuse(self, error: Exception, *, as_json: bool) -> None:
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)))
        message = str(error)
        if as_json:
            self.stdout.write(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
        else:
            self.stderr.write(message)
        raise SystemExit(1)
