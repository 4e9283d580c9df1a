"""Days."""

import datetime as dt
import re
from typing import Any

from governance.exchange.folding import fold

from .base import CellWidget, Notify, show


class DateWidget(CellWidget):
    """Days: Excel dates, 2024-06-30, 2024.6.30, 2024/6/30, 2024年6月30日, 20240630.

    A time of day is dropped.
    """

    FIRST, LAST = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
    _EPOCH = dt.date(1899, 12, 30)
    _TIME = re.compile(r"[\sT]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
    _FORMS = (
        re.compile(r"(?P<y>\d{4})([-./])(?P<m>\d{1,2})\2(?P<d>\d{1,2})"),
        re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?"),
        re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    )
    _MONTH_ONLY = re.compile(r"\d{4}([-./年]\d{1,2}月?|年)?")

    def parse(self, value: Any, notify: Notify) -> Any:
        if isinstance(value, dt.datetime):
            day = value.date()
        elif isinstance(value, dt.date):
            day = value
        elif isinstance(value, str):
            day = self._from_text(value)
        else:
            day = self._from_number(value, notify)
        if not self.FIRST <= day <= self.LAST:
            raise ValueError(f"“{show(value)}”的年份不在 1900 到 2100 之间，请核对。")
        return day

    def _from_text(self, value: str) -> dt.date:
        text = fold(self._TIME.sub("", value.strip()))
        for form in self._FORMS:
            if match := form.fullmatch(text):
                try:
                    return dt.date(int(match["y"]), int(match["m"]), int(match["d"]))
                except ValueError as error:
                    raise ValueError(f"“{show(value)}”这一天不存在，请核对。") from error
        if self._MONTH_ONLY.fullmatch(text):
            raise ValueError(f"“{show(value)}”没有写到日，请填写如 2024-06-30。")
        raise ValueError(f"“{show(value)}”不是有效日期，请填写如 2024-06-30。")

    def _from_number(self, value: Any, notify: Notify) -> dt.date:
        if not isinstance(value, bool):
            if 10_000 <= value < 73_500:
                day = self._EPOCH + dt.timedelta(days=int(value))
                if notify:
                    notify(f"数字 {show(value)} 已按 Excel 日期读作 {day.isoformat()}。")
                return day
            if value == int(value):
                return self._from_text(str(int(value)))
        raise ValueError(f"“{show(value)}”不是有效日期，请填写如 2024-06-30。")
