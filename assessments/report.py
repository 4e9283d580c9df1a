"""The league of the units below: who meets how much of what the documents ask."""

from governance.policies.outcomes import Outcome, applicable
from governance.reports.context import ReportContext, UnitResult
from governance.reports.document.model import Bar, Block, Chart, Column, Paragraph, Series, Table
from governance.reports.figures import Measured

_COLUMNS = (
    ("communities", "社区数"),
    ("households", "常住户数"),
    ("met", "达标项次"),
    ("not_met", "未达标项次"),
    ("no_data", "缺数据项次"),
    ("share", "达标率"),
)
LARGEST_LEAGUE = 60
"""Rows of the printed league; beyond it the first and the last thirty are shown."""


def _met_share(unit: UnitResult) -> float:
    counts = unit.measured.result.counts
    whole = applicable(counts)
    return counts["met"] / whole if whole else -1.0


def _cells(measured: Measured) -> tuple:
    return (
        measured.number("communities", "社区数", measured.result.communities),
        measured.total("households_resident"),
        measured.outcome(Outcome.MET),
        measured.outcome(Outcome.NOT_MET),
        measured.outcome(Outcome.NO_DATA),
        measured.met_share(),
    )


def build(context: ReportContext) -> list[Block]:
    units = sorted(context.units, key=lambda unit: (-_met_share(unit), unit.division.path))
    if not units:
        return []
    shown = units if len(units) <= LARGEST_LEAGUE else units[:30] + units[-30:]
    word = context.unit_word
    blocks: list[Block] = [
        Paragraph.of(
            "按标准达标率由高到低排列，各",
            word,
            "情况如下",
            "。" if len(shown) == len(units) else f"（共{len(units)}个，列前30和后30个）。",
        ),
        Table(
            caption=f"各{word}标准达标情况排名",
            columns=(
                Column("名次", 0.8),
                Column(word, 2.6, "left"),
                *(Column(label, 1.4, "right") for _, label in _COLUMNS),
            ),
            rows=tuple(
                (str(rank), unit.division.name, *_cells(unit.measured))
                for rank, unit in enumerate(shown, start=1)
            ),
            foot=("", "合计", *_cells(context.measured)),
            source="达标率为达标项次占适用项次的比例，缺数据的计入分母。",
        ),
    ]
    charted = [unit for unit in shown[:14] if applicable(unit.measured.result.counts)]
    if charted:
        shares = [unit.measured.met_share() for unit in charted]
        blocks.append(
            Chart(
                caption=f"各{word}标准达标率",
                title=f"各{word}标准达标率由高到低的条形图",
                labels=tuple(unit.division.name for unit in charted),
                series=(
                    Series(
                        "达标率",
                        tuple(Bar(float(figure.text), f"{figure.text}%") for figure in shares),
                    ),
                ),
            )
        )
    return blocks
