"""Writing persons in bulk: found or made, changed for all rows that speak of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F

from governance import bulk
from governance.audit.models import Event, EventKind
from governance.audit.services import build
from governance.exchange.importing.apply import StalePlan
from governance.exchange.importing.lines import Line
from governance.exchange.importing.session import Session, chunks
from governance.exchange.sheets import Sheet
from governance.people import matching, undoing
from governance.people.identity import id_index
from governance.people.joining import ATTRIBUTES, Joiner, Subject, person_sheets
from governance.people.models import Person

_COLUMNS = [*ATTRIBUTES, "id_index", "pinyin", "initials"]


def set_values(person: Person, values: dict[str, Any]) -> None:
    """Set attributes of a person; the blind index follows the ID number, the spelling the name."""
    for name, value in values.items():
        setattr(person, name, value)
    if "name" in values:
        person.spell()
    if "id_number" in values:
        person.id_index = id_index(person.id_number) if person.id_number else None


class PersonLink:
    """What the workbook's engine asks about sheets of persons."""

    field = "person"

    def match(self, session: Session, sheet: Sheet, lines: Sequence[Line]) -> None:
        matching.match(session, sheet, lines)

    def join(self, session: Session, lines: Sequence[Line]) -> None:
        Joiner(session, self, lines).join()

    def save(self, session: Session, lines: Sequence[Line]) -> None:
        """Make and change persons with a few statements, and set them on the rows."""
        subjects = list({id(line.subject): line.subject for line in lines}.values())
        _lock([subject.person for subject in subjects if subject.person is not None])
        made: list[Person] = []
        changed: list[Person] = []
        for subject in subjects:
            values = _values(subject, lines=[line for line in subject.lines if line.row is not None])
            if subject.person is None:
                subject.person = Person()
                set_values(subject.person, values)
                made.append(subject.person)
                continue
            before = {name: getattr(subject.person, name) for name in values}
            if before != values:
                set_values(subject.person, values)
                changed.append(subject.person)
        if made:
            bulk.insert(Person, made)
        if changed:
            bulk.update(Person, changed, _COLUMNS)
        for line in lines:
            line.row.person = line.subject.person

    def spread(self, session: Session, lines: Sequence[Line]) -> list[Event]:
        """Raise the version of the other rows of changed persons, and move rows of absorbed ones."""
        absorbed: dict[int, Any] = {
            pk: subject.person
            for subject in {id(line.subject): line.subject for line in lines}.values()
            for pk in subject.absorbed
        }
        written = {(line.sheet.name, line.row.pk) for line in lines}
        changes: dict[int, dict[str, tuple[Any, Any]]] = defaultdict(dict)
        for line in lines:
            if line.stored is not None:
                for change in line.writes:
                    if len(change.column.path) == 2:
                        changes[line.row.person_id][change.column.name] = (change.old, change.new)
        events: list[Event] = []
        for sheet in person_sheets(self):
            events.extend(self._spread(sheet, changes, absorbed, written))
        return events

    def remember(self, lines: Sequence[Line]) -> dict[str, Any]:
        return undoing.remember(self, lines)

    def note(self, memory: dict[str, Any], lines: Sequence[Line]) -> None:
        undoing.note(memory, lines)

    def take_back(self, memory: dict[str, Any]) -> dict[int, dict[str, tuple[Any, Any]]]:
        return undoing.take_back(memory)

    def _spread(
        self,
        sheet: Sheet,
        changes: dict[int, dict[str, tuple[Any, Any]]],
        absorbed: dict[int, Person],
        written: set[tuple[str, int]],
    ) -> Iterable[Event]:
        model = sheet.model._default_manager
        for some in chunks({*changes, *absorbed}):
            rows = [
                row
                for row in model.valid().filter(person_id__in=some).select_related("person")
                if (sheet.name, row.pk) not in written
            ]
            touched = []
            for row in rows:
                target = absorbed.get(row.person_id, row.person)
                before, after = {}, {}
                for name, (old_value, new_value) in changes.get(target.pk, {}).items():
                    if column := sheet.columns.get(name):
                        before[column.history_key] = column.history(old_value)
                        after[column.history_key] = column.history(new_value)
                if after or row.person_id in absorbed:
                    touched.append((row, before, after))
            pks = [row.pk for row, _, _ in touched]
            model.filter(pk__in=pks).update(version=F("version") + 1)
            for old, person in absorbed.items():
                model.filter(person_id=old).update(person=person)
            for row, before, after in touched:
                row.version += 1
                yield build(EventKind.CHANGE, obj=row, before=before, after=after)


def _values(subject: Subject, *, lines: Sequence[Line]) -> dict[str, Any]:
    """The values to be set: the changes to be carried out, and what no column of these sheets shows."""
    shown = {name for line in lines for name in line.sheet.columns}
    unseen = {
        name: value for name, value in subject.values.items() if value and ATTRIBUTES[name] not in shown
    }
    return unseen | {
        change.column.path[1]: change.new
        for line in lines
        for change in line.writes
        if len(change.column.path) == 2
    }


def _lock(persons: Sequence[Person]) -> None:
    """Lock persons and see that they still are what the plan was made from."""
    by_id = {person.pk: person for person in persons}
    for some in chunks(sorted(by_id)):
        rows = Person.objects.select_for_update().filter(pk__in=some).order_by("pk")
        found = 0
        for row in rows:
            found += 1
            known = by_id[row.pk]
            if any(getattr(row, name) != getattr(known, name) for name in ATTRIBUTES):
                raise StalePlan("数据刚刚被他人修改，请重新预览。")
        if found != len(some):
            raise StalePlan("数据刚刚被他人修改，请重新预览。")


PERSONS = PersonLink()
"""The one link of all sheets of persons."""
