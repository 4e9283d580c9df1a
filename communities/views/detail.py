"""One community: its facts, and below them the rows that hang on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from communities.models import Community
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.console.views.division import find_division
from governance.divisions.models import Level
from governance.policies.models import Finding
from governance.policies.views.common import day_of, division_crumbs
from governance.records.tables import tables_of
from governance.web.columns import Column, Section
from governance.web.policy import Needs
from governance.web.views import Crumb, DetailPage


class CommunityPage(DetailPage):
    policy = Needs(Action.VIEW)
    model = Community
    template_name = "communities/detail.html"
    sections = (
        Section(
            "基本信息",
            (
                Column("社区代码", "division.code"),
                Column("所属街道", "division.parent.name"),
                Column("惯用名称", "usual_name"),
                Column("区域类型", "get_area_type_display"),
                Column("社区类型", "get_community_type_display"),
                Column("党组织类型", "get_party_org_kind_display"),
                Column("成立日期", "founded_on", "date"),
                Column("新建社区", "is_new_build", "yes_no"),
                Column("村转居", "is_converted_village", "yes_no"),
                Column("统一社会信用代码", "credit_code"),
            ),
        ),
        Section(
            "规模",
            (
                Column("常住户数", "households_resident", "number"),
                Column("户籍户数", "households_registered", "number"),
                Column("常住人口", "population_resident", "number"),
                Column("户籍人口", "population_registered", "number"),
                Column("城镇常住人口", "population_urban_resident", "number"),
                Column("村民小组数", "villager_groups", "number"),
                Column("注册志愿者数", "registered_volunteers", "number"),
                Column("环境和物业管理委员会", "has_env_property_committee", "yes_no"),
            ),
        ),
        Section(
            "四至",
            (
                Column("东至", "boundary_east"),
                Column("南至", "boundary_south"),
                Column("西至", "boundary_west"),
                Column("北至", "boundary_north"),
            ),
        ),
    )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = find_division(request.user, kwargs["code"])
        if self.division.level != Level.COMMUNITY:
            return HttpResponseRedirect(f"{reverse('communities:list')}?area={self.division.code}")
        return super().get(request, *args, **kwargs)

    def get_object(self) -> Community:
        rows = permitted(Community.objects.valid(), self.request.user)
        return get_object_or_404(rows.select_related("division__parent"), division=self.division)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on = day_of(self.request)
        scope = scope_of(self.request.user)
        may = scope.may
        persons = may(Action.VIEW_PERSONS, self.division.path)
        return super().get_context_data(
            division=self.division,
            on=on,
            is_today=on == timezone.localdate(),
            tables=tables_of(self.division, on=on, scope=scope),
            may_view_persons=persons,
            may_import=may(Action.IMPORT, self.division.path),
            finding_count=Finding.objects.filter(path=self.division.path, resolved_on=None).count(),
            **kwargs,
        )

    def get_title(self) -> str:
        return self.division.name

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "社区档案")
