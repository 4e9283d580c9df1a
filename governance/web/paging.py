"""Pages of a list: by key in path order (page 1 and the last page cost alike), or by number when short.

A key is `path.pk` of the row at the edge of a page (`path` alone where the path is unique). Several grants
are read range by range until the page is full: an OR of ranges would make SQLite walk the whole table.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, QueryDict

from governance.divisions.paths import next_path, under

PAGE_SIZE = 50
COUNT_CAP = 10_000
PAGING_KEYS = ("after", "before", "last", "page", "select")
"""What names the page of a list and is no condition."""
_CURSOR = re.compile(r"(\d{0,12})(?:\.(\d{1,18}))?")


@dataclass(frozen=True)
class Page:
    """Rows and where to go from here; links are query strings, empty when there is no such page."""

    rows: list[Any]
    total: int
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""
    number: int | None = None
    pages: int | None = None

    @property
    def total_text(self) -> str:
        """共 142 条, or 超过 10,000 条 where counting stopped."""
        return f"超过 {COUNT_CAP:,} 条" if self.total > COUNT_CAP else f"共 {self.total:,} 条"

    @property
    def is_single(self) -> bool:
        return not (self.first or self.previous or self.next or self.last)


def capped_count(queryset: QuerySet) -> int:
    """Number of rows, counted up to one more than the cap."""
    return queryset.order_by().values("pk")[: COUNT_CAP + 1].count()


def query_string(data: QueryDict, **changes: str) -> str:
    """The address of the same list with other paging values; filters stay."""
    pairs = [
        (key, value) for key, values in data.lists() for value in values if key not in PAGING_KEYS and value
    ]
    return "?" + urlencode([*pairs, *changes.items()])


def _cursor(text: str) -> tuple[str, int | None]:
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise Http404("bad page key")
    return match[1], int(match[2]) if match[2] else None


class KeysetPager:
    """Cuts pages out of a queryset in path order.

    `paths`: disjoint sorted paths the user may see (scope.paths(action)); `("",)` is everything.
    """

    def __init__(
        self, queryset: QuerySet, *, paths: Sequence[str], field: str = "path", size: int = PAGE_SIZE
    ) -> None:
        self.queryset = queryset
        self.paths = paths
        self.field = field
        self.size = size
        self.unique = bool(queryset.model._meta.get_field(field.split("__")[0]).unique) and "__" not in field

    def page(self, request: HttpRequest) -> Page:
        """The page that `?after=`, `?before=` or `?last=1` asks for, else the first."""
        data = request.GET
        total = self.total()
        more_before = more_after = False
        if data.get("last"):
            rows, more_before = self._read(None, backwards=True)
        elif data.get("before"):
            rows, more_before = self._read(_cursor(data["before"]), backwards=True)
            more_after = True
            if len(rows) < self.size:  # the start is near: show a full first page instead of its rest
                rows, more_after = self._read(None)
        elif data.get("after"):
            rows, more_after = self._read(_cursor(data["after"]))
            more_before = True
        else:
            rows, more_after = self._read(None)
        return Page(
            rows=rows,
            total=total,
            first=query_string(data) if more_before else "",
            previous=query_string(data, before=self._key(rows[0])) if rows and more_before else "",
            next=query_string(data, after=self._key(rows[-1])) if rows and more_after else "",
            last=query_string(data, last="1") if more_after else "",
        )

    def total(self) -> int:
        condition = Q(pk__in=[]) if not self.paths else Q()
        for path in self.paths:
            condition |= under(path, self.field)
        return capped_count(self.queryset if "" in self.paths else self.queryset.filter(condition))

    def _key(self, row: Any) -> str:
        value = row
        for name in self.field.split("__"):
            value = getattr(value, name)
        return value if self.unique else f"{value}.{row.pk}"

    def _beyond(self, cursor: tuple[str, int | None], backwards: bool) -> Q:
        path, pk = cursor
        strict, loose = ("lt", "lte") if backwards else ("gt", "gte")
        if pk is None:
            return Q(**{f"{self.field}__{strict}": path})
        # The loose bound alone is what the index can use; the rest settles rows of the same division.
        return Q(**{f"{self.field}__{loose}": path}) & (
            Q(**{f"{self.field}__{strict}": path}) | Q(**{f"pk__{strict}": pk})
        )

    def _read(self, cursor: tuple[str, int | None] | None, backwards: bool = False) -> tuple[list[Any], bool]:
        """Up to `size` rows in path order and whether more follow in the direction of reading."""
        sign = "-" if backwards else ""
        order = (f"{sign}{self.field}",) if self.unique else (f"{sign}{self.field}", f"{sign}pk")
        rows: list[Any] = []
        for path in reversed(self.paths) if backwards else self.paths:
            if cursor and path:
                passed = path > cursor[0] if backwards else next_path(path) <= cursor[0]
                if passed:
                    continue
            part = self.queryset.filter(under(path, self.field)).order_by(*order)
            if cursor:
                part = part.filter(self._beyond(cursor, backwards))
            rows.extend(part[: self.size + 1 - len(rows)])
            if len(rows) > self.size:
                break
        more = len(rows) > self.size
        rows = rows[: self.size]
        return (rows[::-1] if backwards else rows), more


def numbered_page(
    rows: QuerySet | list[Any], request: HttpRequest, *, size: int = PAGE_SIZE, total: int | None = None
) -> Page:
    """A page by `?page=` for short lists in an order of their own; never beyond the counted rows.

    `total` is the capped count of whoever has counted already.
    """
    if total is None:
        total = len(rows) if isinstance(rows, list) else capped_count(rows)
    pages = max(1, -(-min(total, COUNT_CAP) // size))
    text = request.GET.get("page", "1")
    number = min(max(int(text), 1), pages) if text.isdecimal() and len(text) < 6 else 1
    shown = list(rows[(number - 1) * size : number * size])

    def link(to: int) -> str:
        return query_string(request.GET, page=str(to))

    return Page(
        rows=shown,
        total=total,
        first=link(1) if number > 1 else "",
        previous=link(number - 1) if number > 1 else "",
        next=link(number + 1) if number < pages else "",
        last=link(pages) if number < pages else "",
        number=number,
        pages=pages,
    )
