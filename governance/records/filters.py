"""The filter of a registry's list: area, text, state on a day, each choice of the sheet, date ranges."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from governance.exchange import cells
from governance.exchange.rows import active_on
from governance.exchange.sheets import Sheet, SheetField
from governance.records.tables import RowTable
from governance.web.areas import AreaFilterForm
from governance.web.forms import DateField

STATES = {"": "在册", "ended": "已结束", "future": "未开始", "void": "已作废", "all": "全部"}
UNSET = "none"
_YES_NO = [("yes", "是"), ("no", "否")]


def model_field(model: type[Model], path: list[str]) -> Any:
    """The model field that a column of a sheet writes, through the row's person if need be."""
    for name in path[:-1]:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model._meta.get_field(path[-1])


def in_state(queryset: QuerySet, state: str, on: date) -> QuerySet:
    """Rows of a dated registry in a state on a day; a voided row is in no other state."""
    if state == "all":
        return queryset
    if state == "void":
        return queryset.exclude(voided_on=None)
    valid = queryset.filter(voided_on=None)
    if state == "ended":
        return valid.filter(ended_on__lte=on)
    if state == "future":
        return valid.filter(Q(started_on__gt=on) & (Q(ended_on=None) | Q(ended_on__gt=on)))
    return valid.filter(active_on(on))


def refuse_numbers(text: str) -> None:
    """Numbers of persons have no place in an address, where they would be kept and logged."""
    if sum(char.isdigit() for char in text) >= 6:
        raise ValidationError("这里只按姓名查找；证件号、手机号请在页面上方的搜索框中查找。")


class RecordFilter(AreaFilterForm):
    """Built from the sheet: what is added as a column of the workbook is filtered without another line.

    A field of the form is called like the model's, with `__` for the person's; choices and yes/no columns
    also offer 未填写 where they may be empty. Registries with one row for each community have no states.
    """

    search_field: ClassVar[str] = "q"

    def __init__(self, data: QueryDict, *, user: Any, table: RowTable, **kwargs: Any) -> None:
        super().__init__(data, user=user, **kwargs)
        self.table = table
        sheet = table.sheet
        dated = not sheet.is_per_community
        declared = {name: self.fields.pop(name) for name in list(self.fields) if name != "area"}
        added: dict[str, forms.Field] = {
            self.search_field: forms.CharField(
                label=table.search_label,
                max_length=40,
                validators=[refuse_numbers] if sheet.link is not None else [],
            )
        }
        if dated:
            added["state"] = forms.ChoiceField(label="状态", choices=list(STATES.items()))
        self.lookups |= {  # type: ignore[misc]
            self.search_field: self._search,
            "state": _nothing,
            "on": _nothing,
        }
        for column in sheet.columns.values():
            choice = self._choice(sheet, column)
            if choice is not None:
                added["__".join(column.path)] = choice
        for name, prefix in ((sheet.begin, "began"), (sheet.end, "ended")):
            if name:
                stored = "__".join(sheet.columns[name].path)
                added[f"{prefix}_from"] = DateField(label=f"{name}起")
                added[f"{prefix}_to"] = DateField(label=f"{name}止")
                self.lookups |= {  # type: ignore[misc]
                    f"{prefix}_from": f"{stored}__gte",
                    f"{prefix}_to": f"{stored}__lte",
                }
        if dated:
            added["on"] = DateField(label="截至日期")
        added |= declared
        for field in added.values():
            field.required = False
        self.fields |= added

    def _search(self, queryset: QuerySet, text: str) -> QuerySet:
        found = Q()
        for lookup in self.table.search:
            found |= Q(**{lookup if lookup.endswith("contains") else f"{lookup}__contains": text})
        return queryset.filter(found)

    def _choice(self, sheet: Sheet, column: SheetField) -> forms.ChoiceField | None:
        """A field for a column with few values, None for any other."""
        if not column.path or column.is_personal:
            return None
        if column.is_virtual:
            return self._virtual_choice(column)
        stored = model_field(sheet.model, column.path)
        name = "__".join(column.path)
        if isinstance(stored, BooleanField):
            options = [*_YES_NO, *([(UNSET, "未填写")] if stored.null else [])]
            empty: dict[str, Any] = {f"{name}__isnull": True}
        elif stored.choices:
            options = [*stored.choices, *([(UNSET, "未填写")] if stored.blank else [])]
            empty = {name: ""}
        else:
            return None
        values = {"yes": True, "no": False} if isinstance(stored, BooleanField) else {}

        def by_value(queryset: QuerySet, value: str) -> QuerySet:
            return queryset.filter(**(empty if value == UNSET else {name: values.get(value, value)}))

        self.lookups[name] = by_value
        return forms.ChoiceField(label=column.name, choices=[("", "全部"), *options])

    def _virtual_choice(self, column: SheetField) -> forms.ChoiceField | None:
        """The same for a column that lies with others in one JSON field."""
        key = f"{column.model_field}__{column.json_key}"
        if isinstance(column.widget, cells.YesNoWidget):
            options: list[tuple[Any, str]] = _YES_NO
        elif isinstance(column.widget, cells.ChoiceWidget):
            options = list(column.widget.pairs)
        else:
            return None
        values = {"yes": True, "no": False}

        def by_value(queryset: QuerySet, value: str) -> QuerySet:
            if value == UNSET:
                return queryset.filter(**{f"{key}__isnull": True})
            return queryset.filter(**{key: values.get(value, value)})

        self.lookups["__".join(column.path)] = by_value
        return forms.ChoiceField(label=column.name, choices=[("", "全部"), *options, (UNSET, "未填写")])

    @property
    def day(self) -> date:
        """The day of the state, after the form was applied."""
        return getattr(self, "cleaned_data", {}).get("on") or timezone.localdate()

    @property
    def state(self) -> str:
        return getattr(self, "cleaned_data", {}).get("state") or ""

    def apply(self, queryset: Any) -> Any:
        rows = super().apply(queryset)
        if "state" not in self.fields:
            return rows.filter(voided_on=None)
        return in_state(rows, self.state, self.day)


def filter_for(table: RowTable, data: QueryDict, user: Any) -> RecordFilter:
    """The filter of a registry: its own, or the one made from its sheet."""
    made: RecordFilter = (table.filter_class or RecordFilter)(data, user=user, table=table)
    return made


def _nothing(queryset: QuerySet, value: Any) -> QuerySet:
    """State and day are applied together, after the others."""
    return queryset
