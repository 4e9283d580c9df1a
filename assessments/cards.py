"""What the schemes in force say of every community that they assess."""

from datetime import date

from django.db import models
from django.db.models import Case, F, Min, Q, When

from assessments.choices import Direction
from assessments.models import Assessment, AssessmentCard
from governance.divisions.models import Level
from governance.policies.indicators import Card, Indicator, Input


def in_force_on(on: date, prefix: str = "") -> Q:
    """Schemes in force on a day; a draft has no day."""
    return Q(**{f"{prefix}in_force_on__lte": on}) & (
        Q(**{f"{prefix}ended_on": None}) | Q(**{f"{prefix}ended_on__gt": on})
    )


def _schemes(on: date) -> models.QuerySet:
    """Of the street's scheme; a scheme without one before it says nothing (NULL)."""
    raised = Case(
        When(scheme__previous_c=None, then=None),
        When(scheme__satisfaction_c__gt=F("scheme__previous_c"), then=1),
        default=0,
        output_field=models.IntegerField(),
    )
    return (
        Assessment.objects.filter(
            in_force_on(on, "scheme__"),
            scheme__direction=Direction.DOWN,
            scheme__division__level=Level.STREET,
        )
        .values("division_id")
        .annotate(raised=Min(raised))
    )


CARD = Card(
    model=AssessmentCard,
    sources={"asm": _schemes},
    inputs=(
        Input(
            "satisfaction_weight_raised",
            "满意度权重高于上一方案",
            "asm.raised",
            "yes_no",
            "schemes",
            additive=False,
        ),
    ),
)

INDICATORS = (
    Indicator(
        "satisfaction_weight_raised",
        "满意度权重高于上一方案",
        "yes_no",
        "街道现行考核方案的居民满意度权重高于上一方案为是；首个方案为缺数据（D38）",
        "satisfaction_weight_raised",
        ("satisfaction_weight_raised",),
    ),
)
