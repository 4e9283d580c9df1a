"""Two people with one record: the second sees both values, decides by field, and nothing is lost."""

import pytest

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from tests.factories import Tree
from tests.governance.records.makers import WOMAN, make_grid, make_worker, typed, url


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


@pytest.fixture
def staff(client_of):
    return client_of(Role.COUNTY_STAFF)


def resend(response, **more: str) -> dict[str, str]:
    """The conflict page sent back: its hidden fields and a decision."""
    context = response.context
    data = {name: str(text) for name, text in context["hidden"]}
    data |= {"_resolve": "1", "_clash": [clash.name for clash in context["clashes"]]}
    return data | more


def collide(tree: Tree, clerk, staff, **mine: str):
    """The county sets 310 households and a head; the clerk, whose form is older, sends hers."""
    grid = make_grid(tree.community)
    old = typed("grids", grid)
    assert (
        staff.post(url("change", "grids", grid), old | {"households": "310", "head": "演示丙"}).status_code
        == 302
    )
    return grid, clerk.post(url("change", "grids", grid), old | mine)


def test_the_second_sees_how_it_was_what_the_other_made_of_it_and_her_own(tree: Tree, clerk, staff):
    grid, response = collide(tree, clerk, staff, households="320", staff_count="2")
    assert response.status_code == 409
    (clash,) = response.context["clashes"]
    assert (clash.label, clash.base, clash.theirs, clash.mine) == ("户数", "300", "310", "320")
    grid.refresh_from_db()
    assert (grid.households, grid.version) == (310, 2)
    page = response.content.decode()
    assert "对方改为" in page and "您填写" in page


@pytest.mark.parametrize(
    ("decision", "households"),
    [
        ({"_choice_households": "mine"}, 320),
        ({"_choice_households": "theirs"}, 310),
        ({"_all": "mine", "_choice_households": "theirs"}, 320),
        ({"_all": "theirs", "_choice_households": "mine"}, 310),
    ],
)
def test_each_field_is_decided_and_all_other_changes_of_both_stay(
    tree: Tree, clerk, staff, decision: dict[str, str], households: int
):
    grid, response = collide(tree, clerk, staff, households="320", staff_count="2", _reason="核对")
    assert clerk.post(url("change", "grids", grid), resend(response, **decision)).status_code == 302
    grid.refresh_from_db()
    assert (grid.households, grid.head, grid.staff_count) == (households, "演示丙", 2)
    assert grid.version == 3 and Event.objects.filter(kind=EventKind.CHANGE).count() == 2
    assert Event.objects.latest("pk").reason == "核对"


def test_changes_of_different_fields_do_not_collide(tree: Tree, clerk, staff):
    grid, response = collide(tree, clerk, staff, staff_count="2")
    assert response.status_code == 302
    grid.refresh_from_db()
    assert (grid.households, grid.head, grid.staff_count) == (310, "演示丙", 2)


def test_back_in_the_form_stand_both_changes(tree: Tree, clerk, staff):
    grid, response = collide(tree, clerk, staff, households="320", staff_count="2")
    form = clerk.post(url("change", "grids", grid), resend(response, _back="1")).context["form"]
    values = {name: form[name].value() for name in ("households", "head", "staff_count", "_version")}
    assert values == {"households": "320", "head": "演示丙", "staff_count": "2", "_version": "2"}
    data = {field.name: field.value() or "" for field in form}
    assert clerk.post(url("change", "grids", grid), data).status_code == 302
    grid.refresh_from_db()
    assert (grid.households, grid.head, grid.staff_count) == (320, "演示丙", 2)


def test_a_third_change_while_deciding_is_a_new_conflict(tree: Tree, clerk, staff):
    grid, response = collide(tree, clerk, staff, households="320")
    decision = resend(response, _choice_households="mine")
    grid.refresh_from_db()
    staff.post(url("change", "grids", grid), typed("grids", grid, households="333"))
    again = clerk.post(url("change", "grids", grid), decision)
    assert again.status_code == 409
    (clash,) = again.context["clashes"]
    assert (clash.base, clash.theirs, clash.mine) == ("310", "333", "320")


def test_keeping_what_the_other_wrote_changes_nothing(tree: Tree, clerk, staff):
    grid, response = collide(tree, clerk, staff, households="320")
    page = clerk.post(url("change", "grids", grid), resend(response, _all="theirs"), follow=True)
    assert "没有改动" in page.content.decode()
    grid.refresh_from_db()
    assert grid.version == 2


def test_the_same_value_twice_is_no_conflict(tree: Tree, clerk, staff):
    _, response = collide(tree, clerk, staff, households="310")
    assert response.status_code == 302


def test_persons_collide_masked(tree: Tree, clerk, staff):
    worker = make_worker(tree.community)
    old = typed("workers", worker)
    staff.post(url("change", "workers", worker), old | {"phone": "13900001111"})
    response = clerk.post(url("change", "workers", worker), old | {"phone": "13800002222", "grade": "5"})
    assert response.status_code == 409
    (clash,) = response.context["clashes"]
    assert (clash.base, clash.theirs, clash.mine) == ("139****5678", "139****1111", "138****2222")
    assert WOMAN not in response.content.decode()
    clerk.post(url("change", "workers", worker), resend(response, _choice_phone="theirs"))
    worker.refresh_from_db()
    assert (worker.person.phone, worker.grade) == ("13900001111", 5)


def test_masks_of_an_older_form_do_not_collide(tree: Tree, clerk, staff):
    worker = make_worker(tree.community)
    old = typed("workers", worker)
    staff.post(url("change", "workers", worker), old | {"phone": "13900001111"})
    assert clerk.post(url("change", "workers", worker), old | {"grade": "5"}).status_code == 302
    worker.refresh_from_db()
    assert (worker.person.phone, worker.grade) == ("13900001111", 5)


def test_a_record_voided_meanwhile_is_not_changed(tree: Tree, clerk, staff):
    grid = make_grid(tree.community)
    old = typed("grids", grid)
    staff.post(url("void", "grids", grid), {"reason": "重复录入"})
    response = clerk.post(url("change", "grids", grid), old | {"households": "1"}, follow=True)
    assert "作废，不能修改" in response.content.decode()
    grid.refresh_from_db()
    assert grid.households == 300
