"""Words from a fixed list."""

from collections.abc import Iterable
from typing import Any

from governance.exchange.folding import fold, nearest

from .base import CellWidget, Notify, show
from .text import ListWidget


class ChoiceWidget(CellWidget):
    """One of fixed words. ``choices`` are (value, label) as in Django; the label stands in the workbook."""

    as_text = True

    def __init__(self, choices: Iterable[tuple[Any, Any]], *, empty: Any = "") -> None:
        super().__init__(empty=empty)
        pairs = [(value, str(label)) for value, label in choices if value not in (None, "")]
        self.pairs = pairs
        self.labels = [label for _, label in pairs]
        self._label_of = dict(pairs)
        self._value_of = {label: value for value, label in pairs} | {fold(label): v for v, label in pairs}

    def parse(self, value: Any, notify: Notify) -> Any:
        try:
            return self._value_of[value]
        except KeyError:
            word = fold(value if isinstance(value, str) else show(value))
        if word in self._value_of:
            return self._value_of[word]
        listed = "、".join(self.labels[:12]) + (" 等" if len(self.labels) > 12 else "")
        close = nearest(word, self.labels)
        hint = f"是不是“{close}”？" if close else ""
        raise ValueError(f"“{show(value)}”不是可选值，{hint}请从下列中选择：{listed}。")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return self._label_of.get(value)


class ChoicesWidget(ChoiceWidget):
    """Several of a list of choices in one cell, separated by 、; kept as the list of their codes."""

    def __init__(self, choices: Iterable[tuple[Any, Any]]) -> None:
        super().__init__(choices)
        self._names = ListWidget()

    def clean(self, value: Any, row: Any = None, notify: Notify = None, **kwargs: Any) -> list[Any]:
        return super().clean(value, row, notify, **kwargs) or []

    def parse(self, value: Any, notify: Notify) -> Any:
        order = [code for code, _ in self.pairs]
        found = {ChoiceWidget.parse(self, name, notify) for name in self._names.clean(value, notify=notify)}
        return sorted(found, key=order.index)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "、".join(self._label_of.get(code, str(code)) for code in value) if value else None


class YesNoWidget(CellWidget):
    """是 or 否; a logical value of Excel is taken as well."""

    as_text = True
    labels = ("是", "否")

    def parse(self, value: Any, notify: Notify) -> Any:
        if isinstance(value, bool):
            return value
        word = fold(value) if isinstance(value, str) else ""
        if word in self.labels:
            return word == "是"
        raise ValueError(f"“{show(value)}”不是可选值，请填写“是”或“否”。")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None if value is None else self.labels[0 if value else 1]
