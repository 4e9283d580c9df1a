"""Drafts: kept sealed without checks, offered again, gone once saved, purged after a month."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from governance.accounts.roles import Role
from governance.records import drafts
from governance.records.models import Draft, Submission
from tests.factories import Tree
from tests.governance.records.makers import WOMAN, make_grid, make_worker, typed, url

DRAFT = "/records/draft/"


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


def test_autosave_keeps_anything_and_answers_shortly(tree: Tree, clerk):
    grid = make_grid(tree.community)
    data = typed("grids", grid, households="三百", _draft=f"change:grids:{grid.pk}", _token="x", _reason="y")
    assert clerk.post(DRAFT, data).status_code == 204
    assert clerk.post(DRAFT, data | {"households": "三百二"}).status_code == 204
    draft = Draft.objects.get()
    fields = drafts.read(draft)
    assert fields["households"] == "三百二" and fields["_version"] == "1"
    assert draft.path == tree.community.path
    assert not {"_token", "_draft", "csrfmiddlewaretoken"} & set(fields)


def test_the_database_holds_no_readable_draft(tree: Tree, clerk):
    worker = make_worker(tree.community)
    clerk.post(DRAFT, typed("workers", worker, id_number=WOMAN, _draft=f"change:workers:{worker.pk}"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM records_draft")
        assert WOMAN not in cursor.fetchone()[0]


def test_the_form_offers_the_draft_and_shows_it(tree: Tree, clerk):
    grid = make_grid(tree.community)
    address = url("change", "grids", grid)
    response = clerk.post(
        DRAFT, typed("grids", grid, head="演示丁", _draft=f"change:grids:{grid.pk}", _page="1")
    )
    assert response.url == f"{address}?draft=1"
    page = clerk.get(address)
    assert "有未完成的草稿" in page.content.decode()
    assert page.context["form"]["head"].value() == ""
    loaded = clerk.get(address, {"draft": "1"})
    assert loaded.context["form"]["head"].value() == "演示丁"
    assert "已载入" in loaded.content.decode()


def test_a_draft_outlives_the_session(tree: Tree, clerk, user_of):
    grid = make_grid(tree.community)
    clerk.post(DRAFT, typed("grids", grid, head="演示丁", _draft=f"change:grids:{grid.pk}"))
    clerk.session.flush()
    assert clerk.post(DRAFT, {"_draft": f"change:grids:{grid.pk}"}).status_code == 401  # asks to sign in
    again = Client()
    again.force_login(user_of(Role.STREET_CLERK))
    form = again.get(url("change", "grids", grid), {"draft": "1"}).context["form"]
    assert form["head"].value() == "演示丁"


def test_a_draft_older_than_the_record_meets_the_conflict(tree: Tree, clerk, client_of):
    grid = make_grid(tree.community)
    address = url("change", "grids", grid)
    clerk.post(DRAFT, typed("grids", grid, households="320", _draft=f"change:grids:{grid.pk}"))
    client_of(Role.COUNTY_STAFF).post(address, typed("grids", grid, households="310"))
    form = clerk.get(address, {"draft": "1"}).context["form"]
    response = clerk.post(address, {field.name: field.value() or "" for field in form})
    assert response.status_code == 409


def test_saving_ends_the_draft_and_discarding_too(tree: Tree, clerk):
    grid = make_grid(tree.community)
    address, key = url("change", "grids", grid), f"change:grids:{grid.pk}"
    data = typed("grids", grid, head="演示丁")
    clerk.post(DRAFT, data | {"_draft": key})
    assert clerk.post(address, data).status_code == 302
    assert not Draft.objects.exists()
    clerk.post(DRAFT, data | {"_draft": key})
    assert clerk.post(DRAFT, {"_draft": key, "_discard": "1"}).url == address
    assert not Draft.objects.exists()


def test_a_new_record_has_a_draft_of_its_community(tree: Tree, clerk):
    key = f"add:grids:{tree.community.code}"
    clerk.post(DRAFT, {"_draft": key, "community_code": tree.community.code, "name": "第9网格"})
    address = url("add", "grids")
    page = clerk.get(address, {"area": tree.community.code, "draft": "1"})
    assert page.context["form"]["name"].value() == "第9网格"
    assert "有未完成的草稿" not in clerk.get(address).content.decode()
    data = {"number": "9", "name": "第9网格", "kind": "居民网格", "households": "1"}
    response = clerk.post(
        f"{address}?area={tree.community.code}", data | {"community_code": tree.community.code}
    )
    assert response.status_code == 302 and not Draft.objects.exists()


@pytest.mark.parametrize(
    "key", ["change:grids:0", "change:nothing:1", "x", "add:grids:610102001001", "void:grids:1"]
)
def test_keys_of_nothing_or_nobody_are_missing(tree: Tree, clerk, key: str):
    assert clerk.post(DRAFT, {"_draft": key, "name": "甲"}).status_code == 404
    assert not Draft.objects.exists()


def test_drafts_are_ones_own_and_for_those_who_may_write(tree: Tree, clerk, client_of):
    grid = make_grid(tree.community)
    foreign = make_grid(tree.foreign_community)
    assert clerk.post(DRAFT, {"_draft": f"change:grids:{foreign.pk}", "name": "甲"}).status_code == 404
    assert client_of(Role.COMMUNITY).post(DRAFT, {"_draft": f"change:grids:{grid.pk}"}).status_code == 403
    clerk.post(DRAFT, {"_draft": f"change:grids:{grid.pk}", "name": "甲"})
    other = client_of(Role.STREET_LEAD).get(url("change", "grids", grid), {"draft": "1"})
    assert other.context["form"]["name"].value() == "第1网格"


def test_far_too_much_is_not_kept(tree: Tree, clerk):
    grid = make_grid(tree.community)
    data = {"_draft": f"change:grids:{grid.pk}", "boundary": "1" * 300_000}
    assert clerk.post(DRAFT, data).status_code == 413
    assert not Draft.objects.exists()


def test_old_drafts_and_numbers_are_purged(tree: Tree, clerk, user_of):
    now = timezone.now()
    user = user_of(Role.STREET_CLERK)
    for days in (1, 31):
        saved = now - timedelta(days=days)
        Draft.objects.create(user=user, key=f"add:grids:{days}", data="{}", saved_at=saved)
        Submission.objects.create(user=user, token=f"{days:032}", made_at=saved)
    assert drafts.find(user, "add:grids:31") is None
    drafts.purge("2026-01-01", now)
    assert Draft.objects.get().key == "add:grids:1"
    assert Submission.objects.get().token == f"{1:032}"
