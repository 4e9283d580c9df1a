"""Finding communities, by their official names and by those people use."""

from typing import Any

from django.urls import reverse

from communities.models import Community
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.console.search import find_divisions, hits_of
from governance.divisions.models import Division, Level
from governance.web.search import COUNT_CAP, Found, Kind, Provider, Term


def _url(division: Division) -> str:
    return reverse("communities:detail", args=[division.code])


def _by_usual_name(text: str, user: Any, limit: int) -> list[Division]:
    """Usual names are kept where they differ from the official ones; not searched over the whole country."""
    if "" in scope_of(user).paths(Action.VIEW):
        return []
    rows = permitted(Community.objects.valid(), user).filter(usual_name__contains=text)
    return [row.division for row in rows.select_related("division").order_by("path")[:limit]]


def _find(term: Term, user: Any, limit: int) -> Found:
    found = find_divisions(term, user, (Level.COMMUNITY,), limit)
    if term.kind is Kind.TEXT:
        known = {each.pk for each in found}
        usual = _by_usual_name(term.value, user, limit)
        found = [*found, *(each for each in usual if each.pk not in known)][:limit]
    return Found(hits_of(found, _url), min(len(found), COUNT_CAP + 1))


COMMUNITIES = Provider("communities", "社区", _find, unit="个", order=20, icon="building-community")
