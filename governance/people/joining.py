"""One human is one `Person`: which lines of a workbook are about the same one, and what they say of him."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from governance.exchange import sheets as registry
from governance.exchange.cells import Masked
from governance.exchange.importing.lines import Line
from governance.exchange.importing.link import Link
from governance.exchange.importing.session import Session, chunks
from governance.exchange.sheets import Sheet
from governance.people.identity import id_index, parse_id
from governance.people.matching import is_active
from governance.people.models import Person, Sex
from governance.people.widgets import BIRTH_DATE, ID_NUMBER, NAME, PHONE, SEX

ATTRIBUTES = {
    "name": NAME,
    "id_number": ID_NUMBER,
    "sex": SEX,
    "birth_date": BIRTH_DATE,
    "phone": PHONE,
}


@dataclass(slots=True, eq=False)
class Subject:
    """A human the file speaks of: the person known already (None: a new one) and the lines about him.

    `absorbed`: rows without ID number that turn out to be the same human as a person with one.
    """

    person: Person | None
    lines: list[Line] = field(default_factory=list)
    absorbed: set[int] = field(default_factory=set)
    new_index: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    """What the lines together say, by attribute of `Person`."""


def person_sheets(link: Link) -> list[Sheet]:
    return [sheet for sheet in registry.registered() if sheet.link is link]


def _number(line: Line) -> str:
    """A whole ID number given in the line, else empty."""
    number = line.values.get(ID_NUMBER)
    return number if number and not isinstance(number, Masked) else ""


class Joiner:
    """Finds the subjects of all lines, then brings together what the lines say of each."""

    def __init__(self, session: Session, link: Link, lines: Sequence[Line]) -> None:
        self.session = session
        self.lines = [line for line in lines if not line.faults and (line.stored or line.values.get(NAME))]
        self.sheets = person_sheets(link)
        self.subjects: list[Subject] = []
        self.of_person: dict[int, Subject] = {}
        self.of_index: dict[str, Subject] = {}
        self.of_name: dict[tuple[int, str], list[Subject]] = defaultdict(list)

    def join(self) -> None:
        self._read_persons()
        for line in self.lines:
            if line.stored is not None:
                self._join_stored(line)
        fresh = [line for line in self.lines if line.stored is None]
        for line in fresh:
            if _number(line):
                self._join_numbered(line)
        for line in fresh:
            if not _number(line):
                self._join_named(line)
        for subject in self.subjects:
            is_unused = subject.person is not None and subject.person.pk in self.unused
            Merger(subject, self.session.on, is_unused=is_unused).merge()
        find_overlaps(self.session, self.sheets, self.lines)

    def _read_persons(self) -> None:
        """Persons by ID number wherever they are registered, and by name in the communities of the file."""
        self.known: dict[str, Person] = {}
        indexes = {id_index(number) for line in self.lines if (number := _number(line))}
        for some in chunks(indexes):
            self.known.update(
                (person.id_index or "", person) for person in Person.objects.filter(id_index__in=some)
            )
        self.unused = self._without_rows({person.pk for person in self.known.values()})
        self.here: dict[tuple[int, str], dict[int, Person]] = defaultdict(dict)
        communities = {line.division.pk for line in self.lines if line.division}
        for sheet in self.sheets:
            rows = self.session.rows(sheet, communities)
            for community in communities:
                for row in rows[community]:
                    if is_active(row, self.session.on):
                        self.here[community, row.person.name][row.person_id] = row.person

    def _without_rows(self, persons: set[int]) -> set[int]:
        """Persons all of whose rows were voided (an import that was undone): their names may be wrong."""
        used: set[int] = set()
        for sheet in self.sheets:
            for some in chunks(sorted(persons)):
                rows = sheet.model._default_manager.valid().filter(person_id__in=some)
                used.update(rows.order_by().values_list("person_id", flat=True))
        return persons - used

    def _subject(self, person: Person) -> Subject:
        subject = self.of_person.get(person.pk)
        if subject is None:
            subject = self.of_person[person.pk] = Subject(person)
            self.subjects.append(subject)
        return subject

    def _add(self, subject: Subject, line: Line) -> None:
        subject.lines.append(line)
        line.subject = subject
        name = line.values.get(NAME) or (subject.person.name if subject.person else "")
        named = self.of_name[line.division.pk, name]  # type: ignore[union-attr]
        if subject not in named:
            named.append(subject)
        if number := _number(line):
            subject.new_index = id_index(number)
            self.of_index.setdefault(subject.new_index, subject)

    def _join_stored(self, line: Line) -> None:
        person = line.stored.person
        other = self.known.get(id_index(_number(line))) if _number(line) else None
        if other is None or other.pk == person.pk:
            self._add(self._subject(person), line)
            return
        subject = self._subject(other)
        if not person.id_number:
            subject.absorbed.add(person.pk)
        self._add(subject, line)

    def _join_numbered(self, line: Line) -> None:
        index = id_index(_number(line))
        if index in self.known:
            self._add(self._subject(self.known[index]), line)
            return
        subject = self.of_index.get(index)
        if subject is None:
            nameless = [
                each
                for each in self._candidates(line)
                if not each.new_index and not (each.person and each.person.id_number)
            ]
            subject = nameless[0] if len(nameless) == 1 else self._new()
        self._add(subject, line)

    def _join_named(self, line: Line) -> None:
        candidates = self._candidates(line)
        if len(candidates) > 1:
            text = f"本社区有 {len(candidates)} 名“{line.values[NAME]}”，请填写身份证号以区分。"
            line.fail(ID_NUMBER, text)
            return
        self._add(candidates[0] if candidates else self._new(), line)

    def _candidates(self, line: Line) -> list[Subject]:
        """Humans of that name in the community, of the rows and of the file."""
        at = line.division.pk, line.values[NAME]  # type: ignore[union-attr]
        found = {id(subject): subject for subject in self.of_name[at]}
        for person in self.here[at].values():
            subject = self._subject(person)
            found[id(subject)] = subject
        return list(found.values())

    def _new(self) -> Subject:
        subject = Subject(None)
        self.subjects.append(subject)
        return subject


class Merger:
    """What the lines of one subject say, brought together and put back into all of them."""

    def __init__(self, subject: Subject, on: date, *, is_unused: bool = False) -> None:
        self.subject = subject
        self.is_unused = is_unused
        self.on = on
        self.person = subject.person
        self.values: dict[str, Any] = {}

    def merge(self) -> None:
        if not self.subject.lines:
            return
        self._check_name()
        for attribute in ATTRIBUTES:
            self._gather(attribute)
        self._follow_number()
        self._check_birth_date()
        self.subject.values = self.values
        for line in self.subject.lines:
            self._put_back(line)

    def _stored(self, attribute: str) -> Any:
        return getattr(self.person, attribute) if self.person else ""

    def _check_name(self) -> None:
        """A person found by ID number alone must have the name that the line says, if any row bears it."""
        if self.person is None or self.is_unused:
            return
        own = any(
            line.stored is not None and line.stored.person_id == self.person.pk for line in self.subject.lines
        )
        for line in self.subject.lines:
            if _number(line) and not own and line.values.get(NAME) != self.person.name:
                line.fail(ID_NUMBER, "身份证号与姓名不符，请核对姓名和身份证号。")

    def _gather(self, attribute: str) -> None:
        name = ATTRIBUTES[attribute]
        given: dict[Any, list[Line]] = defaultdict(list)
        emptied = False
        for line in self.subject.lines:
            if name not in line.values:
                continue
            value = line.values[name]
            if isinstance(value, Masked):
                column = line.sheet.columns[name]
                if self.person is not None and str(value) == (column.render(self._stored(attribute)) or ""):
                    line.values[name] = self._stored(attribute)
            elif value:
                given[value].append(line)
            else:
                emptied = emptied or line.stored is not None
        if len(given) > 1:
            for value, lines in given.items():
                others = [line for other, some in given.items() if other != value for line in some]
                for line in lines:
                    line.fail(name, f"与{_places(others)}是同一人，{name}不同，请改成一致。")
        elif given:
            self.values[attribute] = next(iter(given))
        else:
            self.values[attribute] = "" if emptied else self._stored(attribute)

    def _follow_number(self) -> None:
        """Sex and birth date follow from the ID number: filled where empty, an error where they differ."""
        number = self.values.get("id_number") or ""
        if not number or isinstance(number, Masked):
            return
        is_new = number != self._stored("id_number")
        for attribute, said in _said(number).items():
            value = self.values.get(attribute, "")
            if not value or (value != said and is_new and self._came_from_old_number(attribute, said)):
                self.values[attribute] = said
            elif value != said:
                self._contradicts(attribute, said, is_new)

    def _came_from_old_number(self, attribute: str, said: str) -> bool:
        """Whether a value only followed from the number that is corrected now, and no cell says otherwise.

        Not every sheet has the column, so a clerk could not correct it beside the number.
        """
        old = self._stored("id_number")
        if not old or self.values[attribute] != _said(old)[attribute]:
            return False
        name = ATTRIBUTES[attribute]
        for line in self.subject.lines:
            cell = line.raw(name)
            if cell not in (None, "") and cell != line.sheet.columns[name].show(said):
                return False
        return True

    def _check_birth_date(self) -> None:
        born = self.values.get("birth_date") or ""
        if born == self._stored("birth_date") or born <= self.on.isoformat():
            return
        for line in self.subject.lines:
            if line.raw(BIRTH_DATE) not in (None, ""):
                line.fail(BIRTH_DATE, "出生日期晚于今天，请核对。")
            elif _number(line):
                line.fail(ID_NUMBER, "身份证号中的出生日期晚于今天，请核对。")

    def _contradicts(self, attribute: str, said: str, is_new: bool) -> None:
        name = ATTRIBUTES[attribute]
        # The number may be shown masked to this user: only the sex may be told from it.
        hint = f"（按身份证号应为{Sex(said).label}）" if attribute == "sex" else "中的出生日期"
        changed = self.values[attribute] != self._stored(attribute)
        for line in self.subject.lines:
            if changed and line.raw(name) not in (None, ""):
                line.fail(name, f"与身份证号{hint}不符，请核对。")
            elif not changed and is_new and _number(line):
                line.fail(ID_NUMBER, f"与已登记的{name}不符，请核对；身份证号无误的，请一并改正{name}。")

    def _put_back(self, line: Line) -> None:
        for attribute, value in self.values.items():
            column = line.sheet.columns.get(ATTRIBUTES[attribute])
            if column is None or isinstance(line.values.get(column.name), Masked):
                continue
            known = column.stored(line.stored) if line.stored is not None else ""
            if column.name in line.values or value != known:
                line.values[column.name] = value


def _said(number: str) -> dict[str, str]:
    """What an ID number says, by attribute of `Person`."""
    identity = parse_id(number)
    return {"sex": identity.sex, "birth_date": identity.birth_date.isoformat()}


def _places(lines: Iterable[Line]) -> str:
    places = [f"“{line.sheet.name}”第 {line.number} 行" for line in lines]
    return "、".join(places[:3]) + (" 等" if len(places) > 3 else "")


def find_overlaps(session: Session, sheets: Sequence[Sheet], lines: Sequence[Line]) -> None:
    """The same human twice in one sheet and community at the same time is an error on both lines."""
    groups: dict[tuple[str, int, int], list[Line]] = defaultdict(list)
    claimed = {(line.sheet.name, line.stored.pk) for line in lines if line.stored is not None}
    for line in lines:
        if line.subject is not None and line.division is not None:
            groups[line.sheet.name, line.division.pk, id(line.subject)].append(line)
    by_name = {sheet.name: sheet for sheet in sheets}
    for (name, community, _), same in groups.items():
        sheet = by_name[name]
        for index, line in enumerate(same):
            for other in same[index + 1 :]:
                if _overlap(sheet, line, other):
                    _tell_overlap(line, other)
                    _tell_overlap(other, line)
        person = same[0].subject.person
        opened = [line for line in same if line.final(sheet.end) is None]
        if person is None or not opened:
            continue
        for row in session.rows(sheet, ())[community]:
            if row.person_id == person.pk and row.ended_on is None and (name, row.pk) not in claimed:
                text = f"此人在本社区已有一条没有{sheet.end}的记录，请先填写其{sheet.end}。"
                opened[0].fail(NAME, text)


def _tell_overlap(line: Line, other: Line) -> None:
    text = f"与第 {other.number} 行是同一人且任期重叠，请只保留一行；同名的请都填写身份证号。"
    line.fail(NAME, text)


def _overlap(sheet: Sheet, one: Line, two: Line) -> bool:
    ends = one.final(sheet.end), two.final(sheet.end)
    if one.stored is not None and two.stored is not None:
        return ends == (None, None)
    begins = one.final(sheet.begin), two.final(sheet.begin)
    if None in begins:
        return True
    first, second = (0, 1) if begins[0] <= begins[1] else (1, 0)
    return ends[first] is None or ends[first] > begins[second]
