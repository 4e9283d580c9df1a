"""The tables of communities, compounds and social organisations."""

from datetime import date

from communities.filters import CommunityFilter
from communities.models import Community, Compound, SocialOrganisation
from governance.exchange.rows import RegistryQuerySet
from governance.records.tables import RowTable
from governance.web.columns import Column


def _compounds() -> RegistryQuerySet:
    return Compound.objects.all()


def _compound_columns(on: date) -> tuple[Column, ...]:
    return (
        Column("小区名称", "name", strong=True, sort="name"),
        Column("户数", "households", "number", sort="households"),
        Column("楼栋数", "buildings", "number", sort="buildings"),
        Column("建成日期", "started_on", "date", sort="started_on"),
        Column("物业类型", "get_property_kind_display", sort="property_kind"),
        Column("业委会", "has_owners_committee", "yes_no"),
    )


def _organisations() -> RegistryQuerySet:
    return SocialOrganisation.objects.all()


def _organisation_columns(on: date) -> tuple[Column, ...]:
    return (
        Column("组织名称", "name", strong=True, sort="name"),
        Column("类别", "get_kind_display", sort="kind"),
        Column("登记状态", "get_status_display", sort="status"),
        Column("成立日期", "started_on", "date", sort="started_on"),
    )


def _communities() -> RegistryQuerySet:
    return Community.objects.select_related("division__parent")


def _community_columns(on: date) -> tuple[Column, ...]:
    return (
        Column("代码", "division.code"),
        Column("名称", "division.name", url=Community.get_absolute_url, strong=True, sort="division__name"),
        Column("街道（乡镇）", "division.parent.name", sort="path"),
        Column("区域类型", "get_area_type_display", sort="area_type"),
        Column("社区类型", "get_community_type_display", sort="community_type"),
        Column("常住户数", "households_resident", "number", sort="households_resident"),
        Column("常住人口", "population_resident", "number", sort="population_resident"),
        Column("党组织", "get_party_org_kind_display", sort="party_org_kind"),
    )


TABLES = (
    RowTable(
        "communities",
        _community_columns,
        _communities,
        ordering=("path",),
        search=("division__name", "usual_name"),
        order=0,
        filter_class=CommunityFilter,
    ),
    RowTable(
        "compounds",
        _compound_columns,
        _compounds,
        ordering=("name", "pk"),
        order=50,
        icon="building-community",
    ),
    RowTable(
        "organisations",
        _organisation_columns,
        _organisations,
        ordering=("name", "pk"),
        order=60,
        icon="heart-handshake",
    ),
)
