"""Quantities as text: integers of the smallest unit in, what users read out; missing is never zero."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MISSING = "—"


def hundredths(value: Any, digits: int = 2) -> str:
    """Hundredths as a decimal number with separators: 8750 → `87.50` (half up)."""
    if value is None or value == "":
        return MISSING
    amount = (Decimal(int(value)) / 100).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{amount:,f}"


def area(value: int | None, digits: int = 2) -> str:
    """Hundredths of a square metre as square metres: 60000 → `600.00` (half up)."""
    return hundredths(value, digits)


def yuan(value: int | None, digits: int = 2) -> str:
    """分 as yuan: 123456 → `1,234.56`."""
    return hundredths(value, digits)


def percent(part: int | None, whole: int | None, digits: int = 2) -> str:
    """A share as `12.34%` (half up), missing when the whole is missing or zero."""
    if part is None or not whole:
        return MISSING
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{share:,f}%"


def thousands(value: Any) -> str:
    """An integer with separators: 12345 → `12,345`."""
    if value is None or value == "":
        return MISSING
    return f"{value:,}" if isinstance(value, int | float | Decimal) else str(value)
