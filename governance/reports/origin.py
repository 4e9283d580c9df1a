"""Opening a figure of a report down to the communities that it is made of, from the same data version."""

from dataclasses import dataclass
from typing import Any

from governance.divisions.models import Division
from governance.policies.evaluation.community import explained_rows, traces_of
from governance.policies.indicators import all_inputs
from governance.policies.outcomes import COUNTED, Outcome
from governance.policies.units import UNITS, as_text, rounded
from governance.reports.context import ReportContext
from governance.reports.models import Report


@dataclass(frozen=True)
class OriginRow:
    """One community's part in a figure."""

    division: Division
    text: str
    outcome: Outcome | None


def origin_rows(*, report: Report, figure: str) -> list[OriginRow]:
    """The communities behind a figure, in path order; [] for figures that count standards, not communities.

    A final report reads its snapshot; a draft is measured live, with the rules of the day it was made for.
    """
    path, parts = _scope(report, figure)
    if path is None:
        return []
    context = ReportContext(
        division=report.division,
        period=report.period,
        on=report.on,
        snapshot=report.snapshot,
    )
    rows = [row for row in explained_rows(context.relation) if row["path"].startswith(path)]
    divisions = Division.objects.in_bulk([row["division_id"] for row in rows])
    found = []
    for row in rows:
        made = _row(context, row, parts)
        if made is not None:
            found.append(OriginRow(divisions[row["division_id"]], *made))
    return found


def _scope(report: Report, figure: str) -> tuple[str | None, list[str]]:
    """The subtree a figure speaks of, and the figure's name without the unit in front."""
    parts = figure.split(".")
    if parts[0] == "unit" and len(parts) > 2:
        unit = report.division.children.filter(code=parts[1]).first()
        return (unit.path if unit else None), parts[2:]
    return report.division.path, parts


def _row(context: ReportContext, row: dict[str, Any], parts: list[str]) -> tuple[str, Outcome | None] | None:
    match parts:
        case ["total", name] if name in all_inputs():
            item, value = all_inputs()[name], row[name]
            if value is None:
                return "暂无数据", None
            unit = UNITS[item.unit]
            return as_text(rounded(unit.value(int(value)), unit.decimals), unit), None
        case ["value" | "share", code]:
            trace = next((t for t in _traces(context, row) if t.code == code), None)
            return (trace.value_text, trace.outcome) if trace else None
        case ["count", code, outcome]:
            trace = next((t for t in _traces(context, row) if t.code == code), None)
            return (trace.value_text, trace.outcome) if trace and trace.outcome == outcome else None
        case ["outcomes", outcome]:
            count = sum(trace.outcome == outcome for trace in _deciding(context, row))
            return (f"{count} 项", None) if count else None
        case ["communities"]:
            return "", None
        case ["communities_filled" | "filled_share"]:
            return ("已填报" if row["area_type"] else "未填报"), None
        case ["met_share"]:
            outcomes = [trace.outcome for trace in _deciding(context, row)]
            whole = sum(outcome in COUNTED for outcome in outcomes)
            return f"达标 {outcomes.count(Outcome.MET)} 项，适用 {whole} 项", None
    return None


def _deciding(context: ReportContext, row: dict[str, Any]) -> list[Any]:
    """The results that count: not those shown beside the wider value that decides."""
    return [trace for trace in _traces(context, row) if not trace.rule.is_beside]


def _traces(context: ReportContext, row: dict[str, Any]) -> list[Any]:
    if "_traces" not in row:
        row["_traces"] = traces_of(context.relation, row)
    return row["_traces"]
