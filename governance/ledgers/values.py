"""Fields of a record type as attributes of a row, and as cells."""

from __future__ import annotations

from datetime import date
from typing import Any

from governance.exchange import cells
from governance.exchange.cells import CellWidget, DateWidget, Notify
from governance.exchange.sheets import SheetField
from governance.ledgers.periods import from_code, parse_period
from governance.policies.record_schema import RecordField

PREFIX = "v_"
"""Attributes of a row that stand for fields of its type."""


class ValueAttribute:
    """A field of a record type as an attribute of its proxy model; it lies in the row's `values`."""

    def __init__(self, field: RecordField) -> None:
        self.key = field.key
        self.is_date = field.type == "date"
        self.empty: Any = {"text": "", "long_text": "", "choice": "", "choices": []}.get(field.type)

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        return self.from_json(row.values.get(self.key))

    def __set__(self, row: Any, value: Any) -> None:
        if value is None or value == "" or value == []:
            row.values.pop(self.key, None)
        else:
            row.values[self.key] = value.isoformat() if isinstance(value, date) else value

    def from_json(self, value: Any) -> Any:
        """A value as pages and cells know it."""
        if value is None:
            return list(self.empty) if isinstance(self.empty, list) else self.empty
        return date.fromisoformat(value) if self.is_date and isinstance(value, str) else value


class ValueColumn(SheetField):
    """A column of a record type's sheet that lies in `values`."""

    model_field = "values"  # type: ignore[assignment]

    def __init__(self, field: RecordField, **kwargs: Any) -> None:
        super().__init__(
            f"{PREFIX}{field.key}",
            field.label,
            widget_of(field),
            required=field.required,
            description=field.help,
            **kwargs,
        )
        self.json_key = field.key
        self._attribute = ValueAttribute(field)

    def from_json(self, value: Any) -> Any:
        return self._attribute.from_json(value)


class PeriodWidget(CellWidget):
    """A period of a record type's rhythm."""

    as_text = True

    def __init__(self, filing: str) -> None:
        super().__init__(empty="")
        self.filing = filing

    def parse(self, value: Any, notify: Notify) -> Any:
        if isinstance(value, date):
            value = f"{value:%Y-%m}"
        elif isinstance(value, float) and value == int(value):
            value = str(int(value))
        return parse_period(str(value), self.filing).code

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return from_code(value).label if value else None


def widget_of(field: RecordField) -> CellWidget:
    """The cell of a field."""
    match field.type:
        case "text":
            return cells.TextWidget(120)
        case "long_text":
            return cells.TextWidget(1000, multiline=True)
        case "number":
            return cells.CountWidget(field.unit)
        case "quantity":
            return cells.QuantityWidget(2, field.unit)
        case "money":
            return cells.QuantityWidget(2, "元")
        case "percent":
            return cells.QuantityWidget(2, "%", maximum=10_000)
        case "date":
            return DateWidget()
        case "yes_no":
            return cells.YesNoWidget()
        case "choice":
            return cells.ChoiceWidget(field.choices.items())
    return cells.ChoicesWidget(field.choices.items())
