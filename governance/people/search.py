"""Finding persons through the rows that speak of them: by name, spelling or whole identity number.

A person is seen where a row of theirs lies inside the user's divisions, and by whoever may view persons.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.exchange.sheets import Sheet
from governance.people.identity import id_index
from governance.people.joining import person_sheets
from governance.people.services import PERSONS
from governance.web.search import COUNT_CAP, Found, Hit, Kind, Provider, Term, begins


def _condition(term: Term) -> Q | None:
    if term.kind is Kind.ID_NUMBER:
        return Q(person__id_index=id_index(term.value))
    if term.kind is Kind.LETTERS:
        return begins("person__initials", term.value) | begins("person__pinyin", term.value)
    if term.kind is Kind.TEXT:
        return Q(person__name__contains=term.value)
    return None


def _rows(sheet: Sheet, condition: Q, user: Any, limit: int) -> QuerySet:
    rows = permitted(sheet.model._default_manager.valid(), user, Action.VIEW_PERSONS)
    return (
        rows.filter(condition)
        .select_related("person", "division")
        .order_by("person__name", "path", "pk")[:limit]
    )


def _url(sheet: Sheet, row: Any) -> str:
    """The page of the row; the community's where there is none."""
    try:
        return reverse("records:detail", args=[sheet.slug, row.pk])
    except NoReverseMatch:
        return reverse("communities:detail", args=[row.division.code])


def _find(term: Term, user: Any, limit: int) -> Found:
    """One hit a person and community, one statement a sheet."""
    condition = _condition(term)
    if condition is None:
        return Found()
    today = timezone.localdate()
    found: dict[tuple[int, int], list[tuple[Sheet, Any]]] = {}
    for sheet in person_sheets(PERSONS):
        for row in _rows(sheet, condition, user, limit):
            found.setdefault((row.person_id, row.division_id), []).append((sheet, row))
    hits = [_hit(rows, today) for rows in found.values()]
    hits.sort(key=lambda hit: (hit.label != term.typed, len(hit.label), hit.path))
    return Found(hits[:limit], min(len(hits), COUNT_CAP + 1))


def _hit(rows: list[tuple[Sheet, Any]], today: Any) -> Hit:
    rows.sort(key=lambda pair: pair[1].ended_on is not None and pair[1].ended_on <= today)
    sheet, row = rows[0]
    over = row.ended_on is not None and row.ended_on <= today
    names = dict.fromkeys(each.name for each, _ in rows)
    return Hit(
        row.person.name,
        _url(sheet, row),
        path=row.path,
        note=row.division.name,
        tags=(*names, *((f"已{sheet.end.removesuffix('日期')}",) if over else ())),
    )


PEOPLE = Provider("people", "人员", _find, unit="人", order=30, action=Action.VIEW_PERSONS, icon="users")
