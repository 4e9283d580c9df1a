"""One community: its facts, and below them the rows that hang on it."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from communities.adjustments.lineage import steps_of
from communities.models import Community
from communities.views.listing import findings_count
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.console.views.division import find_division
from governance.divisions.models import Level
from governance.divisions.services import is_own_code
from governance.policies.views.common import day_of, division_crumbs
from governance.records.history import entries, events_of_community
from governance.records.models import Attachment
from governance.records.tables import tables_of
from governance.records.views.detail import LAST_CHANGES, RowButton
from governance.records.views.history import PAGE_SIZE
from governance.web.columns import Column, Section
from governance.web.paging import numbered_page
from governance.web.policy import Needs
from governance.web.views import Crumb, DetailPage, TemplatePage


def page_rows(user: Any) -> QuerySet[Community]:
    """Communities of the user's scope with what the page counts beside their own columns.

    Counted in the statement of the row: the page has six tables, each a statement of its own.
    """
    files = Attachment.objects.filter(
        object_type=Community._meta.label_lower, object_id=OuterRef("pk"), voided_on=None
    )
    counted = files.order_by().values("object_id").annotate(count=Count("pk")).values("count")
    rows = Community.objects.valid().select_related("division__parent")
    return permitted(rows, user).annotate(
        finding_count=findings_count(),
        file_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )


def find_community(user: Any, code: str) -> Any:
    """The community of a code of today inside the user's scope, or None."""
    return page_rows(user).filter(division__code=code).first()


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
                Column("台账编号", "ledger_number"),
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
        self.object = find_community(request.user, kwargs["code"])
        if self.object is None:
            division = find_division(request.user, kwargs["code"])
            if division.level != Level.COMMUNITY:
                return HttpResponseRedirect(f"{reverse('communities:list')}?area={division.code}")
            # By a retired code or one with zeros behind.
            self.object = get_object_or_404(page_rows(request.user), division=division)
        self.division = self.object.division
        return self.render_to_response(self.get_context_data(**kwargs))

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
            buttons=self._buttons(may),
            may_add=may(Action.ADD, self.division.path),
            changes=entries(list(events_of_community(self.division.path, scope)[:LAST_CHANGES]), scope),
            finding_count=self.object.finding_count,
            file_count=self.object.file_count,
            lineage=steps_of(self.division),
            **kwargs,
        )

    def _buttons(self, may: Any) -> list[RowButton]:
        """What can be done with the facts of the community itself."""
        buttons = []
        if may(Action.CHANGE, self.division.path):
            url = reverse("records:change", args=["communities", self.object.pk])
            buttons.append(RowButton("修改", url, "edit", primary=True))
        is_open = self.division.closed_on is None
        if is_open and is_own_code(self.division) and may(Action.ADD, self.division.path):
            url = reverse("communities:official_code", args=[self.division.code])
            buttons.append(RowButton("登记正式代码", url, "edit"))
        files = reverse("records:attach", args=["communities", self.object.pk])
        label = f"附件 {self.object.file_count}" if self.object.file_count else "附件"
        return [*buttons, RowButton(label, files, "paperclip")]

    def get_title(self) -> str:
        return self.division.name

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "社区档案")


class ChangesPage(TemplatePage):
    """修改痕迹 of all records of a community, as far as the reader may see them."""

    policy = Needs(Action.VIEW)
    template_name = "communities/changes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = find_division(request.user, kwargs["code"])
        if self.division.level != Level.COMMUNITY:
            return HttpResponseRedirect(f"{reverse('communities:list')}?area={self.division.code}")
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.division.name

    def get_breadcrumb(self) -> list[Crumb]:
        return division_crumbs(self.request.user, self.division, "修改痕迹")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        page = numbered_page(events_of_community(self.division.path, scope), self.request, size=PAGE_SIZE)
        return super().get_context_data(
            division=self.division, page=page, entries=entries(page.rows, scope), **kwargs
        )
