"""What stands in the way of carrying a plan out, each by name and with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from communities.adjustments.figures import lines
from communities.adjustments.plan import Plan
from communities.boundaries.checks import Outline
from communities.boundaries.neighbours import apart
from communities.models import AdjustmentKind, AdjustmentSource, AdjustmentState
from communities.sheets import bare_name
from governance.divisions.models import Division, Level
from governance.divisions.transfers import whole_by_kind
from governance.reports.models import DataConfirmation
from governance.reports.periods import HalfYear
from governance.rounds.models import RoundState, RoundStreet, StreetState

MOST_NAMED = 5
_PERIOD, _ROUND = "period", "round"


def faults(plan: Plan, today: date, *, persons: bool = True) -> list[str]:
    """Everything that must be settled first; `persons`: whether rows that name humans may be named."""
    return [*plan_faults(plan, persons=persons), *_day_faults(plan, today), *_open_faults(plan, today)]


def plan_faults(plan: Plan, *, persons: bool = True) -> list[str]:
    """What is wrong with the plan itself, whenever it is carried out."""
    return [
        *place_faults(plan.divisions, plan.adjustment.kind),
        *neighbour_faults(plan.outlines, len(plan.sources)),
        *name_faults(plan),
        *_row_faults(plan, persons),
        *_sum_faults(plan),
    ]


def place_faults(sources: list[Division], kind: str) -> Iterator[str]:
    """Communities of today, of one street, and as many as the kind asks for."""
    if kind == AdjustmentKind.MERGE and len(sources) < 2:
        yield "合并至少要选两个社区。"
    for each in sources:
        if each.level != Level.COMMUNITY or each.closed_on is not None:
            yield f"“{each.name}”已撤销或不是社区（村），不能调整。"
    if len({each.parent_id for each in sources}) > 1:
        names = "、".join(each.name for each in sources)
        yield f"{names}不在同一街道（乡镇），只能合并同一街道的社区；跨街道的，请先办理区划变更。"


def neighbour_faults(outlines: list[Outline], count: int) -> Iterator[str]:
    """就近: merged communities that are all drawn hang together; else the case's written reasons must say it.

    A community that is not drawn may lie between two others.
    """
    if len(outlines) == count:
        yield from apart(outlines)


def name_faults(plan: Plan) -> Iterator[str]:
    """Names that are free in the street once the sources are closed."""
    staying = {each.continues_id for each in plan.successors}
    closing = {each.pk for each in plan.divisions} - staying
    names = [each.name for each in plan.successors if each.continues_id is None]
    yield from taken_names(plan.adjustment.division, names, closing)


def taken_names(street: Division, names: Iterable[str], closing: set[int]) -> Iterator[str]:
    siblings = Division.objects.current().filter(parent=street, level=Level.COMMUNITY).exclude(pk__in=closing)
    taken = {bare_name(name): (name, code) for name, code in siblings.values_list("name", "code")}
    for name in names:
        bare = bare_name(name)
        if bare in taken:
            known, code = taken[bare]
            yield f"“{street.name}”已有“{known}”（{code}），后继社区请改用别的名称。"
        taken.setdefault(bare, (name, "本方案"))


def _day_faults(plan: Plan, today: date) -> Iterator[str]:
    on = plan.adjustment.effective_on
    if on > today:
        yield f"生效日期 {on} 还没有到，到期后才能实施。"
    for each in plan.divisions:
        if each.opened_on is not None and on <= each.opened_on:
            yield f"生效日期 {on} 不晚于“{each.name}”的设立日期 {each.opened_on}，请核对。"


def _row_faults(plan: Plan, persons: bool) -> Iterator[str]:
    for kind, transfer in whole_by_kind().items():
        rows = [row for row in plan.unassigned if row.kind == kind]
        if rows and transfer.names_persons and not persons:
            yield f"{transfer.label}有 {len(rows)} 条没有确定归属。"
        elif rows:
            named = "、".join(row.label for row in rows[:MOST_NAMED])
            more = f"等 {len(rows)} 条" if len(rows) > MOST_NAMED else ""
            yield f"{transfer.label}没有确定归属：{named}{more}。"
    for successor, row in plan.meetings():
        who = f"“{row.label}”" if persons or not row.transfer.names_persons else "有一人"
        yield (
            f"{row.transfer.label}：{who}在要并入“{successor.name}”的两个社区都在册，请先结束其中一条记录。"
        )


def _sum_faults(plan: Plan) -> Iterator[str]:
    for line in lines(plan):
        if line.is_kept or (not line.is_typed and plan.unassigned):
            continue
        if line.sum_after is None or None in line.after:
            yield f"{line.label}没有分配完：调整前合计 {line.before_text}，每个后继社区都要填写。"
        else:
            yield (
                f"{line.label}调整前后不相等：调整前 {line.before_text}，调整后 {line.sum_text}，"
                f"相差 {line.difference_text}。"
            )


def _open_faults(plan: Plan, today: date) -> Iterator[str]:
    """Words of the street about its data that the adjustment would make untrue."""
    street = plan.adjustment.division
    words = DataConfirmation.objects.filter(
        division=street,
        withdrawn_at=None,
        period__cut_off__gte=max(today, plan.adjustment.effective_on),
    )
    done = RoundStreet.objects.filter(
        division=street, state=StreetState.CONFIRMED, round__state=RoundState.OPEN
    )
    told = words.order_by().values_list(_text("period__code"), _text(Value(_PERIOD)))
    asked = done.order_by().values_list(_text("round__title"), _text(Value(_ROUND)))
    for what, kind in told.union(asked, all=True):
        if kind == _PERIOD:
            label = HalfYear.parse(what).label
            yield f"“{street.name}”已确认{label}数据，请街道负责人先撤回确认，实施后重新确认。"
        else:
            yield (
                f"填报任务“{what}”还在进行，“{street.name}”已提交填报完成，请下发单位先结束任务或退回街道。"
            )


def _text(what: str | Value) -> Cast:
    return Cast(what, CharField())


def hints(plan: Plan, *, persons: bool = True) -> list[str]:
    """What is done without asking, and what somebody should know; stops nothing."""
    found = []
    for successor, row in plan.renamings():
        if persons or not row.transfer.names_persons:
            what = row.transfer.caption(row.transfer.renamed)
            found.append(
                f"{row.transfer.label}“{row.label}”与“{successor.name}”的另一条{what}相同，将自动改开。"
            )
    for line in lines(plan):
        if line.is_typed:
            for each in plan.lacking(line.name):
                found.append(f"“{each.name}”没有填{line.label}，合计只含其他社区。")
    return found


def others_open(sources: list[Division], apart_from: int | None = None) -> Iterator[str]:
    """A community stands in one plan at a time."""
    rows = AdjustmentSource.objects.filter(
        division__in=sources, adjustment__state=AdjustmentState.DRAFT
    ).exclude(adjustment=apart_from)
    for row in rows.select_related("division"):
        yield f"“{row.division.name}”已在另一个草拟的调整方案中，请先办完或撤回那个方案。"
