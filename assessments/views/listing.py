"""社区考核: the schemes, and the results of communities."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from assessments.choices import Direction, SchemeState
from assessments.forms import ResultFilter, SchemeFilter
from assessments.models import Assessment, Criterion, Scheme, Score
from assessments.rights import sees_scores, visible_assessments
from assessments.views.common import CRUMBS, TITLE, state_tag
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.web.columns import Column
from governance.web.formats import MISSING, hundredths
from governance.web.policy import Needs
from governance.web.views import Button, ListPage


def _weight(scheme: Scheme) -> str:
    unknown = scheme.satisfaction_c is None or scheme.is_up
    return MISSING if unknown else f"{hundredths(scheme.satisfaction_c)}%"


class SchemeListPage(ListPage):
    """Newest years first; a community, which has no schemes of its own, goes to its results."""

    policy = Needs(Action.VIEW)
    title = TITLE
    model = Scheme
    by_number = True
    filter_form_class = SchemeFilter
    empty_title = "还没有考核方案"
    empty_hint = "街道点“拟订方案”建立年度考核方案，负责人施行后打分、定稿、公开。"
    buttons = (
        Button("拟订方案", "assessments:add", "plus", primary=True, action=Action.CHANGE),
        Button("各社区考核结果", "assessments:results", "list-details"),
    )
    columns = (
        Column("年度", "year"),
        Column("方案名称", "title", url=Scheme.get_absolute_url, strong=True, wrap=True),
        Column("考核单位", "division.name"),
        Column("考评方向", "get_direction_display"),
        Column("状态", state_tag, "tag"),
        Column("居民满意度权重", _weight),
        Column("已打分 / 应打分", lambda row: f"{row.given} / {row.asked}" if row.asked else MISSING),
        Column("平均得分", lambda row: hundredths(row.mean_c)),
        Column("施行日期", "in_force_on", "date"),
        Column("公开日期", "published_on", "date"),
    )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scope = scope_of(request.user)
        if scope.may_anywhere(Action.ASSESS) and scope.paths(Action.VIEW) == scope.paths(Action.ASSESS):
            return HttpResponseRedirect(reverse("assessments:results"))
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def get_queryset(self) -> QuerySet[Scheme]:
        rows = Scheme.objects.select_related("division").order_by("-year", "path", "direction", "-pk")
        counted = Q(assessments__exempt_reason="", assessments__division__closed_on=None)
        rows = rows.annotate(people=Count("assessments", filter=counted))
        return rows

    def get_page(self, queryset: QuerySet[Scheme]) -> Any:
        """The scores asked and given, counted for the rows of the page alone."""
        page = super().get_page(queryset)
        keys = [row.pk for row in page.rows]
        asked = dict(
            Criterion.objects.filter(scheme__in=keys).values_list("scheme").annotate(number=Count("pk"))
        )
        given = dict(
            Score.objects.filter(
                assessment__scheme__in=keys,
                assessment__exempt_reason="",
                assessment__division__closed_on=None,
                value_c__isnull=False,
            )
            .values_list("assessment__scheme")
            .annotate(number=Count("pk"))
        )
        for row in page.rows:
            row.asked = asked.get(row.pk, 0) * row.people
            row.given = given.get(row.pk, 0)
        return page


def _result(row: Any) -> str:
    if row.exempt_reason:
        return "不参评"
    return hundredths(row.result_c) if row.shows_scores else MISSING


class ResultListPage(ListPage):
    """Communities in schemes: for the organiser all of them, for a community its own."""

    policy = Needs(Action.VIEW)
    title = "各社区考核结果"
    crumbs = CRUMBS
    by_number = True
    filter_form_class = ResultFilter
    empty_title = "还没有考核结果"
    empty_hint = "考核方案施行以后，参评的社区列在这里；得分在结果公开后可见。"
    columns = (
        Column("年度", "scheme.year"),
        Column("社区", "division.name", url=Assessment.get_absolute_url, strong=True),
        Column("考核方案", "scheme.title", wrap=True),
        Column("考评方向", "scheme.get_direction_display"),
        Column("状态", lambda row: state_tag(row.scheme), "tag"),
        Column("得分", _result),
        Column("社区自评", lambda row: "已填" if row.self_report else MISSING),
        Column("评议街道", lambda row: ("待评议", "amber") if row.is_awaited else "", "tag"),
    )

    def get_filter_form(self) -> ResultFilter:
        return ResultFilter(self.request.GET, user=self.request.user)

    def get_queryset(self) -> QuerySet[Assessment]:
        given = Score.objects.filter(assessment=OuterRef("pk"), value_c__isnull=False)
        rows = visible_assessments(self.request.user).select_related("division", "scheme__division")
        return rows.annotate(has_scores=Exists(given)).order_by(
            "-scheme__year", "scheme__direction", "path", "pk"
        )

    def get_page(self, queryset: QuerySet[Assessment]) -> Any:
        page = super().get_page(queryset)
        scope = scope_of(self.request.user)
        for row in page.rows:
            scheme = row.scheme
            row.shows_scores = sees_scores(self.request.user, scheme, row.path)
            row.is_awaited = (
                scheme.direction == Direction.UP
                and scheme.state == SchemeState.SCORING
                and not row.has_scores
                and row.is_counted
                and scope.may(Action.ASSESS, row.path)
            )
        return page
