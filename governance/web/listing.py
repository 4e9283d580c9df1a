"""What a list page remembers and offers beside its rows: order, columns, last and saved conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from governance.accounts.models import User
from governance.web import preferences
from governance.web.columns import Column
from governance.web.filters import FilterForm
from governance.web.paging import COUNT_CAP, query_string
from governance.web.preferences import Preferences, preferences_of

SORT = "sort"


@dataclass(frozen=True)
class Header:
    """A column head; `url` orders the list by it, `aria_sort` says how it is ordered now."""

    column: Column
    url: str = ""
    aria_sort: str = ""

    @property
    def mark(self) -> str:
        return {"ascending": "▲", "descending": "▼"}.get(self.aria_sort, "")


@dataclass(frozen=True)
class Choice:
    """A column in the list of those to be shown."""

    label: str
    is_shown: bool


def sort_of(request: HttpRequest, columns: Sequence[Column]) -> str:
    """The field of `?sort=` (`-` before it: downwards), empty unless a column has it."""
    text = request.GET.get(SORT, "")
    known = {column.sort for column in columns if column.sort}
    return text if text.removeprefix("-") in known else ""


def ordered(rows: QuerySet, sort: str, path_field: str | None) -> QuerySet:
    """Rows by a field, empty values last on both databases, then in path order."""
    name = sort.removeprefix("-").replace(".", "__")
    by = F(name).desc(nulls_last=True) if sort.startswith("-") else F(name).asc(nulls_last=True)
    return rows.order_by(by, *([path_field] if path_field else []), "pk")


def headers(request: HttpRequest, columns: Sequence[Column], sort: str, total: int) -> list[Header]:
    """Heads with a link to each other order; none while the list is too long to be ordered."""
    found = []
    for column in columns:
        if not column.sort or total > COUNT_CAP:
            found.append(Header(column))
            continue
        state = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(sort, "none")
        data = request.GET.copy()
        data.pop(SORT, None)
        following = f"-{column.sort}" if state == "ascending" else column.sort
        found.append(Header(column, query_string(data, sort=following), state))
    return found


def conditions_of(request: HttpRequest, form: FilterForm | None) -> str:
    """The conditions of the address as a query string: those of the form alone, empty ones left out."""
    if form is None:
        return ""
    pairs = [
        (name, value.strip())
        for name in form.fields
        for value in request.GET.getlist(form.add_prefix(name))
        if value.strip()
    ]
    return urlencode(pairs)


class ListMemory:
    """The list of one user: reads what is kept, remembers the last search, answers the small forms."""

    def __init__(self, request: HttpRequest, list_key: str, user: User) -> None:
        self.request, self.list_key, self.user = request, list_key, user
        self.kept: Preferences = preferences_of(user, list_key)

    def remember(self, form: FilterForm | None) -> str:
        """The conditions in force, kept as the last ones when they are new and valid."""
        query = conditions_of(self.request, form)
        if query and form is not None and not form.errors and query != self.kept.last_query:
            preferences.remember_query(user=self.user, list_key=self.list_key, query=query)
        return query

    def last_conditions(self, query: str) -> str:
        """The link 上次条件, on a list without conditions."""
        return f"?{self.kept.last_query}" if self.kept.last_query and not query else ""

    def saved(self, query: str) -> list[dict[str, Any]]:
        """The chips: name, address, and whether it is the one in force."""
        return [
            {"pk": each.pk, "name": each.name, "url": f"?{each.query}", "is_on": each.query == query}
            for each in self.kept.saved
        ]

    def shown(self, columns: Sequence[Column]) -> list[Column]:
        """The columns not left out; all of them when nothing would be left."""
        return [column for column in columns if column.label not in self.kept.hidden] or list(columns)

    def choices(self, columns: Sequence[Column]) -> list[Choice]:
        shown = {column.label for column in self.shown(columns)}
        return [Choice(column.label, column.label in shown) for column in columns]


def answer_small_form(
    request: HttpRequest, list_key: str, user: User, columns: Sequence[Column]
) -> HttpResponse:
    """Saving or deleting conditions and choosing columns; back to the same list."""
    query = request.POST.get("query", "")
    verb = request.POST.get("list_action", "")
    try:
        if verb == "save":
            saved = preferences.save_filter(
                user=user, list_key=list_key, name=request.POST.get("name", ""), query=query
            )
            messages.success(request, f"已保存为常用条件“{saved.name}”。")
        elif verb == "forget" and request.POST.get("pk", "").isascii() and request.POST["pk"].isdigit():
            preferences.forget_filter(user=user, list_key=list_key, pk=int(request.POST["pk"][:18]))
            messages.success(request, "已删除常用条件。")
        elif verb == "columns":
            shown = set(request.POST.getlist("column"))
            hidden = [column.label for column in columns if column.label not in shown]
            if len(hidden) == len(columns):
                raise ValidationError("至少保留一列。")
            preferences.hide_columns(user=user, list_key=list_key, labels=hidden)
        elif verb == "all_columns":
            preferences.hide_columns(user=user, list_key=list_key, labels=())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)
