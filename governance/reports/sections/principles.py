"""原则与要求对照: what documents ask without a number, line by line, with what was reported and accepted."""

from datetime import date, datetime

from governance.divisions.paths import is_under
from governance.implementation.progress import narratives
from governance.policies.models import Measure
from governance.policies.models.documents import DocumentStatus, MeasureKind
from governance.reports.context import ReportContext
from governance.reports.document.fonts import resolve
from governance.reports.document.model import Block, Column, Paragraph, Table


def principles_of(path: str) -> list[Measure]:
    """The principles of documents in force that hold at a place, in the order of the documents."""
    rows = Measure.objects.filter(
        kind=MeasureKind.PRINCIPLE, document__status=DocumentStatus.IN_FORCE
    ).select_related("document__jurisdiction", "clause")
    rows = rows.order_by("document__jurisdiction__path", "document__issued_on", "document__key", "order")
    return [each for each in rows if is_under(path, each.document.jurisdiction.path)]


def _moment(context: ReportContext) -> date | datetime:
    """Until when texts count: the making of the snapshot, so that it always gives the same report."""
    return context.on if context.snapshot is None else context.snapshot.created_at


def _printable(text: str) -> str:
    """A text that users wrote, with a question mark for what no font of the report can print."""
    for character in resolve().uncovered(text):
        text = text.replace(character, "？")
    return text


def build(context: ReportContext) -> list[Block]:
    principles = principles_of(context.division.path)
    if not principles:
        return []
    told = narratives(context.division, _moment(context))
    with_text = [each for each in principles if each.code in told]
    measured = context.measured
    sources = {each.document.code: each.document.title for each in principles}
    blocks: list[Block] = [
        Paragraph.of(
            "现行文件中没有量化指标的原则和要求",
            measured.number("principles", "原则和要求数", len(principles), "项"),
            "，已报送落实情况",
            measured.number("principles_told", "已报送落实情况的原则和要求数", len(with_text), "项"),
            "，对照见下表。",
        ),
        Table(
            caption="原则与要求对照",
            columns=(
                Column("原则和要求", 3.4, "left"),
                Column("依据", 1.8, "left"),
                Column("要点", 5.2, "left"),
                Column("落实情况", 1.6),
            ),
            rows=tuple(
                (
                    each.title,
                    f"{each.document.code} {each.clause.ref}",
                    each.text,
                    "见下文" if each.code in told else "未报送",
                )
                for each in principles
            ),
            source="依据栏：" + "；".join(f"{code}为《{title}》" for code, title in sources.items()) + "。",
        ),
    ]
    for each in with_text:
        lines = [line for line in _printable(told[each.code]).split("\n") if line]
        blocks.append(Paragraph.of(f"{each.title}（{each.document.code} {each.clause.ref}）：{lines[0]}"))
        blocks += [Paragraph.of(line) for line in lines[1:]]
    return blocks
