"""The registry's own tables on a community's page: compounds and social organisations."""

from datetime import date

from communities.models import Compound, SocialOrganisation
from communities.rows import RowTable
from governance.divisions.models import Division
from governance.exchange.rows import RegistryQuerySet
from governance.web.columns import Column


def _compounds(division: Division) -> RegistryQuerySet:
    return Compound.objects.valid().filter(division=division).order_by("name")


def _compound_columns(on: date) -> tuple[Column, ...]:
    return (
        Column("小区名称", "name", strong=True),
        Column("户数", "households", "number"),
        Column("楼栋数", "buildings", "number"),
        Column("建成日期", "started_on", "date"),
        Column("物业类型", "get_property_kind_display"),
        Column("业委会", "has_owners_committee", "yes_no"),
    )


def _organisations(division: Division) -> RegistryQuerySet:
    return SocialOrganisation.objects.valid().filter(division=division).order_by("name")


def _organisation_columns(on: date) -> tuple[Column, ...]:
    return (
        Column("组织名称", "name", strong=True),
        Column("类别", "get_kind_display"),
        Column("登记状态", "get_status_display"),
        Column("成立日期", "started_on", "date"),
    )


TABLES = (
    RowTable("compounds", "小区", _compound_columns, _compounds, order=50, unit="个", workbook_sheet="小区"),
    RowTable(
        "organisations",
        "社会组织",
        _organisation_columns,
        _organisations,
        order=60,
        unit="个",
        workbook_sheet="社会组织",
    ),
)
