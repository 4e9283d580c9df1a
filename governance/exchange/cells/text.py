"""Text as it is written: names, remarks, lists of names."""

import re
from typing import Any

from governance.exchange.folding import strip_invisible

from .base import CellWidget, Notify, number_as_text


class TextWidget(CellWidget):
    """Names and remarks: kept as written, a beginning = + - @ included.

    Only control, bidirectional and zero-width characters and blanks at the ends go, with a notice. A number
    is taken as its digits; a date is refused, because Excel makes one from texts such as ``3-1``.
    """

    as_text = True

    def __init__(
        self, max_length: int | None = None, *, multiline: bool = False, empty: Any = "", masked: bool = False
    ) -> None:
        super().__init__(empty=empty, masked=masked)
        self.max_length = max_length
        self.multiline = multiline
        self.lines = 3 if multiline else 1

    def parse(self, value: Any, notify: Notify) -> Any:
        text = value if type(value) is str else number_as_text(value)
        clean = text if text.isalnum() else self._tidy(text, notify)
        if not clean:
            return self.empty
        if self.max_length is not None and len(clean) > self.max_length:
            raise ValueError(f"最多 {self.max_length} 个字，现在有 {len(clean)} 个，请缩短。")
        return clean

    def _tidy(self, text: str, notify: Notify) -> str:
        clean = strip_invisible(text)
        if notify and clean != text:
            notify("已去掉不可见的控制字符。")
        if self.multiline:
            clean = clean.replace("\r\n", "\n").replace("\r", "\n")
        elif re.search(r"[\t\r\n]", clean):
            clean = re.sub(r"\s*[\t\r\n]+\s*", " ", clean)
            if notify:
                notify("已把换行改成空格。")
        stripped = clean.strip()
        if notify and stripped != clean:
            notify("已去掉首尾的空格。")
        return stripped


class ListWidget(CellWidget):
    """Several names in one cell, separated by 、 (commas and semicolons are taken as well); no name twice."""

    as_text = True
    _SEPARATOR = re.compile(r"[、，,；;\r\n]+")

    def __init__(self, max_length: int | None = None) -> None:
        super().__init__()
        self._text = TextWidget(max_length)

    def clean(self, value: Any, row: Any = None, notify: Notify = None, **kwargs: Any) -> list[str]:
        return super().clean(value, row, notify, **kwargs) or []

    def parse(self, value: Any, notify: Notify) -> Any:
        text = value if isinstance(value, str) else number_as_text(value)
        names = [self._text.clean(name.strip(), notify=notify) for name in self._SEPARATOR.split(text)]
        return list(dict.fromkeys(name for name in names if name))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "、".join(value) if value else None
