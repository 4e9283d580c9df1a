"""Finding divisions by characters, pinyin, initials or code; communities are found the same way elsewhere."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import F
from django.db.models.functions import Length

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.divisions.models import Division, DivisionName, Level, UnknownCode
from governance.web.search import COUNT_CAP, Found, Hit, Kind, Provider, Term, begins

UPPER_LEVELS = (Level.PROVINCE, Level.CITY, Level.COUNTY, Level.STREET)


def find_divisions(term: Term, user: Any, levels: Sequence[Level], limit: int) -> list[Division]:
    """Divisions of some levels in the user's scope, the shortest name (the closest match) first."""
    if term.kind is Kind.CODE:
        return _by_code(term.value, user, levels, limit)
    if term.kind is Kind.LETTERS:
        return _by_spelling(term.value, user, levels, limit)
    if term.kind is Kind.TEXT:
        return _by_name(term.value, user, levels, limit)
    return []


def _by_code(digits: str, user: Any, levels: Sequence[Level], limit: int) -> list[Division]:
    # As an expression the level cannot tempt the planner away from the index of codes.
    rows = permitted(Division.objects.alias(which=F("level") + 0).filter(which__in=levels), user)
    found: list[Division] = list(rows.filter(begins("code", digits)).order_by("code")[:limit])
    if found or len(digits) not in (6, 9, 12):
        return found
    try:  # a retired code, or one filled up with zeros
        division = permitted(Division.objects.all(), user).by_code(digits)
    except UnknownCode:
        return []
    return [division] if division.level in levels else []


def _by_spelling(letters: str, user: Any, levels: Sequence[Level], limit: int) -> list[Division]:
    """Initials first, then whole syllables; each is one walk along an index."""
    names = permitted(DivisionName.objects.filter(level__in=levels), user).select_related("division")
    found: dict[int, Division] = {}
    for column in ("initials", "pinyin"):
        matching = names.filter(begins(column, letters)).order_by(Length(column), "path")
        for row in matching[: limit - len(found)]:
            found.setdefault(row.division_id, row.division)
        if len(found) >= limit:
            break
    return list(found.values())


def _by_name(text: str, user: Any, levels: Sequence[Level], limit: int) -> list[Division]:
    """Anywhere in the name; over the whole country at its beginning, which an index answers."""
    if "" in scope_of(user).paths(Action.VIEW):
        names = DivisionName.objects.filter(begins("name", text), level__in=levels)
        matching = names.select_related("division").order_by(Length("name"), "path")[: 2 * limit]
        return list({row.division_id: row.division for row in matching}.values())[:limit]
    rows = permitted(Division.objects.filter(level__in=levels, name__contains=text), user)
    return list(rows.order_by(Length("name"), "path")[:limit])


def hits_of(divisions: Iterable[Division], url: Callable[[Division], str]) -> list[Hit]:
    return [
        Hit(
            each.name,
            url(each),
            path=each.path,
            code=each.code,
            tags=(*(("已撤销",) if each.closed_on else ()),),
        )
        for each in divisions
    ]


def _find(term: Term, user: Any, limit: int) -> Found:
    found = find_divisions(term, user, UPPER_LEVELS, limit)
    return Found(hits_of(found, Division.get_absolute_url), min(len(found), COUNT_CAP + 1))


DIVISIONS = Provider("divisions", "区划", _find, unit="个", order=10, icon="sitemap")
