"""The tables of compounds and social organisations."""

from datetime import date

from communities.models import Compound, SocialOrganisation
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


TABLES = (
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
