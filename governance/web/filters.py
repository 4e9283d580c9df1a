"""Filters above a list: a plain GET form whose values become conditions."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db import models
from django.forms.boundfield import BoundField

MOST_IN_SIGHT = 7
"""Two lines of the filter bar, its buttons included."""

Q = TypeVar("Q", bound=models.QuerySet)


class FilterForm(forms.Form):
    """Fields of the filter bar; none is required.

    `lookups` maps a field to a lookup (`{"name": "name__icontains"}`) or to a function of (queryset, value).
    A field without an entry filters by its own name. A value that does not validate filters nothing and is
    shown with its error. `main` names the fields that are always in sight; the others fold under 更多条件.
    Without it all are in sight, or the first three where there are more than `MOST_IN_SIGHT`.
    """

    main: ClassVar[tuple[str, ...]] = ()

    lookups: dict[str, str | Callable[[Any, Any], Any]] = {}
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def apply(self, queryset: Q) -> Q:
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if value in (None, "") or (isinstance(value, list | tuple | models.QuerySet) and not value):
                continue
            lookup = self.lookups.get(name, name)
            queryset = lookup(queryset, value) if callable(lookup) else queryset.filter(**{lookup: value})
        return queryset

    @property
    def is_active(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.fields)

    def _is_main(self, place: int, name: str) -> bool:
        if self.main:
            return name in self.main
        return len(self.fields) <= MOST_IN_SIGHT or place < 3

    @property
    def main_fields(self) -> list[BoundField]:
        """The fields always in sight."""
        fields = enumerate(self.visible_fields())
        return [field for place, field in fields if self._is_main(place, field.name)]

    @property
    def more_fields(self) -> list[BoundField]:
        """The fields under 更多条件."""
        fields = enumerate(self.visible_fields())
        return [field for place, field in fields if not self._is_main(place, field.name)]

    @property
    def more_in_use(self) -> int:
        """How many of the fields under 更多条件 are set."""
        return sum(1 for field in self.more_fields if self.data.get(field.html_name))

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """Label and value of each field that is set, as users read them, for paper and file."""
        cleaned = getattr(self, "cleaned_data", {})
        found = []
        for field in self.visible_fields():
            value = cleaned.get(field.name)
            if value in (None, "", [], ()):
                continue
            found.append((str(field.label), _shown(field, value)))
        return found


def _shown(field: BoundField, value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    choices = getattr(field.field, "choices", None)
    if choices is not None:
        labels = {str(key): str(label) for key, label in _flat(choices)}
        return labels.get(str(value), str(value))
    return str(value)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    pairs: list[tuple[Any, Any]] = []
    for key, label in choices:
        pairs.extend(label if isinstance(label, list | tuple) else [(key, label)])
    return pairs
