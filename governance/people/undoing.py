"""Taking back what an import did to persons: their attributes, and which person a row belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from governance import bulk
from governance.exchange.importing.apply import StalePlan
from governance.exchange.importing.lines import Line
from governance.exchange.importing.link import Link
from governance.exchange.importing.session import chunks
from governance.people.joining import ATTRIBUTES, person_sheets
from governance.people.models import Person

_STALE = "有人员的信息在导入之后又被修改过"


def remember(link: Link, lines: Sequence[Line]) -> dict[str, Any]:
    """Attributes of the persons an import may change, and whose the rows are that it may join to others."""
    subjects = list({id(line.subject): line.subject for line in lines if line.subject is not None}.values())
    persons = {
        str(subject.person.pk): {name: getattr(subject.person, name) for name in ATTRIBUTES}
        for subject in subjects
        if subject.person is not None
    }
    absorbed = {pk for subject in subjects for pk in subject.absorbed}
    moved: dict[str, dict[str, int]] = {}
    for sheet in person_sheets(link):
        for some in chunks(sorted(absorbed)):
            rows = sheet.model._default_manager.valid().filter(person_id__in=some)
            moved.setdefault(sheet.name, {}).update(
                (str(pk), person) for pk, person in rows.values_list("pk", "person_id")
            )
    return {"persons": persons, "moved": moved}


def note(memory: dict[str, Any], lines: Sequence[Line]) -> None:
    """Keep only what was changed, old beside new."""
    now = {line.subject.person.pk: line.subject.person for line in lines if line.subject is not None}
    changed: dict[str, dict[str, list[Any]]] = {}
    for key, before in memory["persons"].items():
        person = now[int(key)]
        differing = {
            name: [old, getattr(person, name)] for name, old in before.items() if old != getattr(person, name)
        }
        if differing:
            changed[key] = differing
    memory["persons"] = changed


def take_back(memory: dict[str, Any]) -> dict[int, dict[str, tuple[Any, Any]]]:
    """Give persons their old attributes back; see `Link.take_back`."""
    # Imported here: services builds on this module.
    from governance.people.services import _COLUMNS, set_values

    wanted = {int(key): values for key, values in memory["persons"].items()}
    persons: list[Person] = []
    for some in chunks(sorted(wanted)):
        persons.extend(Person.objects.select_for_update().filter(pk__in=some).order_by("pk"))
    if len(persons) != len(wanted):
        raise StalePlan(_STALE)
    differences: dict[int, dict[str, tuple[Any, Any]]] = {}
    for person in persons:
        values = wanted[person.pk]
        if any(getattr(person, name) != new for name, (_, new) in values.items()):
            raise StalePlan(_STALE)
        differences[person.pk] = {name: (new, old) for name, (old, new) in values.items()}
        set_values(person, {name: old for name, (old, _) in values.items()})
    if persons:
        bulk.update(Person, persons, _COLUMNS)
    return differences
