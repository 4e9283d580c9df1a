"""Units of measure: a closed list. A pack that names another one is refused.

Quantities are exact: an indicator is an integer numerator over an integer denominator in smallest units,
and `value = numerator × factor ÷ (denominator × scale)` in the unit as shown.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Unit:
    """How an indicator's two integers become a figure that people read."""

    code: str
    symbol: str
    factor: int = 1
    scale: int = 1
    decimals: int = 0

    def value(self, numerator: int, denominator: int = 1) -> Fraction:
        return Fraction(numerator * self.factor, denominator * self.scale)


UNITS: dict[str, Unit] = {
    unit.code: unit
    for unit in (
        Unit("household", "户"),
        Unit("person", "人"),
        Unit("piece", "个"),
        Unit("side", "面"),
        Unit("yes_no", ""),
        Unit("times", "次"),
        Unit("money", "元", scale=100, decimals=2),
        Unit("square_metre", "㎡", scale=100, decimals=2),
        Unit("percent", "%", factor=100, decimals=2),
        Unit("percentage", "%", scale=100, decimals=2),
        Unit("day", "天"),
        Unit("yuan", "元"),
        Unit("money_10000", "万元", scale=1_000_000, decimals=2),
        Unit("money_per_square_metre", "元/㎡", scale=100, decimals=2),
        Unit("per_10000", "人/万人", factor=10000, decimals=2),
    )
}


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Half up, exactly."""
    quantum = Decimal(1).scaleb(-decimals)
    shifted = value * 10**decimals
    whole = (2 * shifted.numerator + shifted.denominator) // (2 * shifted.denominator)
    return (Decimal(whole) * quantum).quantize(quantum, ROUND_HALF_UP)


def printed(value: Fraction, unit: Unit, thresholds: tuple[Fraction, ...] = ()) -> Decimal:
    """The figure as printed: the unit's decimals, and more where rounding would show a threshold itself.

    One digit more is nearly always enough; a share of very large numbers may need another.
    """
    decimals = unit.decimals
    while any(Fraction(rounded(value, decimals)) == end != value for end in thresholds):
        decimals += 1
    return rounded(value, decimals)


def as_number(figure: Decimal | None) -> int | float | None:
    """A JSON number: whole figures as integers."""
    if figure is None:
        return None
    return int(figure) if figure == figure.to_integral_value() else float(figure)


def as_text(figure: Decimal | None, unit: Unit) -> str:
    """A figure with its unit for people; yes and no in words."""
    if figure is None:
        return "暂无数据"
    if unit.code == "yes_no":
        return "是" if figure else "否"
    return f"{figure:,f} {unit.symbol}".strip() if unit.symbol != "%" else f"{figure}%"
