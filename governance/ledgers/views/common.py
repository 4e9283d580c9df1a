"""What the pages of ledgers share: the record types in view, and the division they are shown for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from governance.accounts.roles import Action
from governance.accounts.scope import Scope, scope_of
from governance.divisions.models import Division
from governance.ledgers.catalogue import Ledger, ledgers
from governance.ledgers.filters import LedgerFilter
from governance.ledgers.subjects import used_in


def find_ledger(slug: str, scope: Scope) -> Ledger:
    """A record type that is used in the user's scope; 404 for anything else."""
    ledger = ledgers().get(slug)
    if ledger is None or ledger not in used_in(scope.paths(Action.VIEW)):
        raise Http404
    return ledger


def may_read(ledger: Ledger, scope: Scope, path: str) -> bool:
    """Whether entries themselves are shown, not only their number."""
    return scope.may(Action.VIEW_PERSONS if ledger.record.restricted else Action.VIEW, path)


class InView:
    """The division chosen with `area`, else the user's own; and the record types used there."""

    def __init__(self, request: HttpRequest) -> None:
        self.scope = scope_of(request.user)
        paths = self.scope.paths(Action.VIEW)
        self.all = used_in(paths)
        self.form = LedgerFilter(request.GET, user=request.user, some=self.all)
        self.form.is_valid()
        self.division = self.form.area or self._own()
        self.ledgers = used_in([self.division.path]) if self.form.area else self.all

    def _own(self) -> Division:
        divisions = [each for each in self.scope.divisions if self.scope.may(Action.VIEW, each.path)]
        if not divisions:
            raise Http404
        return divisions[0]

    @property
    def path(self) -> str:
        return self.division.path

    @property
    def chosen(self) -> list[Ledger]:
        return self.form.chosen(self.ledgers)

    def context(self) -> dict[str, Any]:
        return {"filter_form": self.form, "division": self.division}
