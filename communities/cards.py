"""What the community registry knows of every community, for standards and reports."""

from datetime import date

from django.db import models
from django.db.models import Count, Q

from communities.adjustments.progress import counted_on
from communities.choices import AreaType, OrganisationStatus, PartyOrgKind, PropertyKind
from communities.models import Community, CommunityBoundary, CommunityCard, Compound, SocialOrganisation
from governance.exchange.rows import active_on
from governance.policies.comparisons.conditions import FOUNDING
from governance.policies.indicators import Card, Indicator, Input


def _community(on: date) -> models.QuerySet:
    return Community.objects.valid().values(
        "division_id",
        "area_type",
        "party_org_kind",
        "households_resident",
        "households_registered",
        "population_resident",
        "population_registered",
        "population_urban_resident",
        "founded_on",
        "is_new_build",
        "establishment",
        "villager_groups",
        "registered_volunteers",
        "has_env_property_committee",
        "boundary_east",
        "boundary_south",
        "boundary_west",
        "boundary_north",
    )


def _compounds(on: date) -> models.QuerySet:
    active = active_on(on)
    managed = ~Q(property_kind__in=["", PropertyKind.NONE])
    return (
        Compound.objects.valid()
        .values("division_id")
        .annotate(
            total=Count("pk", filter=active),
            known=Count("pk", filter=active & ~Q(property_kind="")),
            managed=Count("pk", filter=active & managed),
            unmanaged=Count("pk", filter=active & Q(property_kind=PropertyKind.NONE)),
            committee_known=Count("pk", filter=active & Q(has_owners_committee__isnull=False)),
            with_committee=Count("pk", filter=active & Q(has_owners_committee=True)),
        )
    )


def _organisations(on: date) -> models.QuerySet:
    active = active_on(on)
    return (
        SocialOrganisation.objects.valid()
        .values("division_id")
        .annotate(
            total=Count("pk", filter=active),
            registered=Count("pk", filter=active & Q(status=OrganisationStatus.REGISTERED)),
            filed=Count("pk", filter=active & Q(status=OrganisationStatus.FILED)),
        )
    )


def _boundaries(on: date) -> models.QuerySet:
    in_force = CommunityBoundary.objects.in_force_on(on)  # type: ignore[attr-defined]
    return in_force.values("division_id").annotate(drawn=Count("pk"))


def _big(column: str) -> str:
    """A plain integer column, wide enough for cross-multiplication."""
    return f"CAST(c.{column} AS bigint)"


def _flag(column: str) -> str:
    return f"CASE WHEN c.{column} THEN 1 WHEN NOT c.{column} THEN 0 END"


def _side(column: str) -> str:
    return f"CASE WHEN c.{column} <> '' THEN 1 ELSE 0 END"


_SIDES = " + ".join(_side(f"boundary_{side}") for side in ("east", "south", "west", "north"))

CARD = Card(
    model=CommunityCard,
    sources={
        "c": _community,
        "compounds": _compounds,
        "organisations": _organisations,
        "adjusted": counted_on,
        "boundaries": _boundaries,
    },
    inputs=(
        Input(
            "area_type",
            "区域类型",
            "NULLIF(c.area_type, '')",
            rows="community",
            additive=False,
            labels=dict(AreaType.choices),
        ),
        Input(
            "party_org_kind",
            "党组织类型",
            "NULLIF(c.party_org_kind, '')",
            rows="community",
            additive=False,
            labels=dict(PartyOrgKind.choices),
        ),
        Input("households_resident", "常住户数", _big("households_resident"), "household", "community"),
        Input("households_registered", "户籍户数", _big("households_registered"), "household", "community"),
        Input("population_resident", "常住人口", _big("population_resident"), "person", "community"),
        Input("population_registered", "户籍人口", _big("population_registered"), "person", "community"),
        Input(
            "population_urban_resident",
            "城镇常住人口",
            _big("population_urban_resident"),
            "person",
            "community",
        ),
        Input("founded_on", "成立日期", "c.founded_on", rows="community", additive=False),
        Input("is_new_build", "新建社区", _flag("is_new_build"), "yes_no", "community", additive=False),
        Input(
            FOUNDING,
            "正在建设",
            "CASE WHEN c.establishment <> '' THEN 1 ELSE 0 END",
            "yes_no",
            "community",
            additive=False,
        ),
        Input("villager_groups", "村民小组数", _big("villager_groups"), "piece", "community"),
        Input("registered_volunteers", "注册志愿者数", _big("registered_volunteers"), "person", "community"),
        Input(
            "env_property_committee",
            "环境和物业管理委员会",
            _flag("has_env_property_committee"),
            "yes_no",
            "community",
        ),
        # None of the four sides entered is missing data; some of them is an incomplete description.
        Input(
            "boundary_sides", "四至已填方向数", f"NULLIF({_SIDES}, 0)", "side", "community", additive=False
        ),
        # Neither drawn nor described in full is missing data: nobody has said where the community ends.
        Input(
            "boundary_known",
            "边界已画出或四至填全",
            f"CASE WHEN boundaries.drawn > 0 OR {_SIDES} = 4 THEN 1 END",
            "yes_no",
            "community",
            additive=False,
        ),
        Input("compound_count", "小区数", "compounds.total", "piece", "compounds"),
        Input("compounds_known", "已填物业类型的小区数", "compounds.known", "piece", "compounds"),
        Input("compounds_managed", "有物业服务的小区数", "compounds.managed", "piece", "compounds"),
        Input("compounds_unmanaged", "无物业的小区数", "compounds.unmanaged", "piece", "compounds"),
        Input(
            "compounds_committee_known",
            "已填业委会情况的小区数",
            "compounds.committee_known",
            "piece",
            "compounds",
        ),
        Input(
            "compounds_with_committee", "有业委会的小区数", "compounds.with_committee", "piece", "compounds"
        ),
        Input(
            "organisations_registered",
            "登记的社会组织数",
            "organisations.registered",
            "piece",
            "organisations",
        ),
        Input("organisations_filed", "备案的社会组织数", "organisations.filed", "piece", "organisations"),
        Input("organisation_count", "社区社会组织数", "organisations.total", "piece", "organisations"),
        # No plan carried out is a figure: none.
        Input("listed_splits", "名单内已拆分的社区数", "COALESCE(adjusted.splits, 0)", "piece", "community"),
        Input("listed_merges", "名单内已合并的社区数", "COALESCE(adjusted.merges, 0)", "piece", "community"),
    ),
)

INDICATORS = (
    Indicator(
        "households",
        "社区常住户数",
        "household",
        "常住户数",
        "households_resident",
        ("households_resident",),
    ),
    Indicator(
        "residents",
        "社区常住人口",
        "person",
        "常住人口",
        "population_resident",
        ("population_resident",),
    ),
    Indicator(
        "volunteer_rate",
        "注册志愿者占常住人口比例",
        "percent",
        "注册志愿者数 ÷ 常住人口（上级为合计数之比，D22）",
        "registered_volunteers",
        ("registered_volunteers", "population_resident"),
        denominator="population_resident",
    ),
    Indicator(
        "env_property_committee",
        "设立环境和物业管理委员会",
        "yes_no",
        "已设立为是",
        "env_property_committee",
        ("env_property_committee",),
    ),
    Indicator(
        "boundary_sides",
        "四至填写完整",
        "side",
        "东、南、西、北四至中已填写的方向数",
        "boundary_sides",
        ("boundary_sides",),
    ),
    Indicator(
        "social_organisations",
        "社区社会组织数",
        "piece",
        "登记和备案的在册社会组织数（D23）",
        "organisation_count",
        ("organisation_count",),
    ),
    Indicator(
        "organisations_registered",
        "登记的社区社会组织数",
        "piece",
        "登记的在册社会组织数",
        "organisations_registered",
        ("organisations_registered", "organisation_count"),
    ),
    Indicator(
        "organisations_filed",
        "备案的社区社会组织数",
        "piece",
        "备案的在册社会组织数",
        "organisations_filed",
        ("organisations_filed", "organisation_count"),
    ),
    Indicator(
        "listed_adjustments",
        "计划名单内已拆分合并的社区数",
        "piece",
        "已实施的拆分、合并方案中列入计划名单的原社区数；名单外的另行统计（D35）",
        "listed_splits + listed_merges",
        ("listed_splits", "listed_merges"),
    ),
    Indicator(
        "compounds_without_property",
        "无物业服务的小区数",
        "piece",
        "物业类型为无物业的小区数；有小区未填物业类型的为缺数据",
        "CASE WHEN compounds_known = compound_count THEN compounds_unmanaged END",
        ("compounds_unmanaged", "compounds_known", "compound_count"),
    ),
    Indicator(
        "owners_committee_coverage",
        "小区业委会组建率",
        "percent",
        "有业委会的小区数 ÷ 小区数；有小区未填的为缺数据",
        "CASE WHEN compounds_committee_known = compound_count THEN compounds_with_committee END",
        ("compounds_with_committee", "compounds_committee_known", "compound_count"),
        denominator="compound_count",
    ),
    Indicator(
        "property_coverage",
        "小区物业服务覆盖率",
        "percent",
        "有物业服务的小区数 ÷ 小区数（D44）",
        "CASE WHEN compounds_known = compound_count THEN compounds_managed END",
        ("compounds_managed", "compounds_known", "compound_count"),
        denominator="compound_count",
    ),
)
