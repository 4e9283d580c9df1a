"""Filters above a list: a plain GET form whose values become conditions."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db import models

Q = TypeVar("Q", bound=models.QuerySet)


class FilterForm(forms.Form):
    """Fields of the filter bar; none is required.

    `lookups` maps a field to a lookup (`{"name": "name__icontains"}`) or to a function of (queryset, value).
    A field without an entry filters by its own name. A value that does not validate filters nothing and is
    shown with its error.
    """

    lookups: ClassVar[dict[str, str | Callable[[Any, Any], Any]]] = {}
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
