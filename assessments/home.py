"""What waits: schemes to be decided, scores to be given, a street to be assessed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from assessments.choices import Direction, SchemeState
from assessments.models import Assessment, Scheme, Score
from assessments.rights import decides, organises
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.models import Level
from governance.web.todo import Todo

_MOST = 30
"""Lines of one list: more is no list of things to do."""


def organiser_todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """Drafts to put in force and finals to publish for the lead, scoring for the staff of the organiser.

    A bureau is not reminded of what its streets have to do.
    """
    user = request.user
    open_ = Q(state__in=[SchemeState.DRAFT, SchemeState.SCORING, SchemeState.FINAL])
    rows = permitted(Scheme.objects.filter(open_), user, Action.CHANGE).select_related("division")
    above = scope_of(user).may_anywhere(Action.REVIEW_CASE)
    if above:
        rows = rows.exclude(division__level=Level.STREET)
    for scheme in rows.order_by("-year", "path", "direction")[:_MOST]:
        url, lead = scheme.get_absolute_url(), decides(user, scheme.division)
        if scheme.state == SchemeState.DRAFT:
            yield Todo(f"考核方案{'待施行' if lead else '拟订中'}：{scheme.title}", url)
        elif scheme.state == SchemeState.FINAL and lead:
            yield Todo(f"考核结果待公开：{scheme.title}", url)
        elif scheme.state == SchemeState.SCORING and organises(user, scheme.path):
            yield Todo(f"考核打分：{scheme.title}", url, note="社区评议中" if scheme.is_up else "")


def community_todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    """The streets that a community has still to assess, and its own account of the year."""
    user = request.user
    given = Score.objects.filter(assessment=OuterRef("pk"), value_c__isnull=False)
    rows = Assessment.objects.filter(
        scheme__state=SchemeState.SCORING, exempt_reason="", division__closed_on=None
    )
    upward = Q(scheme__direction=Direction.UP) & ~Exists(given)
    downward = Q(scheme__direction=Direction.DOWN, self_report="")
    rows = permitted(rows, user, Action.ASSESS).filter(upward | downward)
    for row in rows.select_related("scheme", "division").order_by("path", "scheme")[:_MOST]:
        what = "评议街道" if row.scheme.is_up else "填写社区自评"
        yield Todo(f"{what}：{row.scheme.title}", row.get_absolute_url())


def register_home() -> None:
    from governance.web import todo

    todo.register(todo.Provider("assessments-organiser", organiser_todos, Action.CHANGE, todo.A_MINUTE))
    todo.register(todo.Provider("assessments-community", community_todos, Action.ASSESS, todo.A_MINUTE))
