"""What of a comparison's parameters a division may set itself: the figures, not what they are taken of.

A form is made from `figures`; `with_figures` puts the answers back into the parameters of a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ValidationError

from governance.policies.comparisons.bands import Band, Bands
from governance.policies.comparisons.base import Comparison
from governance.policies.comparisons.classes import SizeClass
from governance.policies.comparisons.thresholds import Between
from governance.policies.units import UNITS, Unit

LOWER, UPPER = "lower", "upper"
TIES = ((LOWER, "归低的一档"), (UPPER, "归高的一档"))
_FIXED_UNITS = frozenset({"yes_no"})
_FRACTIONS = frozenset({"percent", "per_10000", "square_metre"})

Answer = Fraction | str


@dataclass(frozen=True)
class Figure:
    """One thing to fill in: a number in `unit`, or with `choices` one of (code, label)."""

    name: str
    label: str
    unit: Unit
    value: Answer
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.unit.code not in _FRACTIONS


class BadFigures(ValueError):
    """Figures that do not go together; `name` is the one to put the text (Chinese) at."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


def figures(comparison: Comparison, unit: Unit, labels: Mapping[str, str], base: Unit | None) -> list[Figure]:
    """The figures of a value in the order of the form; `labels` name the inputs, `base` is the unit of the
    input that the requirement depends on."""
    if isinstance(comparison, Bands):
        return _of_bands(comparison, unit, labels, base or UNITS["piece"])
    if unit.code in _FIXED_UNITS:
        return []
    if isinstance(comparison, Between):
        return [
            Figure("min", "下限（含）", unit, comparison.min),
            Figure("max", "上限（含）", unit, comparison.max),
        ]
    if isinstance(comparison, SizeClass):
        return _of_classes(comparison, unit)
    words = {"at_least_per": f"每{getattr(comparison, 'per', '')}{base.symbol if base else ''}不低于"}
    labels_of = {
        "at_least": "不低于",
        "at_most": "不超过",
        "nominal": "每个不超过",
        "ideal": "以此为宜",
        **words,
    }
    value = getattr(comparison, "value", None)
    return (
        [Figure("value", labels_of.get(comparison.kind, "标准值"), unit, value)] if value is not None else []
    )


def _of_classes(comparison: SizeClass, unit: Unit) -> list[Figure]:
    person = UNITS["person"]
    return [
        Figure("over_households", "超大型：户数超过", unit, Fraction(comparison.over_households)),
        Figure("over_persons", "超大型：人口超过", person, Fraction(comparison.over_persons)),
        Figure("small_households", "微型：户数不足", unit, Fraction(comparison.small_households)),
        Figure("small_persons", "微型：人口不足（0为不看人口）", person, Fraction(comparison.small_persons)),
    ]


def _cuts(bands: tuple[Band, ...]) -> list[tuple[int, str]] | None:
    """Where numeric bands meet and to which of the two the number itself belongs; None for other bands."""
    found = []
    for low, high in pairwise(bands):
        if low.max is not None and high.above == low.max:
            found.append((low.max, LOWER))
        elif low.below is not None and high.min == low.below:
            found.append((low.below, UPPER))
        else:
            return None
    return found


def _of_bands(comparison: Bands, unit: Unit, labels: Mapping[str, str], base: Unit) -> list[Figure]:
    label, codes = labels.get(comparison.by, comparison.by), labels
    cuts = _cuts(comparison.bands)
    found = []
    for number, band in enumerate(comparison.bands):
        name = f"第{number + 1}档" if cuts else band.wording(label, codes)
        found.append(Figure(f"band_{number}", f"{name}一般为", unit, band.value))
        if cuts and number < len(cuts):
            end, tie = cuts[number]
            between = f"第{number + 1}、{number + 2}档"
            found.append(Figure(f"cut_{number}", f"{between}分界（{label}）", base, Fraction(end)))
            found.append(Figure(f"tie_{number}", f"恰为{between}分界数时", base, tie, TIES))
    found.append(Figure("range_min", "限定范围下限（含）", unit, comparison.range.min))
    found.append(Figure("range_max", "限定范围上限（含）", unit, comparison.range.max))
    return found


def _stored(value: Answer) -> int | str:
    """As packs write it: whole numbers, decimals as text."""
    if isinstance(value, str) or value.denominator == 1:
        return value if isinstance(value, str) else value.numerator
    return f"{float(value):.10f}".rstrip("0")


def with_figures(comparison: Comparison, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """The parameters of a value with other figures; raises `BadFigures`."""
    if isinstance(comparison, Bands):
        parameters = {"by": comparison.by, **_bands_with(comparison, answers)}
    else:
        parameters = {name: _plain(getattr(comparison, name)) for name in comparison.model_fields_set}
        parameters |= {name: _stored(value) for name, value in answers.items()}
        if isinstance(comparison, Between) and answers["min"] > answers["max"]:  # type: ignore[operator]
            raise BadFigures("max", "上限不能小于下限。")
    try:
        type(comparison).model_validate(parameters)
    except ValidationError as error:
        raise BadFigures(next(iter(answers), ""), "标准值填写有误，请核对。") from error
    return parameters


def _plain(value: Any) -> Any:
    """JSON-ready: exact figures as packs write them."""
    if isinstance(value, Fraction):
        return _stored(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


def _bands_with(comparison: Bands, answers: Mapping[str, Answer]) -> dict[str, Any]:
    cuts = _cuts(comparison.bands)
    ends = [answers[f"cut_{number}"] for number in range(len(cuts or ()))]
    for number, (low, high) in enumerate(pairwise(ends), start=1):
        if low >= high:  # type: ignore[operator]
            raise BadFigures(f"cut_{number}", "分界数须逐档增大。")
    low, high = answers["range_min"], answers["range_max"]
    if low > high:  # type: ignore[operator]
        raise BadFigures("range_max", "限定范围的上限不能小于下限。")
    bands: list[dict[str, Any]] = []
    for number, band in enumerate(comparison.bands):
        value = answers[f"band_{number}"]
        if not low <= value <= high:  # type: ignore[operator]
            raise BadFigures(f"band_{number}", "各档的数须在限定范围内。")
        ends_of = {} if cuts else band.model_dump(exclude_defaults=True, exclude={"value"})
        plain = {name: _plain(end) for name, end in ends_of.items()}
        bands.append({**plain, "value": _stored(value)})
    for number, end in enumerate(ends):
        belongs_low = answers[f"tie_{number}"] == LOWER
        bands[number]["max" if belongs_low else "below"] = _stored(end)
        bands[number + 1]["above" if belongs_low else "min"] = _stored(end)
    return {"bands": bands, "range": {"min": _stored(low), "max": _stored(high)}}
