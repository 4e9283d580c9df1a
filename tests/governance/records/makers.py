"""Rows and form data for the tests of the registries' pages."""

from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from cadres.models import CommunityWorker, TwoCommitteeMember
from governance.divisions.models import Division
from governance.exchange.sheets import by_slug
from governance.people.models import Person
from governance.people.services import set_values
from governance.records.forms import cell_text
from grids.models import Grid

WOMAN = "110105198402290020"
"""Well made, not in use: born 29 February 1984, female."""


def make_grid(division: Division, **fields: Any) -> Grid:
    first = {"number": "01", "name": "第1网格", "kind": "residential", "households": 300}
    return Grid.objects.create(division=division, **first | fields)


def make_person(name: str = "演示甲", **values: Any) -> Person:
    person = Person(name=name)
    set_values(person, values)
    person.save()
    return person


def make_worker(division: Division, person: Person | None = None, **fields: Any) -> CommunityWorker:
    person = person or make_person(
        id_number=WOMAN, sex="female", birth_date="1984-02-29", phone="13912345678"
    )
    first = {"started_on": date(2024, 1, 1), "post": "general", "grade": 3}
    return CommunityWorker.objects.create(division=division, person=person, **first | fields)


def make_member(division: Division, person: Person | None = None, **fields: Any) -> TwoCommitteeMember:
    person = person or make_person(id_number=WOMAN, sex="female", birth_date="1984-02-29")
    first = {"started_on": date(2024, 1, 1), "is_fulltime": True, "counts_toward_quota": True}
    return TwoCommitteeMember.objects.create(division=division, person=person, **first | fields)


def url(name: str, slug: str, row: Any = None) -> str:
    return reverse(f"records:{name}", args=[slug] if row is None else [slug, row.pk])


def typed(slug: str, row: Any, **changes: str) -> dict[str, str]:
    """The fields of a record's form as the browser would send them, some of them changed."""
    sheet = by_slug(slug)
    fields = {name: cell_text(column, row) for name, column in sheet.resource.fields.items() if column.path}
    return fields | {"_version": str(row.version)} | changes


def token_of(client: Client, address: str) -> str:
    """The number of the form that a page gives out."""
    return client.get(address).context["form"].initial["_token"]
