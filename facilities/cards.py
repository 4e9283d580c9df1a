"""What the facility registry knows of every community."""

from datetime import date

from django.db import models
from django.db.models import Count, Q, Sum

from communities.choices import AreaType
from facilities.choices import FacilityKind
from facilities.models import Facility, FacilityCard
from governance.exchange.rows import active_on
from governance.policies.indicators import Card, Indicator, Input


def _facilities(on: date) -> models.QuerySet:
    """Embedded facilities offer services but are not the community's office and activity rooms."""
    active = active_on(on)
    rooms = active & ~Q(kind=FacilityKind.EMBEDDED)
    this_year = Q(started_on__gte=date(on.year, 1, 1), started_on__lte=on)
    town = Q(division__community__area_type__in=[AreaType.URBAN, AreaType.TOWN])
    return (
        Facility.objects.valid()
        .values("division_id")
        .annotate(
            total=Count("pk", filter=rooms),
            building=Sum("building_area_c", filter=rooms, default=0),
            activity=Sum("activity_area_c", filter=rooms, default=0),
            activity_rows=Count("activity_area_c", filter=rooms),
            outdoor=Sum("outdoor_area_c", filter=active),
            embedded=Count("pk", filter=active & Q(kind=FacilityKind.EMBEDDED)),
            stations=Count("pk", filter=this_year & town & Q(kind=FacilityKind.STATION)),
            centres=Count("pk", filter=this_year & Q(kind=FacilityKind.RURAL_CENTRE)),
        )
    )


CARD = Card(
    model=FacilityCard,
    sources={"f": _facilities},
    inputs=(
        Input("service_facilities", "综合服务设施数", "f.total", "piece", "facilities"),
        Input(
            "building_area_c",
            "综合服务设施建筑面积",
            "CAST(f.building AS bigint)",
            "square_metre",
            "facilities",
        ),
        Input("activity_area_c", "居民活动面积", "CAST(f.activity AS bigint)", "square_metre", "facilities"),
        Input("activity_known", "已填活动面积的设施数", "f.activity_rows", "piece", "facilities"),
        Input(
            "outdoor_area_c", "室外活动广场面积", "CAST(f.outdoor AS bigint)", "square_metre", "facilities"
        ),
        Input("embedded_facilities", "嵌入式服务设施数", "f.embedded", "piece", "facilities"),
        Input("stations_opened", "本年建成城镇社区服务站", "f.stations", "piece", "facilities"),
        Input("rural_centres_opened", "本年建成农村社区服务中心", "f.centres", "piece", "facilities"),
    ),
)

INDICATORS = (
    Indicator(
        "facility_area",
        "社区综合服务设施建筑面积",
        "square_metre",
        "在用的综合服务设施、服务站、农村服务中心建筑面积合计（D10）",
        "building_area_c",
        ("building_area_c", "service_facilities"),
    ),
    Indicator(
        "outdoor_area",
        "室外活动广场面积",
        "square_metre",
        "在用设施室外广场面积合计（D12、G14：按社区计）",
        "outdoor_area_c",
        ("outdoor_area_c",),
    ),
    Indicator(
        "activity_share",
        "居民活动面积占比",
        "percent",
        "居民活动面积 ÷ 综合服务设施建筑面积（D13、G15）",
        "CASE WHEN activity_known = service_facilities THEN activity_area_c END",
        ("activity_area_c", "activity_known", "building_area_c"),
        denominator="building_area_c",
        invalid="activity_area_c > building_area_c",
        invalid_text="请核对：居民活动面积大于设施建筑面积。",
    ),
    Indicator(
        "has_service_facility",
        "有综合服务设施",
        "yes_no",
        "有在用的综合服务设施、服务站或农村服务中心为是；从未登记设施为缺数据（D14）",
        "CASE WHEN service_facilities > 0 THEN 1 WHEN service_facilities = 0 THEN 0 END",
        ("service_facilities",),
    ),
    Indicator(
        "has_embedded_facility",
        "有嵌入式服务设施",
        "yes_no",
        "有在用的嵌入式服务设施为是；从未登记设施为缺数据",
        "CASE WHEN embedded_facilities > 0 THEN 1 WHEN embedded_facilities = 0 THEN 0 END",
        ("embedded_facilities",),
    ),
    Indicator(
        "facilities_below_standard",
        "设施面积不达标的社区数",
        "piece",
        "建筑面积未达到标准的社区数",
        "service_facilities",
        ("service_facilities",),
    ),
    Indicator(
        "stations_opened",
        "本年建成城镇社区服务站数",
        "piece",
        "启用日期在本年的城市、城镇社区服务站数（D26）",
        "stations_opened",
        ("stations_opened",),
    ),
    Indicator(
        "rural_centres_opened",
        "本年建成农村社区服务中心数",
        "piece",
        "启用日期在本年的农村社区服务中心数（D26）",
        "rural_centres_opened",
        ("rural_centres_opened",),
    ),
)
