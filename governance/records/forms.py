"""The form of a record, made from the columns of its sheet.

What may stand in a field, and what is missing, is decided by the workbook's engine alone (see `editing`): the
fields here take any text, show what is stored as the workbook would, and the faults of the plan come back to
their places.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from governance.exchange import cells
from governance.exchange.sheets import Sheet, SheetField
from governance.records import once
from governance.records.drafts import VERSION
from governance.records.places import division_field
from governance.web.forms import DateWidget

REASON = "_reason"
_LONG = 120
"""From so many characters on a text takes the whole row."""


class UnitInput(forms.TextInput):
    """A number with its unit behind it."""

    template_name = "records/forms/unit.html"

    def __init__(self, unit: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.unit = unit

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"unit": self.unit}


class ChoicesInput(forms.CheckboxSelectMultiple):
    """Boxes for a cell with several choices; a hidden empty value tells that the field was there."""

    template_name = "records/forms/choices.html"

    def format_value(self, value: Any) -> list[str]:
        return cells.ListWidget().clean(value) if isinstance(value, str) else list(value or ())

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        listed = data.getlist(name) if hasattr(data, "getlist") else [data.get(name, "")]
        return "、".join(each for each in listed if each)


class CellField(forms.Field):
    """Takes any text as it is: the engine judges it. `required` only shows the star."""

    def __init__(self, column: SheetField, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.column = column

    def clean(self, value: Any) -> str:
        text = value if isinstance(value, str) else ""
        return text if isinstance(self.widget, forms.Textarea) else text.strip()


def cell_text(column: SheetField, row: Any) -> str:
    """What stands in the field of a stored row: as in the workbook, personal data masked."""
    value = column.cell(row, reveal=False)
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def control_of(column: SheetField) -> forms.Widget:
    """The control of a column, by the kind of its cell."""
    cell = column.widget
    plain: dict[str, Any] = {"autocomplete": "off"}
    if column.is_personal:
        plain["data-personal"] = ""  # the browser keeps no copy of it
    code = plain | {"data-fold": ""}
    match cell:
        case cells.ChoicesWidget():
            return ChoicesInput(choices=[(label, label) for label in cell.labels])
        case cells.ChoiceWidget() | cells.YesNoWidget():
            empty = "请选择" if column.required else "未填"
            return forms.Select(choices=[("", empty), *((label, label) for label in cell.labels)])
        case cells.DateWidget():
            return DateWidget(plain)
        case cells.QuantityWidget():
            mode = "decimal" if cell.decimals else "numeric"
            return UnitInput(cell.unit, code | {"inputmode": mode})
        case cells.IdNumberWidget():
            return forms.TextInput(code | {"data-id-number": "", "spellcheck": "false"})
        case cells.PhoneWidget():
            return forms.TextInput(code | {"inputmode": "tel"})
        case cells.CodeWidget() | cells.CreditCodeWidget():
            return forms.TextInput(code | {"spellcheck": "false"})
        case _ if cell.lines > 1:
            return forms.Textarea(plain | {"rows": cell.lines})
    return forms.TextInput(plain)


def _help(sheet: Sheet, column: SheetField, row: Any) -> str:
    """What the clerk is told beside the field; the column's own words where they suit a form."""
    if column.name == sheet.end:
        return "在册的留空"
    if column.is_personal and row is not None and column.stored(row):
        return "已隐藏，不改请保持原样；要更正请填写完整内容"
    match column.widget:
        case cells.IdNumberWidget():
            return "18 位；性别和出生日期自动得出"
        case cells.PhoneWidget():
            return "11 位手机号"
        case cells.DateWidget() if column.is_personal:
            return "填写身份证号时可留空"
        case cells.DateWidget():
            return ""
        case cells.QuantityWidget() if column.widget.unit:
            return column.description.removeprefix(f"{column.widget.unit}，")
    return column.description


def _is_wide(column: SheetField) -> bool:
    cell = column.widget
    return isinstance(cell, cells.TextWidget) and (cell.max_length or 0) >= _LONG and cell.lines == 1


class RecordForm(forms.Form):
    """The fields of one record, named like the attributes of the sheet's resource.

    Without `row` a new one, which asks for the community too; `place` is the field for it. `initial`
    overrides what is stored (a draft). `asks_reason` is the label of a field for why, if there is to be one.
    """

    use_required_attribute = False

    def __init__(
        self,
        sheet: Sheet,
        data: Any = None,
        *,
        user: Any,
        row: Any = None,
        initial: dict[str, Any] | None = None,
        leave_out: Sequence[str] = (),
        asks_reason: str = "",
        place: forms.Field | None = None,
    ) -> None:
        stored: dict[str, Any] = {once.FIELD: once.new_token()}
        if row is not None:
            stored[VERSION] = row.version
        super().__init__(data, initial=stored | (initial or {}))
        self.sheet, self.row = sheet, row
        self.names: dict[str, str] = {}
        """Field name by column name."""
        self.wide_fields: list[str] = []
        if row is None or place is not None:
            self.fields["community_code"] = place or division_field(user, sheet)
            self.names[sheet.place] = "community_code"
        for name, column in sheet.resource.fields.items():
            if not column.path or name in leave_out:
                continue
            self.names[column.name] = name
            self.fields[name] = CellField(
                column,
                label=column.name,
                required=column.required,
                widget=control_of(column),
                help_text=_help(sheet, column, row),
                initial=cell_text(column, row) if row is not None else "",
            )
            if column.is_personal:  # static/js/drafts.js leaves it out of the browser's storage
                self.fields[name].widget.attrs["data-personal"] = "1"
            if _is_wide(column):
                self.wide_fields.append(name)
        if asks_reason:
            self.fields[REASON] = forms.CharField(
                label=asks_reason, required=False, max_length=200, help_text="选填，记入修改痕迹"
            )
            self.wide_fields.append(REASON)
        for name in (VERSION, once.FIELD):
            if name in self.initial:
                self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def cells(self) -> dict[str, str]:
        """What was typed, by column name; a field that was not sent is left out, which means unchanged."""
        assert self.is_bound
        typed = {}
        for column, name in self.names.items():
            if self.add_prefix(name) in self.data:
                field = self.fields[name]
                given = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
                typed[column] = field.clean(given)
        return typed

    @property
    def token(self) -> str:
        return once.clean_token(self.data.get(once.FIELD, ""))

    @property
    def version(self) -> int | None:
        """The version of the record that the form was made from."""
        text = self.data.get(VERSION, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    @property
    def reason(self) -> str:
        return self.data.get(REASON, "").strip()[:200]

    def show(self, faults: Iterable[tuple[str, str]]) -> None:
        """Put faults of a plan (column, message) at their fields; the rest goes on top."""
        self.is_valid()
        for column, message in faults:
            name = self.names.get(column)
            self.add_error(name, message if name or not column else f"{column}：{message}")
