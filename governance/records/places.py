"""The community or street a form asks for: a list while it can be overlooked, else its code."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.divisions.codes import fold_code
from governance.divisions.models import Division, Level
from governance.exchange.sheets import DIGITS, Sheet

MOST_OPTIONS = 400
"""Streets and communities of a large county; a longer list is slower to search than a code is to type."""


class CodeField(forms.Field):
    """A code as typed, full-width digits and blanks folded."""

    def clean(self, value: Any) -> str:
        return fold_code(value) if isinstance(value, str) else ""


def divisions_of(user: Any, level: Level, action: Action = Action.ADD) -> Iterable[Division]:
    """Divisions of a level where the user may do something, with their parents, in path order."""
    rows = permitted(Division.objects.current().filter(level=level), user, action)
    return rows.select_related("parent").order_by("path")[: MOST_OPTIONS + 1]


def place_field(
    user: Any, level: Level, *, label: str, digits: int, action: Action = Action.ADD
) -> CodeField:
    """A field for one division: native select grouped by the division above, or a text for its code."""
    rows = list(divisions_of(user, level, action))
    if len(rows) > MOST_OPTIONS:
        widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "data-fold": ""})
        return CodeField(label=f"{label}代码", widget=widget, help_text=f"{digits} 位数字代码")
    groups = [
        (parent, [(row.code, row.name) for row in group])
        for parent, group in groupby(rows, key=lambda row: row.parent.name if row.parent else "")
    ]
    options: list[Any] = groups[0][1] if len(groups) == 1 else list(groups)
    if len(rows) != 1:
        options = [("", "请选择"), *options]
    return CodeField(label=label, widget=forms.Select(choices=options))


def division_field(user: Any, sheet: Sheet) -> CodeField:
    """The community, or whatever division a new record of a sheet is about."""
    return place_field(user, Level(sheet.level), label=sheet.place_word, digits=DIGITS[sheet.level])
