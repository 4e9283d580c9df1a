"""A stock Django admin over the communities, as a project would write it in ten lines."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from communities.models import Community
from governance.divisions.paths import under


class OpenSite(admin.AdminSite):
    """Without a sign-in of its own: what is measured begins after it."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class CommunityAdmin(admin.ModelAdmin):
    """The columns of our list; the same rows by the same condition."""

    scope_path = ""
    list_display = (
        "code",
        "name",
        "street",
        "area_type",
        "community_type",
        "households_resident",
        "population_resident",
        "party_org_kind",
    )
    list_per_page = 50
    list_select_related = ("division__parent",)

    def code(self, row: Community) -> str:
        return row.division.code

    def name(self, row: Community) -> str:
        return row.division.name

    def street(self, row: Community) -> str:
        return row.division.parent.name if row.division.parent else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Community]:
        rows = super().get_queryset(request).filter(voided_on=None, division__closed_on=None)
        return rows.filter(under(self.scope_path))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission
    has_module_permission = has_view_permission


site = OpenSite(name="stock_admin")
site.register(Community, CommunityAdmin)
