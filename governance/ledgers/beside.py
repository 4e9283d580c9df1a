"""The newest entry of a ledger, shown on another page of its subject (`beside` of the record type)."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import Scope
from governance.divisions.models import Division
from governance.ledgers.catalogue import Ledger
from governance.ledgers.models import LedgerEntry
from governance.ledgers.subjects import used_in


@dataclass(frozen=True)
class Beside:
    """A ledger with its newest entry for one subject, None where nothing was entered."""

    ledger: Ledger
    entry: LedgerEntry | None
    may_add: bool
    area: str

    @property
    def answer(self) -> str:
        """The status of the entry in words."""
        if self.entry is None:
            return "尚未录入"
        record = self.ledger.record
        choices = record.field(record.status).choices if record.status else {}
        return choices.get(self.entry.status, str(self.entry))

    @property
    def is_open(self) -> bool:
        """Whether something is still to do: nothing entered, or a status that does not count."""
        counted = {status for figure in self.ledger.record.figures for status in figure.status}
        settled = counted | set(self.ledger.record.done)
        return self.entry is None or self.entry.status not in settled

    @property
    def colour(self) -> str:
        """Green only for an answer that counts: a finished one may say that something must change."""
        if self.is_open or self.entry is None:
            return "amber"
        counted = {status for figure in self.ledger.record.figures for status in figure.status}
        return "green" if self.entry.status in counted else "blue"

    @property
    def url(self) -> str:
        if self.entry is not None:
            return reverse("records:detail", args=[self.ledger.slug, self.entry.pk])
        return f"{reverse('records:add', args=[self.ledger.slug])}?area={self.area}" if self.may_add else ""


def entries_beside(page: str, division: Division, scope: Scope) -> list[Beside]:
    """The ledgers that belong beside a page, in the order of their pack; none where no document asks."""
    level = [each for each in used_in([division.path]) if each.level == division.level]
    chosen = [each for each in level if each.record.beside == page and not each.record.restricted]
    newest: dict[str, LedgerEntry] = {}
    rows = LedgerEntry.objects.filter(
        division=division, code__in=[each.code for each in chosen], voided_on=None, ended_on=None
    )
    for row in rows.order_by("started_on", "pk") if chosen else ():
        newest[row.code] = row
    may_add = scope.may(Action.ADD, division.path)
    return [Beside(each, newest.get(each.code), may_add, division.code) for each in chosen]
