"""What the grid registry knows of every community."""

from datetime import date

from django.db import models
from django.db.models import Count, Max, Min, Q, Sum

from governance.exchange.rows import active_on
from governance.policies.indicators import Card, Indicator, Input
from grids.choices import GridKind, GridPartyOrg
from grids.models import Grid, GridCard


def _grids(on: date) -> models.QuerySet:
    active = active_on(on)
    by_group = active & ~Q(kind=GridKind.DEDICATED)
    single = by_group & Q(villager_group_count=1)
    return (
        Grid.objects.valid()
        .values("division_id")
        .annotate(
            total=Count("pk", filter=active),
            households_sum=Sum("households", filter=active, default=0),
            residential=Count("pk", filter=active & Q(kind=GridKind.RESIDENTIAL)),
            largest=Max("households", filter=active & Q(kind=GridKind.RESIDENTIAL)),
            smallest_of_all=Min("households", filter=by_group),
            largest_of_all=Max("households", filter=by_group),
            with_party_org=Count(
                "pk", filter=active & Q(party_org__in=[GridPartyOrg.BRANCH, GridPartyOrg.GROUP])
            ),
            party_known=Count("pk", filter=active & ~Q(party_org="")),
            mapped=Count("pk", filter=active & Q(boundary__isnull=False)),
            staff=Sum("staff_count", filter=active),
            by_group=Count("pk", filter=by_group),
            single=Count("pk", filter=single),
            single_groups=Count("villager_groups", filter=single, distinct=True),
            naming=Count("pk", filter=by_group & Q(villager_group_count__gte=1)),
        )
    )


CARD = Card(
    model=GridCard,
    sources={"grid": _grids},
    inputs=(
        Input("grid_count", "在用网格数", "grid.total", "piece", "grids"),
        Input("grid_households", "网格内户数合计", "grid.households_sum", "household", "grids"),
        Input("residential_grids", "居民网格数", "grid.residential", "piece", "grids"),
        Input(
            "largest_grid",
            "最大居民网格户数",
            "CAST(grid.largest AS bigint)",
            "household",
            "grids",
            additive=False,
        ),
        Input(
            "smallest_household_grid",
            "最小网格户数（不含专属网格）",
            "CAST(grid.smallest_of_all AS bigint)",
            "household",
            "grids",
            additive=False,
        ),
        Input(
            "largest_household_grid",
            "最大网格户数（不含专属网格）",
            "CAST(grid.largest_of_all AS bigint)",
            "household",
            "grids",
            additive=False,
        ),
        Input("grids_with_party_org", "建有党组织的网格数", "grid.with_party_org", "piece", "grids"),
        Input("grids_party_known", "已填党组织情况的网格数", "grid.party_known", "piece", "grids"),
        Input("grids_mapped", "有边界图形的网格数", "grid.mapped", "piece", "grids"),
        Input("grid_staff", "网格员数", "grid.staff", "person", "grids"),
        Input("group_grids", "居民和村民小组网格数", "grid.by_group", "piece", "grids"),
        Input("single_group_grids", "只含一个村民小组的网格数", "grid.single", "piece", "grids"),
        Input("groups_in_single_grids", "单独成格的村民小组数", "grid.single_groups", "piece", "grids"),
        Input("grids_naming_groups", "已填村民小组的网格数", "grid.naming", "piece", "grids"),
    ),
)

INDICATORS = (
    Indicator(
        "has_grids",
        "实行网格化管理",
        "yes_no",
        "有在用网格为是；从未登记网格为缺数据",
        "CASE WHEN grid_count > 0 THEN 1 WHEN grid_count = 0 THEN 0 END",
        ("grid_count",),
    ),
    Indicator(
        "largest_grid",
        "最大居民网格户数",
        "household",
        "本社区居民网格中户数最多者（D02）",
        "largest_grid",
        ("largest_grid", "residential_grids"),
    ),
    Indicator(
        "household_grid_size",
        "网格户数",
        "household",
        "居民网格和村民小组网格中户数最多者，与户数最少者一并核查；专属网格不计（D04）",
        "largest_household_grid",
        ("largest_household_grid", "smallest_household_grid", "group_grids"),
    ),
    Indicator(
        "smallest_household_grid",
        "最小网格户数",
        "household",
        "居民网格和村民小组网格中户数最少者；专属网格不计",
        "smallest_household_grid",
        ("smallest_household_grid", "group_grids"),
    ),
    Indicator(
        "group_grid_match",
        "村民小组与网格对应",
        "piece",
        "单独成格的村民小组数，应与村民小组数和网格数都相等（D03）",
        "CASE WHEN grids_naming_groups > 0 THEN groups_in_single_grids END",
        ("groups_in_single_grids", "single_group_grids", "group_grids", "grids_naming_groups"),
    ),
    Indicator(
        "grid_coverage",
        "网格覆盖户数比例",
        "percent",
        "在用网格户数合计 ÷ 社区常住户数（D05）",
        "grid_households",
        ("grid_households", "households_resident"),
        denominator="households_resident",
        invalid="households_resident > 0 AND grid_households > households_resident",
        invalid_text="请核对：网格户数合计超过社区常住户数，可能重复划分或户数未更新。",
    ),
    Indicator(
        "grid_party_coverage",
        "党组织建在网格上的比例",
        "percent",
        "建有党支部或党小组的网格数 ÷ 在用网格数（D06）",
        "CASE WHEN grid_count IS NULL THEN 0 "
        "WHEN grids_party_known = grid_count THEN grids_with_party_org END",
        ("grids_with_party_org", "grids_party_known", "grid_count"),
        denominator="COALESCE(grid_count, 0)",
    ),
    Indicator(
        "grid_map_coverage",
        "网格电子地图覆盖率",
        "percent",
        "有边界图形的网格数 ÷ 在用网格数（D06）",
        "COALESCE(grids_mapped, 0)",
        ("grids_mapped", "grid_count"),
        denominator="COALESCE(grid_count, 0)",
    ),
)
