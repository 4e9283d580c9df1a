"""What an import reads of the database: the user's communities and the rows they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import Scope, permitted, scope_of
from governance.divisions.models import Division, Level, RetiredCode
from governance.exchange.importing.lines import Line
from governance.exchange.sheets import Sheet

T = TypeVar("T")
CHUNK = 5000
"""Values in one IN list; SQLite of distributions takes 250,000, bare builds 32,766."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    listed = list(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


class Session:
    """One run over one file: who imports, on which day, and what was read so far.

    `reach`: communities where the user may not do this read like ones that do not exist.
    """

    def __init__(
        self, user: User, on: date, scope: Scope | None = None, *, reach: Action = Action.IMPORT
    ) -> None:
        self.user = user
        self.reach = reach
        self.on = on
        self.scope = scope or scope_of(user)
        self._rows: dict[str, dict[int, list[Any]]] = {}
        self._loaded: dict[str, set[int]] = defaultdict(set)
        self._may: dict[tuple[Action, str], bool] = {}

    def rows(self, sheet: Sheet, division_ids: Iterable[int]) -> dict[int, list[Any]]:
        """Valid rows of a sheet by division, loaded once; the link's object comes along."""
        held = self._rows.setdefault(sheet.name, defaultdict(list))
        wanted = set(division_ids) - self._loaded[sheet.name]
        queryset = sheet.model._default_manager.valid()
        if sheet.link is not None:
            queryset = queryset.select_related(sheet.link.field)
        for some in chunks(sorted(wanted)):
            for row in queryset.filter(division_id__in=some).order_by("pk"):
                held[row.division_id].append(row)
        self._loaded[sheet.name] |= wanted
        return held

    def find_places(self, lines: Sequence[Line]) -> None:
        """Set `line.division` from the code of its community, street …, within the user's reach.

        A code outside reads like one that does not exist. A retired code is taken with a notice.
        """
        by_level: dict[int, list[Line]] = defaultdict(list)
        for line in lines:
            by_level[line.sheet.level].append(line)
        for level, some in by_level.items():
            self._find_places(level, some)

    def _find_places(self, level: int, lines: Sequence[Line]) -> None:
        codes = {code for line in lines if (code := line.values.get(line.sheet.place))}
        mine = permitted(Division.objects.filter(level=level), self.user, self.reach)
        by_code: dict[str, Division] = {}
        for some in chunks(codes):
            by_code.update((division.code, division) for division in mine.filter(code__in=some))
        retired: dict[str, Division] = {}
        for some in chunks(codes - by_code.keys()):
            links = RetiredCode.objects.filter(
                code__in=some, division__in=mine.filter(retired_codes__code__in=some)
            ).select_related("division")
            retired.update((link.code, link.division) for link in links)
        for line in lines:
            place = line.sheet.place
            code = line.values.get(place)
            if not code:
                continue
            division = by_code.get(code)
            if division is None and code in retired:
                division = retired[code]
                text = f"代码 {code} 已停用，已按现用代码 {division.code} 处理。"
                line.notify(place, text)
            if division is None:
                what = line.sheet.place_word
                hint = "；新设社区请先登记设立" if level == Level.COMMUNITY else ""
                line.fail(place, f"没有找到代码为“{code}”的{what}，请核对代码{hint}。")
            line.division = division

    def find_places_by_id(self, lines: Sequence[Line]) -> None:
        """Set `line.division` of lines without the code column from the row they were downloaded from."""
        tokens: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line.sheet.place not in line.values and not line.faults and line.token is not None:
                tokens[line.sheet.name].append(line)
        for named in tokens.values():
            rows = named[0].sheet.model._default_manager.valid()
            rows = permitted(rows, self.user, self.reach)
            found: dict[int, Division] = {}
            for some in chunks({line.token for line in named}):
                for row in rows.filter(pk__in=some).select_related("division"):
                    found[row.pk] = row.division
            for line in named:
                line.division = found.get(line.token or 0)

    def find_parents(self, lines: Sequence[Line]) -> None:
        """Give the communities their streets, with the codes these once had (for 街道代码)."""
        divisions = {line.division.pk: line.division for line in lines if line.division}
        parents: dict[int, Division] = {}
        ids = {each.parent_id for each in divisions.values() if each.parent_id}
        for some in chunks(sorted(ids)):
            parents.update(Division.objects.in_bulk(some))
        old: dict[int, set[str]] = defaultdict(set)
        for some in chunks(sorted(parents)):
            links = RetiredCode.objects.filter(division_id__in=some).values_list("division_id", "code")
            for pk, code in links:
                old[pk].add(code)
        for parent in parents.values():
            parent.old_codes = old[parent.pk]  # type: ignore[attr-defined]
        for line in lines:
            if line.division and line.division.parent_id:
                line.division.parent = parents[line.division.parent_id]

    def may(self, action: Action, path: str) -> bool:
        """Whether the user may do `action` at a path; asked once for each."""
        known = self._may.get((action, path))
        if known is None:
            known = self._may[action, path] = self.scope.may(action, path)
        return known
