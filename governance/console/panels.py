"""The console's own panels of the home page."""

from typing import Any

from django.http import HttpRequest

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.counts import counts_below
from governance.divisions.models import Level


def own_divisions(request: HttpRequest) -> dict[str, Any]:
    """The divisions the user may view, with the numbers of streets and communities in them."""
    scope = scope_of(request.user)
    divisions = [each for each in scope.divisions if scope.may(Action.VIEW, each.path)]
    below = counts_below(divisions)
    rows = [
        (each, below[each.pk].get(Level.STREET, 0), below[each.pk].get(Level.COMMUNITY, 0))
        for each in divisions
    ]
    return {"rows": rows}
