"""From results to the official document: head, parts with their sections, tail, annex."""

from datetime import date

from governance.accounts.models import Unit
from governance.divisions.models import Division, Level
from governance.policies.outcomes import LETTERS, Outcome
from governance.reports.context import ReportContext
from governance.reports.document.annex import AnnexSheet, SheetColumn
from governance.reports.document.model import (
    Annex,
    Block,
    Column,
    Heading,
    OfficialDocument,
    Paragraph,
    Table,
)
from governance.reports.sections import Part, sections

LARGEST_PRINTED_ANNEX = 300
"""Rows of the printed annex; a longer list goes to the spreadsheet, with a line that says so."""

_COUNTED = {
    "M": Outcome.MET,
    "N": Outcome.NOT_MET,
    "W": Outcome.WARNING,
    "D": Outcome.NO_DATA,
    "E": Outcome.DATA_ERROR,
}


def compose(context: ReportContext) -> OfficialDocument:
    """The whole report of a context; afterwards `context.book` holds every figure printed."""
    division, period = context.division, context.period
    unit = Unit.objects.filter(division=division, closed_on=None).order_by("pk").first()
    issuer = unit.name if unit else f"{division.name}民政部门"
    body: list[Block] = [Paragraph.of(_opening(context))]
    for part in Part:
        blocks: list[Block] = []
        for section in sections(part):
            built = section.build(context)
            if built and section.heading:
                blocks.append(Heading(2, section.heading))
            blocks += built
        if blocks:
            body += [Heading(1, part.heading), *blocks]
    return OfficialDocument(
        title_lines=(issuer, f"关于{period.label}城乡社区治理", "工作进展情况的报告"),
        issuer=issuer,
        issuer_mark=(unit.letterhead or None) if unit else None,
        number=None,
        recipients=f"{_recipient(division)}：",
        body=tuple(body),
        annexes=_annexes(context),
        signature=issuer,
        date=context.on,
        draft=context.is_draft,
        verification=None if context.snapshot is None else context.snapshot.name,
        sealed=False,
    )


def _opening(context: ReportContext) -> str:
    period = context.period
    return (
        f"按照半年报送制度，现将{period.label}城乡社区治理工作进展报告如下。"
        f"数据期间为{_day(period.starts_on)}至{_day(context.on)}，"
        + ("本稿取自实时台账，尚未定稿。" if context.is_draft else "各项数据以截止日定稿台账为准。")
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _recipient(division: Division) -> str:
    """The level above receives; the names of offices are data where the office is registered."""
    parent = division.parent
    if parent is None or parent.level == Level.COUNTRY:
        return "民政部"
    unit = Unit.objects.filter(division=parent).order_by("pk").first()
    return unit.name if unit else f"{parent.name}民政部门"


def _annexes(context: ReportContext) -> tuple[Annex, ...]:
    if not context.result.communities:
        return ()
    title = f"{context.division.name}各社区标准核查情况一览表"
    if context.result.communities > LARGEST_PRINTED_ANNEX:
        text = f"社区共{context.result.communities}个，明细见随附电子表格“社区核查明细”。"
        return (Annex(1, title, (Paragraph.of(text),)),)
    rows = tuple(
        (str(number), name, *(str(count) for count in counts))
        for number, (_, name, counts) in enumerate(_community_counts(context), start=1)
    )
    table = Table(
        caption="各社区核查项次",
        columns=(
            Column("序号", 0.8),
            Column("社区", 4, "left"),
            *(Column(outcome.label, 1, "right") for outcome in _COUNTED.values()),
        ),
        rows=rows,
        source="不适用和仅供参考的标准不列。",
    )
    return (Annex(1, title, (table,)),)


def _community_counts(context: ReportContext) -> list[tuple[str, str, list[int]]]:
    """Code, name and outcomes counted, for every community in path order."""
    names = _names(context)
    own = [k for k, rule in enumerate(context.relation.rules) if rule.for_communities and not rule.is_beside]
    rows = []
    for row in context.relation.rows("division_id, letters", "ORDER BY path"):
        code, name = names[row["division_id"]]
        own_letters = [row["letters"][k] for k in own]
        rows.append((code, name, [own_letters.count(letter) for letter in _COUNTED]))
    return rows


def _names(context: ReportContext) -> dict[int, tuple[str, str]]:
    communities = Division.objects.under(context.division.path).communities()
    return {pk: (code, name) for pk, code, name in communities.values_list("pk", "code", "name")}


def annex_sheets(context: ReportContext) -> list[AnnexSheet]:
    """The spreadsheet beside the report: all figures, and every community's outcomes."""
    figures = [
        (number, entry["label"], entry["value"], entry["unit"], entry["measure"], entry["id"])
        for number, entry in enumerate(context.book.as_json(), 1)
    ]
    path = context.division.path
    rules = [
        (k, rule)
        for k, rule in enumerate(context.relation.rules)
        if rule.for_communities and rule.reaches(path)
    ]
    return [
        AnnexSheet(
            "报告指标",
            (
                SheetColumn("序号", 7, "integer"),
                SheetColumn("指标", 40),
                SheetColumn("数值", 14, "decimal"),
                SheetColumn("单位", 10),
                SheetColumn("措施编号", 14),
                # The same in every period and division, for programs that compare annexes.
                SheetColumn("数据标识", 36),
            ),
            figures,
        ),
        AnnexSheet(
            "社区核查明细",
            (
                SheetColumn("社区代码", 16),
                SheetColumn("社区名称", 28),
                *(SheetColumn(f"{rule.code} {rule.title}", 16) for _, rule in rules),
            ),
            _outcome_rows(context, [k for k, _ in rules]),
        ),
    ]


def _outcome_rows(context: ReportContext, positions: list[int]) -> list[tuple[str, ...]]:
    names = _names(context)
    return [
        (
            *names[row["division_id"]],
            *(LETTERS[row["letters"][k]].label if row["letters"][k] in LETTERS else "" for k in positions),
        )
        for row in context.relation.rows("division_id, letters", "ORDER BY path")
    ]
