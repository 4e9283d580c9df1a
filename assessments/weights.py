"""What the weights of a scheme say: their sum, and whether residents' satisfaction weighs enough (D38)."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.choices import Source
from assessments.formulas import WHOLE
from assessments.models import Criterion
from governance.web.formats import hundredths


def total_of(criteria: Sequence[Criterion]) -> int:
    return sum(each.weight_c for each in criteria)


def satisfaction_of(criteria: Sequence[Criterion]) -> int:
    """What 群众测评 weighs, all its criteria together."""
    return sum(each.weight_c for each in criteria if each.source == Source.RESIDENTS)


def remarks_on(criteria: Sequence[Criterion], previous_c: int | None) -> list[str]:
    """What a reader should know of the weights; none of it forbids a scheme but a sum other than 100 %."""
    texts = []
    total = total_of(criteria)
    if total != WHOLE:
        gap = hundredths(WHOLE - total)
        texts.append(f"各项权重合计 {hundredths(total)}%，还差 {gap}%，补足 100% 后才能施行。")
    weight = satisfaction_of(criteria)
    if not weight:
        texts.append("没有评分方式为“群众测评”的指标，居民满意度不占权重。")
        return texts
    if previous_c is not None and weight <= previous_c:
        texts.append(
            f"居民满意度权重 {hundredths(weight)}%，没有高于上一方案的 {hundredths(previous_c)}%，应当提高。"
        )
    others = [each for each in criteria if each.source != Source.RESIDENTS]
    largest = max(others, key=lambda each: each.weight_c, default=None)
    if largest is not None and largest.weight_c > weight:
        texts.append(
            f"居民满意度权重 {hundredths(weight)}%，低于“{largest.name}”的 {hundredths(largest.weight_c)}%，"
            "还不是以居民满意度为主。"
        )
    return texts
