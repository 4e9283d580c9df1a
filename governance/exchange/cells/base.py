"""What all cells share."""

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

from import_export.widgets import Widget

from governance.exchange.folding import fold

Notify = Callable[[str], None] | None

_EXACT = 10**15
"""Excel keeps 15 digits of a number; longer ones have already lost their end."""

AS_TEXT = "请把该列设为“文本”格式后重新填写"


class Masked(str):
    """A masked value (``6****************4``) as exported: the same as that row's mask means unchanged."""

    __slots__ = ()


def show(value: object) -> str:
    """A cell for a message, shortened."""
    if isinstance(value, float):
        return f"{value:.15g}"
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    return text if len(text) <= 30 else f"{text[:30]}…"


def number_as_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        kind = "日期" if isinstance(value, dt.date) else "逻辑值"
        raise ValueError(f"这一格被 Excel 存成了{kind}（{show(value)}），{AS_TEXT}。")
    if abs(value) >= _EXACT:
        raise ValueError(f"这一格被 Excel 存成了数字，后几位已经丢失，{AS_TEXT}。")
    return str(int(value)) if value == int(value) else f"{value:.15g}"


class CellWidget(Widget):
    """What all cells share: emptiness, masks, and the call of `parse`."""

    as_text: ClassVar[bool] = False
    """Whether the column is formatted as text in a workbook, so that Excel does not touch what is typed."""

    lines = 1
    """Lines that the field of a form has."""

    def __init__(self, *, empty: Any = None, masked: bool = False) -> None:
        super().__init__(coerce_to_string=False)
        self.empty = empty
        self.masked = masked

    def clean(self, value: Any, row: Any = None, notify: Notify = None, **kwargs: Any) -> Any:
        if value is None or (type(value) is str and not value.strip()):
            return self.empty
        if self.masked and type(value) is str and ("*" in value or "＊" in value):
            return Masked(fold(value))
        return self.parse(value, notify)

    def parse(self, value: Any, notify: Notify) -> Any:
        """A filled cell to a value; raises ``ValueError``."""
        raise NotImplementedError

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None if value is None or value == "" else value
