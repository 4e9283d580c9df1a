"""社区: the communities of the user's scope in path order."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from communities.filters import CommunityFilter, open_findings
from communities.models import Community
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.records.tables import RowTable, by_slug
from governance.records.views.listing import conditions_query, registry_buttons, rows_of
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.views import Button, Crumb, ListPage


def table() -> RowTable:
    found = by_slug("communities")
    assert found is not None
    return found


def checkup_url(row: Community) -> str:
    return reverse("policies:checkup", kwargs={"code": row.division.code})


def findings_count() -> Coalesce:
    """Open findings of a community, as a subquery over the index of open findings."""
    counted = open_findings().order_by().values("path").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _findings(row: Any) -> Any:
    if not row.area_type and not row.finding_count:
        return row.get_establishment_display() or "未录入"
    if not row.finding_count:
        return 0
    url = f"{reverse('policies:findings')}?area={row.division.code}"
    return format_html('<a class="figure-link" href="{}">{}</a>', url, row.finding_count)


class CommunityListPage(ListPage):
    """All communities, entered or not; the columns of their table and the open findings."""

    policy = Needs(Action.VIEW)
    title = "社区"
    empty_title = "辖区内还没有社区"
    empty_hint = "社区（村）名录由系统管理员装载。"

    def get_columns(self) -> Sequence[Column]:
        return (*table().columns(timezone.localdate()), Column("未消除问题", _findings))

    def get_filter_form(self) -> CommunityFilter:
        return CommunityFilter(self.request.GET, user=self.request.user, table=table())

    def get_queryset(self) -> QuerySet[Community]:
        return rows_of(table()).valid().annotate(finding_count=findings_count())

    def get_buttons(self) -> list[Button]:
        scope = scope_of(self.request.user)
        buttons = [
            Button("登记新设社区", "communities:found", "plus", primary=True, action=Action.ADD),
            Button("社区调整", "communities:adjustments", "git-branch"),
            *registry_buttons(table(), conditions_query(self.request)),
        ]
        return [each for each in buttons if each.action is None or scope.may_anywhere(each.action)]

    def row_actions(self, row: Community) -> list[Crumb]:
        return [("体检", checkup_url(row)), ("档案", row.get_absolute_url())]
