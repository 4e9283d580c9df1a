"""Counts and measured quantities, exact."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from governance.exchange.folding import fold

from .base import CellWidget, Notify, show

_MOST = 10**14
"""Beyond this the exact number is of no interest: something else was typed into the cell."""


def to_decimal(value: Any) -> Decimal:
    """A number cell or a text of digits (thousands separators allowed); raises ``ValueError``.

    Excel keeps 15 digits, so a float is taken as its 15-digit text: 0.1 + 0.2 is 0.3, as the clerk sees it.
    """
    if isinstance(value, bool | dt.date):
        raise ValueError(f"“{show(value)}”不是数字，请只填数字。")
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(f"{value:.15g}")
    text = fold(value)
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text, re.ASCII):
        hint = "，不要带单位或文字" if re.match(r"[+-]?\d", text) else ""
        raise ValueError(f"“{show(value)}”不是数字，请只填数字{hint}。")
    return Decimal(text)


class QuantityWidget(CellWidget):
    """A measured quantity as an exact integer of its smallest unit: with ``decimals=2`` 128.4 is 12840.

    ``unit`` is for messages; ``minimum`` and ``maximum`` are in the smallest unit.
    """

    def __init__(
        self, decimals: int = 2, unit: str = "", *, minimum: int | None = 0, maximum: int = _MOST
    ) -> None:
        super().__init__()
        self.decimals = decimals
        self.unit = unit
        self.minimum = minimum
        self.maximum = maximum

    def parse(self, value: Any, notify: Notify) -> Any:
        if type(value) is int:
            small = value * 10**self.decimals
        else:
            exact = to_decimal(value).scaleb(self.decimals)
            if abs(exact) > _MOST:
                raise ValueError(f"“{show(value)}”过大，请核对。")
            small = int(exact)
            if exact != small:
                limit = f"最多 {self.decimals} 位小数" if self.decimals else "应为整数"
                raise ValueError(f"“{show(value)}”{limit}，请改正。")
        if self.minimum is not None and small < self.minimum:
            raise ValueError(f"“{show(value)}”不能小于 {self._plain(self.minimum)}，请核对。")
        if small > self.maximum:
            raise ValueError(f"“{show(value)}”不能大于 {self._plain(self.maximum)}，请核对。")
        return small

    def _large(self, small: int) -> Decimal | int:
        return Decimal(small).scaleb(-self.decimals) if self.decimals else small

    def _plain(self, small: int) -> str:
        return f"{Decimal(small).scaleb(-self.decimals).normalize():f} {self.unit}".strip()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None if value is None else self._large(value)


class CountWidget(QuantityWidget):
    """Persons, households, years of a grade: whole numbers."""

    def __init__(self, unit: str = "", *, minimum: int | None = 0, maximum: int = 10**9) -> None:
        super().__init__(0, unit, minimum=minimum, maximum=maximum)
