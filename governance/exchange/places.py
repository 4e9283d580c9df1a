"""Which divisions a download may be made for, as the options of a plain select."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.divisions.models import Division, Level, UnknownCode

MOST_OPTIONS = 600
"""A select of more is of no use; deeper divisions are reached from their own pages."""

_INDENT = "\u3000"


def options(user: Any, action: Action = Action.VIEW) -> list[tuple[str, str]]:
    """(code, name) of the divisions a user may see, the tree shown by indentation.

    Whole levels only, from the top: a county comes with its streets and communities, a province with its
    cities and counties. One statement.
    """
    rows = permitted(Division.objects.current(), user, action).order_by("level", "path")
    found = list(rows[: MOST_OPTIONS + 1])
    if len(found) > MOST_OPTIONS:
        cut = found[-1].level
        found = [row for row in found if row.level < cut] or found[:MOST_OPTIONS]
    top = min((row.level for row in found), default=0)
    found.sort(key=lambda row: row.path)
    return [(row.code, f"{_INDENT * (row.level - top)}{row.name}{_whole(row)}") for row in found]


def _whole(row: Division) -> str:
    return "" if row.level == Level.COMMUNITY else "（全部）"


class PlaceField(forms.Field):
    """A select of divisions that any other code of the scope may be given to, as links from pages do.

    Cleans to a `Division`, or None when empty; foreign and unknown codes get the same message.
    """

    widget = forms.Select

    def __init__(self, *, user: Any, chosen: str = "", action: Action = Action.VIEW, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user, self.action = user, action
        listed = options(user, action)
        found = self._find(chosen) if chosen and chosen not in dict(listed) else None
        if found is not None:
            listed.insert(0, (chosen, f"{found.name}{_whole(found)}"))
        self.widget.choices = listed

    def _find(self, code: str) -> Division | None:
        try:
            return permitted(Division.objects.all(), self.user, self.action).by_code(code)  # type: ignore[attr-defined]
        except UnknownCode:
            return None

    def clean(self, value: Any) -> Division | None:
        if not value:
            return super().clean(None)
        found = self._find(str(value))
        if found is None:
            raise ValidationError("没有找到这个区划，请重新选择。")
        return found
