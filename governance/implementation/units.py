"""Which unit of a document a user works for, and who answers for a measure in a division."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.accounts.models import Unit, User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division, Level
from governance.divisions.paths import is_under
from governance.implementation.models import Undertaking, UnitName
from governance.policies.models import Measure, PolicyDocument
from governance.policies.models.documents import UnitRole


@dataclass(frozen=True)
class Responsible:
    """A unit that answers for a measure; `is_local`: given by the bureau, not by the document.

    `level`: a group that means every division of the level, each of which answers for itself.
    """

    name: str
    role: str
    is_group: bool = False
    is_local: bool = False
    level: int | None = None

    @property
    def role_label(self) -> str:
        return UnitRole(self.role).label


def applies(document: PolicyDocument, division: Division) -> bool:
    """Whether a document says anything about a division or about divisions below it."""
    place = document.jurisdiction.path
    return is_under(division.path, place) or is_under(place, division.path)


def responsibles(measure: Measure, undertakings: Iterable[Undertaking] = ()) -> list[Responsible]:
    """The units of a measure's task in the order of the document, then those given locally.

    `measure.task.units` and `undertakings` of the measure are expected to be read already.
    """
    found: dict[str, Responsible] = {}
    if measure.task is not None:
        for unit in sorted(measure.task.units.all(), key=lambda each: each.order):
            found.setdefault(unit.name, Responsible(unit.name, unit.role, unit.is_group, level=unit.level))
    for each in undertakings:
        if each.role and each.unit_name:
            found.setdefault(each.unit_name, Responsible(each.unit_name, each.role, is_local=True))
    return list(found.values())


def plain_names(unit: Unit) -> set[str]:
    """The unit's name, and as documents shorten it: 莲湖区民政局 is 区民政局 to its own district.

    A street office has no such short name: documents speak of all of them at once (各街办).
    """
    names = {unit.name}
    place = unit.division.name
    if place and place in unit.name and unit.division.level <= Level.COUNTY:
        names.add(unit.name[unit.name.index(place) + len(place) - 1 :])
    return names


def names_of(user: User) -> set[str]:
    """Every name by which documents call the unit of a user (one statement)."""
    if user.unit is None or user.unit.closed_on is not None:
        return set()
    named = UnitName.objects.filter(unit=user.unit).values_list("name", flat=True)
    return plain_names(user.unit) | set(named)


def own_divisions(user: User) -> list[Division]:
    """The divisions whose records a user keeps without reviewing them: they answer as one of a group."""
    scope = scope_of(user)
    return [
        each
        for each in scope.divisions
        if scope.may(Action.CHANGE, each.path) and not scope.may(Action.REVIEW_CASE, each.path)
    ]


def is_for_unit(document: PolicyDocument, unit: Unit | None) -> bool:
    """Whether a unit named by a document can be this one: it lies in the document's jurisdiction."""
    return unit is not None and is_under(unit.division.path, document.jurisdiction.path)


def reporting_names(
    user: User, division: Division, measure: Measure, units: Sequence[Responsible]
) -> list[str]:
    """For whom a user may report on a measure in a division; "" is the division itself.

    A department for its own units; whoever keeps the records of the division for the division, and the
    bureau that reviews also for every unit, as many have no account.
    """
    scope = scope_of(user)
    found: list[str] = []
    if scope.may(Action.CHANGE, division.path):
        found.append("")
    if scope.may(Action.REVIEW_CASE, division.path):
        return [*found, *(unit.name for unit in units if not unit.is_group)]
    if scope.may(Action.REPORT_OWN_MEASURES, division.path) and is_for_unit(measure.document, user.unit):
        mine = names_of(user)
        found += [unit.name for unit in units if unit.name in mine]
    return found
