"""填报任务: what a bureau has sent, what came to a street."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.clock import today
from governance.rounds.forms import RoundFilter
from governance.rounds.models import Round, RoundState, RoundStreet, StreetState
from governance.rounds.views.common import TITLE, due_text, rounds_shown, state_tag
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.views import Button, ListPage

_CONFIRMED = Count("streets", filter=Q(streets__state=StreetState.CONFIRMED))


def _url(row: Any) -> str:
    """A round of one's own, else the page of one's street in it."""
    return row.get_absolute_url() if row.is_own or not row.mine else row.mine[0].get_absolute_url()


def _progress(row: Any) -> str:
    """How many streets are done; whoever sees his own alone reads its state."""
    if row.is_own:
        return f"{row.confirmed} / {row.whole} 个街道"
    return "，".join(f"{each.division.name} {each.get_state_display()}" for each in row.mine)


def _reminded(row: Any) -> str:
    return "" if row.is_own else "，".join(filter(None, (each.reminded_text for each in row.mine)))


class RoundList(ListPage):
    """Open rounds first, the most urgent of them on top."""

    policy = Needs(Action.VIEW)
    title = TITLE
    model = Round
    by_number = True
    filter_form_class = RoundFilter
    empty_title = "还没有填报任务"
    empty_hint = "区（县）经办点“新建填报任务”下发给街道；街道收到后在这里和“待办事项”里看到。"
    buttons = (Button("新建填报任务", "rounds:add", "plus", primary=True, action=Action.COLLECT),)
    columns = (
        Column("任务名称", "title", url=_url, strong=True, wrap=True),
        Column("状态", state_tag, kind="tag"),
        Column("填报期限", "due_on", kind="date"),
        Column("时限", lambda row: due_text(row, today())),
        Column("完成情况", _progress),
        Column("催报", _reminded),
        Column("台账", lambda row: f"{len(row.sheets) + len(row.duties)} 本"),
        Column("下发单位", "division.name"),
        Column("下发时间", "issued_at", kind="moment"),
    )

    def get_queryset(self) -> QuerySet[Round]:
        is_open = When(state=RoundState.OPEN, then=F("due_on"))
        rank = Case(When(state=RoundState.OPEN, then=Value(0)), default=Value(1))
        rows = Round.objects.select_related("division")
        rows = rows.annotate(whole=Count("streets"), confirmed=_CONFIRMED, rank=rank, day=Case(is_open))
        return rows.order_by("rank", "day", "-due_on", "-pk")

    def get_rows(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=rounds_shown(self.request.user).order_by().values("pk"))

    def get_page(self, queryset: QuerySet[Any]) -> Any:
        page = super().get_page(queryset)
        scope = scope_of(self.request.user)
        others = [row.pk for row in page.rows if not scope.may(Action.VIEW, row.path)]
        streets = permitted(RoundStreet.objects.filter(round__in=others), self.request.user)
        mine: dict[int, list[RoundStreet]] = {}
        for street in streets.select_related("division").order_by("path"):
            mine.setdefault(street.round_id, []).append(street)
        for row in page.rows:
            row.is_own = row.pk not in others
            row.mine = mine.get(row.pk, [])
        return page
