"""The half-year report on the home page: its days, own report, the chain below, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.console.units import UnitCell, Units, own_units
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under, path_length
from governance.policies.counts import open_by_severity
from governance.policies.home import findings_url
from governance.policies.outcomes import Severity
from governance.records.completeness.home import tallies_of
from governance.records.completeness.tally import summed
from governance.records.completeness.views import list_url
from governance.reports.current import current_period
from governance.reports.models import DataConfirmation, Period, Report
from governance.web.todo import Todo, days_text

STREET = path_length(Level.STREET)
SECONDS = 60


def period_of(request: HttpRequest) -> Period:
    """The current period, which may be a minute old as the counts of the menu are."""
    kept: Period | None = request.__dict__.get("_period")
    if kept is None:
        on = today()
        key = f"current-period:{on}"
        kept = cache.get(key)
        if kept is None:
            kept = current_period(on)
            cache.set(key, kept, SECONDS)
        request.__dict__["_period"] = kept
    return kept


def reports_of(request: HttpRequest, units: Units) -> dict[str, Report]:
    """The report of the current period by path: of the units and of the whole, a final one before a draft."""
    kept: dict[Units, dict[str, Report]] = request.__dict__.setdefault("_reports", {})
    if units not in kept:
        paths = [row.path for row in (*units.roots, *units.rows)]
        rows = permitted(Report.objects.all(), request.user, Action.DOWNLOAD_REPORT)
        rows = rows.filter(period__code=period_of(request).code, path__in=paths)
        found: dict[str, Report] = {}
        for report in rows.select_related("snapshot__period").defer("figures"):
            before = found.get(report.path)
            if before is None or _rank(report) > _rank(before):
                found[report.path] = report
        kept[units] = found
    return kept[units]


def _rank(report: Report) -> int:
    return report.snapshot.version if report.snapshot else 0


def confirmations_url(area: Division | None = None, state: str = "") -> str:
    asked = {"area": area.code if area else "", "state": state}
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("reports:confirmations") + (f"?{query}" if query else "")


def confirmed_below(request: HttpRequest, units: Units) -> dict[str, DataConfirmation]:
    """The standing confirmations of the current period by path of street (one statement a request)."""
    kept: dict[Units, dict[str, DataConfirmation]] = request.__dict__.setdefault("_confirmations", {})
    if units not in kept:
        rows = permitted(DataConfirmation.objects.filter(withdrawn_at=None), request.user)
        rows = rows.filter(period__code=period_of(request).code, division__closed_on=None)
        kept[units] = {row.path: row for row in rows.select_related("confirmed_by")}
    return kept[units]


def _streets_below(request: HttpRequest, units: Units) -> dict[str, int]:
    """How many streets each unit above the street has."""

    def count(length: int) -> dict[str, int]:
        if length >= STREET:
            return {}
        rows = permitted(Division.objects.current().filter(level=Level.STREET), request.user).order_by()
        unit = Substr("path", 1, length)
        return dict(rows.annotate(unit=unit).values_list("unit").annotate(number=Count("pk")))

    return units.by_length(count)


def confirmation_cells(request: HttpRequest, units: Units) -> Mapping[str, UnitCell]:
    """数据确认: of a street its state, of a higher unit how many of its streets."""
    if units.are_communities:
        return {}
    words = confirmed_below(request, units)
    streets = _streets_below(request, units)
    found = {}
    for row in units.rows:
        if row.level == Level.STREET:
            word = words.get(row.path)
            text = f"已确认 {timezone.localtime(word.confirmed_at):%m-%d}" if word else "未确认"
            url = reverse("reports:confirmation", args=[row.code])
            found[row.path] = UnitCell(text, url, "green" if word else "none")
        elif row.level < Level.STREET:
            done = sum(1 for path in words if is_under(path, row.path))
            whole = streets.get(row.path, 0)
            css = "green" if whole and done == whole else "none" if not done else "amber"
            found[row.path] = UnitCell(f"{done} / {whole} 个街道", confirmations_url(row), css)
    return found


def _state(report: Report | None) -> tuple[str, str]:
    """Word and lamp of a report of the current period."""
    if report is None:
        return "未生成", "none"
    return ("草稿", "amber") if report.is_draft else (f"定稿 {report.snapshot}", "green")


def report_cells(request: HttpRequest, units: Units) -> Mapping[str, UnitCell]:
    """本期报告 of each unit."""
    if units.are_communities:
        return {}
    reports = reports_of(request, units)
    found = {}
    for row in units.rows:
        report = reports.get(row.path)
        text, css = _state(report)
        found[row.path] = UnitCell(text, report.get_absolute_url() if report else "", css)
    return found


def period_panel(request: HttpRequest) -> dict[str, Any] | None:
    """本期半年报告: the days, own division's report, confirmation of streets, and the next step."""
    units = own_units(request)
    if not units.roots:
        return None
    on, period, scope = today(), period_of(request), scope_of(request.user)
    root = units.roots[0]
    lines = []
    if scope.may_anywhere(Action.DOWNLOAD_REPORT) and root.level < Level.COMMUNITY:
        report = reports_of(request, units).get(root.path)
        text, css = _state(report)
        url = report.get_absolute_url() if report else reverse("reports:list")
        lines.append((f"{root.name}报告", text, css, url))
        if root.level < Level.STREET and units.rows != units.roots:
            below = [reports_of(request, units).get(row.path) for row in units.rows]
            final = sum(1 for each in below if each is not None and not each.is_draft)
            drafts = sum(1 for each in below if each is not None and each.is_draft)
            left = len(below) - final - drafts
            text = f"定稿 {final} 个，草稿 {drafts} 个，未生成 {left} 个"
            css = "green" if final == len(below) else "none" if left == len(below) else "amber"
            lines.append((f"下级报告（{units.label} {len(below)} 个）", text, css, ""))
    street = root if root.level == Level.STREET else None
    if street is not None:
        word = confirmed_below(request, units).get(street.path)
        moment = f"{timezone.localtime(word.confirmed_at):%m-%d %H:%M}" if word else ""
        text = f"{word.confirmed_by} {moment} 已确认" if word else "未确认"
        url = reverse("reports:confirmation", args=[street.code])
        lines.append(("本街道数据", text, "green" if word else "none", url))
    return {
        "period": period,
        "cut_off": days_text((period.cut_off - on).days) if not period.is_cut_off(on) else "已截止",
        "due": days_text((period.due_on - on).days),
        "is_cut_off": period.is_cut_off(on),
        "lines": lines,
        "confirm_url": reverse("reports:confirmation", args=[street.code])
        if street is not None and scope.may(Action.CONFIRM_DATA, street.path)
        else "",
        "url": reverse("reports:list") if scope.may_anywhere(Action.DOWNLOAD_REPORT) else "",
    }


def reader_panel(request: HttpRequest) -> dict[str, Any] | None:
    """Tiles for who only reads: communities, completeness, severe findings, reports received and missing."""
    scope, units = scope_of(request.user), own_units(request)
    works = any(scope.may_anywhere(each) for each in (Action.ADD, Action.GENERATE_REPORT))
    if works or not units.roots:
        return None
    area = units.roots[0] if len(units.roots) == 1 else None
    whole = summed(list(tallies_of(request, units).values()))
    severe = open_by_severity(request.user)[Severity.RED]
    tiles: list[dict[str, Any]] = [
        {
            "label": "台账完整率",
            "value": whole.share_text,
            "icon": "database",
            "colour": "green" if whole.cells and whole.cells_done == whole.cells else "",
            "url": list_url(area=area),
            "note": f"{whole.cells_done:,} / {whole.cells:,} 本",
        },
        {
            "label": "严重问题",
            "value": severe,
            "unit": "个",
            "icon": "circle-x",
            "colour": "red" if severe else "green",
            "url": findings_url(severity=Severity.RED.value),
            "note": "未消除",
        },
    ]
    if whole.communities > 1:
        tiles.insert(
            0,
            {
                "label": "社区（村）",
                "value": whole.communities,
                "unit": "个",
                "icon": "building-community",
                "url": reverse("communities:list"),
                "note": "辖区内现有",
            },
        )
    if scope.may_anywhere(Action.DOWNLOAD_REPORT) and not units.are_communities:
        reports = [reports_of(request, units).get(row.path) for row in units.rows]
        final = sum(1 for each in reports if each is not None and not each.is_draft)
        tiles.append(
            {
                "label": "下级本期报告",
                "value": f"{final} / {len(reports)}",
                "icon": "report",
                "colour": "green" if final == len(reports) else "",
                "note": f"定稿 {final} 个，缺 {len(reports) - final} 个",
            }
        )
    return {"tiles": tiles}


def todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """Data to complete, streets to confirm, reports to make, each by the day of the current period."""
    scope, units, period = scope_of(request.user), own_units(request), period_of(request)
    if not period.has_begun(on):
        return
    if scope.may_anywhere(Action.ADD) and not period.is_cut_off(on):
        whole = summed(list(tallies_of(request, units).values()))
        left = whole.cells - whole.cells_done
        if left:
            area = units.roots[0] if len(units.roots) == 1 else None
            yield Todo(
                f"完善台账：还有 {left:,} 本未录入、未填全",
                list_url(area=area, state="todo"),
                period.cut_off,
                note=f"{period.label}数据截止日前完成",
            )
    words = confirmed_below(request, units)
    for root in units.roots:
        if root.level == Level.STREET and scope.may(Action.CONFIRM_DATA, root.path):
            url = reverse("reports:confirmation", args=[root.code])
            word = words.get(root.path)
            if word is None:
                yield Todo(f"确认{root.name}{period.label}数据", url, period.cut_off)
            elif timezone.localtime(word.confirmed_at).date() >= on.replace(day=1):
                yield Todo(f"确认{root.name}{period.label}数据", url, done=True)
    if scope.may_anywhere(Action.GENERATE_REPORT):
        reports = reports_of(request, units)
        for root in units.roots:
            report = reports.get(root.path)
            if root.level < Level.COMMUNITY and scope.may(Action.GENERATE_REPORT, root.path):
                yield from _report_todo(root, report, period, on)


def _report_todo(root: Division, report: Report | None, period: Period, on: date) -> Iterable[Todo]:
    made = report is not None and not report.is_draft
    if report is not None and made:
        if timezone.localtime(report.generated_at).date() >= on.replace(day=1):
            yield Todo(f"生成{root.name}{period.label}进展报告", report.get_absolute_url(), done=True)
        return
    wait = "" if period.is_cut_off(on) else f"数据截止日（{period.cut_off:%m-%d}）后生成定稿，之前可生成草稿"
    yield Todo(
        f"生成{root.name}{period.label}进展报告", reverse("reports:generate"), period.due_on, note=wait
    )


def register_home() -> None:
    """Panel, columns of units and todos of the reports."""
    from governance.console import units
    from governance.web import panels, todo

    panels.register(
        panels.Panel("reports/panels/reader.html", reader_panel, order=12, action=Action.VIEW, wide=True)
    )
    panels.register(
        panels.Panel("reports/panels/period.html", period_panel, order=30, action=Action.VIEW, aside=True)
    )
    units.register(units.UnitColumn("confirmation", "数据确认", confirmation_cells, order=50))
    units.register(
        units.UnitColumn("report", "本期报告", report_cells, order=60, action=Action.DOWNLOAD_REPORT)
    )
    todo.register(todo.Provider("reports", todos, Action.VIEW))
