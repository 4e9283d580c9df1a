"""社区: the communities of the user's scope in path order."""

from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html

from communities.filters import CommunityFilter, open_findings
from communities.models import Community
from governance.accounts.roles import Action
from governance.divisions.models import Division
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.views import Crumb, ListPage


def checkup_url(row: Community) -> str:
    return reverse("policies:checkup", kwargs={"code": row.division.code})


def findings_count() -> Coalesce:
    """Open findings of a community, as a subquery over the index of open findings."""
    counted = open_findings().order_by().values("path").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _findings(row: Any) -> Any:
    if not row.area_type and not row.finding_count:
        return "未录入"
    if not row.finding_count:
        return 0
    url = f"{reverse('policies:findings')}?area={row.division.code}"
    return format_html('<a class="figure-link" href="{}">{}</a>', url, row.finding_count)


class CommunityListPage(ListPage):
    policy = Needs(Action.VIEW)
    title = "社区"
    empty_title = "辖区内还没有社区"
    empty_hint = "社区（村）名录由系统管理员装载。"
    columns = (
        Column("代码", "division.code"),
        Column("名称", "division.name", url=Community.get_absolute_url, strong=True),
        Column("街道（乡镇）", "division.parent.name"),
        Column("区域类型", "get_area_type_display"),
        Column("社区类型", "get_community_type_display"),
        Column("常住户数", "households_resident", "number"),
        Column("常住人口", "population_resident", "number"),
        Column("党组织", "get_party_org_kind_display"),
        Column("未消除问题", _findings),
    )

    def get_filter_form(self) -> CommunityFilter:
        return CommunityFilter(self.request.GET, user=self.request.user)

    def get_queryset(self) -> QuerySet[Community]:
        return (
            Community.objects.valid()
            .exclude(path__in=Division.objects.closed_paths())
            .select_related("division__parent")
            .annotate(finding_count=findings_count())
        )

    def row_actions(self, row: Community) -> list[Crumb]:
        return [("体检", checkup_url(row)), ("档案", row.get_absolute_url())]
