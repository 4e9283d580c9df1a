"""Schemes of one street: last year's published, this year's under way, and what communities think of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assessments.choices import Direction, Source
from assessments.drafting import Draft, Item, draft_scheme
from assessments.lifecycle import enact, finalise, publish
from assessments.models import Scheme
from assessments.results import Line, lines_of
from assessments.scoresheet import given_of
from assessments.scoring import Change, Given, save_scores, write_self_report
from demo.people import MARK
from governance.divisions.models import Division
from governance.exchange.commands import as_user

CLERK, LEAD, STAFF, COMMUNITY = "demo-clerk", "demo-lead", "demo-staff", "demo-community"
STREET, OWN = "610104001", "610104001001"
_DOWN = (
    Item("党建引领", 1_500, Source.DIRECT, "三会一课、阵地作用发挥"),
    Item("居民自治", 1_500, Source.DIRECT, "议事协商、居务公开"),
    Item("公共服务", 1_500, Source.THIRD_PARTY, "第三方走访评估"),
    Item("网格管理", 1_500, Source.PEERS, "相邻社区交叉考评"),
    Item("群众满意度", 4_000, Source.RESIDENTS, "入户测评，满意份数÷有效份数×100"),
)
_UP = (
    Item("工作指导", 4_000, Source.DIRECT, "业务指导、培训"),
    Item("减负落实", 3_000, Source.DIRECT, "事项准入、材料精简"),
    Item("问题办理", 3_000, Source.DIRECT, "社区反映事项的办理"),
)


def load_schemes(today: date) -> int:
    """Draft, score and publish them by the services of the pages; returns how many."""
    street = Division.objects.by_code(STREET)
    last, this = today.year - 1, today.year
    raised = [*_DOWN[:-1], Item("群众满意度", 4_000, Source.RESIDENTS, _DOWN[-1].basis)]
    earlier = [Item("党建引领", 2_500, Source.DIRECT, _DOWN[0].basis), *_DOWN[1:-1]]
    earlier.append(Item("群众满意度", 3_000, Source.RESIDENTS, _DOWN[-1].basis))
    _published(
        _in_force(street, Draft(last, Direction.DOWN, _title(last), _paper(last), 2_500, earlier), last), last
    )
    now = _in_force(street, Draft(this, Direction.DOWN, _title(this), _paper(this), None, raised), this)
    with as_user(CLERK) as clerk:
        # The last criterion and the last communities are still to come.
        save_scores(user=clerk, scheme=now, changes=_scores(lines_of(now)[:-3], this))
    upward = _in_force(
        street, Draft(this, Direction.UP, f"{MARK}{this}年度社区评议街道方案", "", None, _UP), this
    )
    with as_user(STAFF) as staff:
        others = [line for line in lines_of(upward) if line.assessment.division.code != OWN]
        save_scores(user=staff, scheme=upward, changes=_scores(others[:6], this))
    with as_user(COMMUNITY) as community:
        own = now.assessments.get(division__code=OWN)
        text = f"{MARK}：本年议事协商 12 次，居务按季公开；物业矛盾仍较多，明年重点推进业主组织组建。"
        write_self_report(user=community, assessment=own, text=text)
    return 3


def _title(year: int) -> str:
    return f"{MARK}{year}年度社区工作考核方案"


def _paper(year: int) -> str:
    return f"{MARK}〔{year}〕8号"


def _in_force(street: Division, draft: Draft, year: int) -> Scheme:
    with as_user(CLERK) as clerk:
        made = draft_scheme(user=clerk, division=street, draft=draft)
    with as_user(LEAD) as lead:
        return enact(user=lead, scheme=made, on=date(year, 1, 15))


def _published(scheme: Scheme, year: int) -> None:
    with as_user(CLERK) as clerk:
        save_scores(user=clerk, scheme=scheme, changes=_scores(lines_of(scheme), year))
    with as_user(LEAD) as lead:
        finalise(user=lead, scheme=scheme)
        day = date(year, 12, 22)
        publish(user=lead, scheme=scheme, on=day, place=f"{MARK}社区公告栏", today=day)


def _scores(lines: Iterable[Line], seed: int) -> list[Change]:
    return [
        Change(
            line.assessment.pk,
            criterion.pk,
            given_of(line, criterion),
            _given(seed, row, column, criterion.asks_replies),
        )
        for row, line in enumerate(lines)
        for column, criterion in enumerate(line.criteria)
    ]


def _given(seed: int, row: int, column: int, asks_replies: bool) -> Given:
    """An invented score between 78 and 98, with 40 to 90 answers where residents gave it."""
    number = seed * 7 + row * 31 + column * 17
    return 7_800 + number * 37 % 2_000, 40 + number % 51 if asks_replies else None
