"""Moving a person to another community without typing anything again."""

from datetime import date

import pytest

from cadres.models import CommunityWorker, TwoCommitteeMember
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.people.models import Person
from tests.factories import Tree
from tests.governance.records.makers import WOMAN, make_grid, make_member, make_person, make_worker, url

THERE = "610104001002"


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


def filled(client, slug: str, row, **changes: str) -> dict[str, str]:
    """The form as the page gives it out, with a community chosen and some fields changed."""
    form = client.get(url("move", slug, row)).context["form"]
    data = {field.name: str(field.value() or "") for field in form}
    return data | {"community_code": THERE, "moved_on": "2026-07-01"} | changes


def test_the_old_record_ends_and_a_new_one_begins_with_the_same_person(tree: Tree, clerk):
    worker = make_worker(tree.community)
    data = filled(clerk, "workers", worker, grade="5", _reason="工作需要")
    assert data["id_number"] == "1****************0" and data["post"] == "一般"
    assert "started_on" not in data and "ended_on" not in data
    response = clerk.post(url("move", "workers", worker), data)
    assert response.status_code == 302
    worker.refresh_from_db()
    new = CommunityWorker.objects.exclude(pk=worker.pk).get()
    assert (worker.ended_on, worker.version, worker.grade) == (date(2026, 7, 1), 2, 3)
    assert (new.division, new.started_on, new.ended_on) == (tree[THERE], date(2026, 7, 1), None)
    assert (new.grade, new.post, new.person) == (5, "general", worker.person)
    person = Person.objects.get()
    assert (person.id_number, person.phone, person.birth_date) == (WOMAN, "13912345678", "1984-02-29")
    end, begin = Event.objects.filter(object_type="cadres.communityworker").order_by("pk")
    assert (end.kind, end.reason) == (EventKind.END, "调往习武园社区：工作需要")
    assert (begin.kind, begin.reason) == (EventKind.CREATE, "由莲湖路社区调入：工作需要")
    assert (end.detail["moved_to"], begin.detail["moved_from"]) == (THERE, tree.community.code)
    assert WOMAN not in str(begin.after)


def test_a_person_without_number_stays_one_person(tree: Tree, clerk):
    member = make_member(tree.community, make_person())
    assert clerk.post(url("move", "members", member), filled(clerk, "members", member)).status_code == 302
    assert Person.objects.count() == 1
    assert TwoCommitteeMember.objects.filter(person=member.person).count() == 2


def test_what_is_corrected_on_the_way_is_corrected_for_the_person(tree: Tree, clerk):
    member = make_member(tree.community, make_person())
    data = filled(clerk, "members", member, id_number=WOMAN, name="演示乙")
    assert clerk.post(url("move", "members", member), data).status_code == 302
    person = Person.objects.get()
    assert (person.name, person.id_number, person.sex) == ("演示乙", WOMAN, "female")
    assert TwoCommitteeMember.objects.filter(person=person).count() == 2


def test_sent_twice_it_moves_once(tree: Tree, clerk):
    worker = make_worker(tree.community)
    data = filled(clerk, "workers", worker)
    for _ in range(3):
        assert clerk.post(url("move", "workers", worker), data).status_code == 302
    assert CommunityWorker.objects.count() == 2
    assert Event.objects.filter(kind__in=[EventKind.END, EventKind.CREATE]).count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"community_code": ""}, "community_code", "请选择社区"),
        ({"community_code": "610104001001"}, "community_code", "与现在的社区相同"),
        ({"community_code": "610102001001"}, "community_code", "没有找到"),
        ({"moved_on": "2023-07-01"}, "moved_on", "不能早于入职日期"),
        ({"moved_on": ""}, "moved_on", "请填写调动日期"),
        ({"grade": "19"}, "grade", "不能大于 18 级"),
    ],
)
def test_errors_stand_at_their_fields_and_nothing_is_saved(
    tree: Tree, clerk, changes: dict[str, str], field: str, text: str
):
    worker = make_worker(tree.community)
    response = clerk.post(url("move", "workers", worker), filled(clerk, "workers", worker, **changes))
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert set(errors) == {field} and text in errors[field][0]
    worker.refresh_from_db()
    assert worker.version == 1 and CommunityWorker.objects.count() == 1


def test_who_is_there_already_is_not_moved_there_again(tree: Tree, clerk):
    worker = make_worker(tree.community)
    make_worker(tree[THERE], worker.person)
    response = clerk.post(url("move", "workers", worker), filled(clerk, "workers", worker))
    assert response.status_code == 422 and "本社区已有" in response.content.decode()
    worker.refresh_from_db()
    assert worker.ended_on is None


def test_only_persons_in_office_are_moved(tree: Tree, clerk):
    assert clerk.get(url("move", "grids", make_grid(tree.community))).status_code == 404
    member = make_member(tree.community, ended_on=date(2025, 1, 1))
    assert clerk.get(url("move", "members", member)).status_code == 302
