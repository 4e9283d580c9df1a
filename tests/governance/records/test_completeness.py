"""数据完整度: states, counts equal to lists, 确认为无 with its rights, a constant number of statements."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.models import Community
from communities.sheets import IMPORTANT
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.exchange import sheets
from governance.exchange.hooks import after_import
from governance.records.completeness.services import ROW_ADDED, confirm_empty, revoke_empty
from governance.records.completeness.states import State
from governance.records.completeness.tally import tally
from governance.records.models import EmptyConfirmation
from tests.factories import Tree, make_division
from tests.registry import add_grids, add_workers, fill_community

ClientOf = Callable[..., Client]
FULL = {
    **{name: 1 for name in IMPORTANT if name.startswith(("households", "population"))},
    **{name: "某路" for name in IMPORTANT if name.startswith("boundary")},
    "community_type": "urban",
    "party_org_kind": "branch",
    "founded_on": "2020-01-01",
}


@pytest.fixture
def clerk(user_of: Callable[..., User]) -> User:
    return user_of(Role.STREET_CLERK)


def sheet(slug: str) -> sheets.Sheet:
    found = sheets.by_slug(slug)
    assert found is not None
    return found


def whole(tree: Tree) -> object:
    return tally(paths=[tree.county.path], length=len(tree.county.path), on=today())[tree.county.path]


def test_a_registry_is_entered_empty_partial_or_missing(tree: Tree, clerk: User) -> None:
    fill_community(tree.community)
    fill_community(tree["610104001002"], **FULL)
    add_grids(tree.community, [{}, {}])
    add_grids(tree["610104002001"], [{"ended_on": today()}])
    confirm_empty(user=clerk, division=tree.community, sheet=sheet("compounds"))
    counted = whole(tree)
    assert counted.communities == 4
    assert (counted.count("communities", State.ENTERED), counted.count("communities", State.PARTIAL)) == (
        1,
        1,
    )
    assert counted.count("communities", State.MISSING) == 2
    assert (counted.done("grids"), counted.todo("grids")) == (1, 3), "an ended grid is there no more"
    assert counted.count("compounds", State.EMPTY) == 1
    assert counted.cells == 28 and counted.cells_done == 3
    assert counted.filled == 1 + len(IMPORTANT)


def test_closed_communities_are_not_asked(tree: Tree) -> None:
    add_grids(tree.community, [{}])
    tree.community.closed_on = today()
    tree.community.save()
    counted = whole(tree)
    assert counted.communities == 3 and counted.done("grids") == 0


def test_every_number_of_the_page_is_that_of_its_list(tree: Tree, client_of: ClientOf, clerk: User) -> None:
    fill_community(tree.community)
    add_grids(tree.community, [{}])
    confirm_empty(user=clerk, division=tree.community, sheet=sheet("members"))
    client = client_of(Role.COUNTY_STAFF)
    page = client.get("/completeness/")
    lines = page.context["lines"]
    assert [line.division for line in lines] == [tree.street, tree.other_street]
    seen = 0
    for cells in [*(line.cells for line in lines), page.context["whole_cells"]]:
        for left, url, _ in cells:
            if url:
                assert client.get(url).context["page"].total == left
                seen += 1
    assert seen > 10
    done = client.get("/completeness/?sheet=grids&state=done").context["page"]
    assert [row.name for row in done.rows] == [tree.community.name]
    assert client.get("/completeness/?state=done").context["page"].total == 0
    assert client.get("/completeness/?state=empty").context["page"].total == 1
    assert client.get("/completeness/?state=partial").context["page"].total == 1


def test_a_clerk_confirms_by_the_page_and_takes_it_back(tree: Tree, client_of: ClientOf) -> None:
    client = client_of(Role.STREET_CLERK)
    page = f"/completeness/{tree.community.code}/"
    url = f"{page}organisations/confirm/"
    for _ in range(2):
        answer = client.post(url, {"organisations-note": "经走访确无"}, follow=True)
        assert answer.status_code == 200 and "经走访确无" in answer.content.decode()
    word = EmptyConfirmation.objects.get()
    assert (word.sheet, word.path, word.revoked_at) == ("organisations", tree.community.path, None)
    assert Event.objects.filter(object_type="records.emptyconfirmation").count() == 1
    back = f"{page}organisations/revoke/"
    refused = client.post(back, {"organisations-reason": ""})
    assert refused.status_code == 422 and "请填写撤销原因" in refused.content.decode()
    assert client.post(back, {"organisations-reason": "登记有误"}).status_code == 302
    word.refresh_from_db()
    assert word.revoked_at is not None and word.reason == "登记有误"


def test_it_is_refused_where_rows_are_and_for_the_community_itself(tree: Tree, clerk: User) -> None:
    add_grids(tree.community, [{}])
    with pytest.raises(ValidationError, match="已有 1 个"):
        confirm_empty(user=clerk, division=tree.community, sheet=sheet("grids"))
    with pytest.raises(ValidationError, match="每个社区都有一条"):
        confirm_empty(user=clerk, division=tree.community, sheet=sheet("communities"))
    with pytest.raises(PermissionDenied):
        confirm_empty(user=clerk, division=tree["610104002001"], sheet=sheet("grids"))
    assert not EmptyConfirmation.objects.exists()


def test_a_row_takes_the_word_back(tree: Tree, clerk: User) -> None:
    confirm_empty(user=clerk, division=tree.community, sheet=sheet("workers"))
    confirm_empty(user=clerk, division=tree.community, sheet=sheet("grids"))
    add_workers(tree.community, 1)
    assert whole(tree).count("workers", State.EMPTY) == 0, "a row outweighs the word at once"
    after_import.run([tree.community.path], today())
    word = EmptyConfirmation.objects.get(sheet="workers")
    assert word.revoked_at is not None and word.reason == ROW_ADDED
    assert EmptyConfirmation.objects.valid().get().sheet == "grids"
    assert Event.objects.filter(kind="void", reason=ROW_ADDED).count() == 1


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.DEPARTMENT, Role.UPPER_READER])
def test_readers_see_and_change_nothing(tree: Tree, client_of: ClientOf, role: Role) -> None:
    client = client_of(role)
    page = client.get(f"/completeness/{tree.community.code}/")
    assert page.status_code == 200 and "确认为无</button>" not in page.content.decode()
    assert client.get("/completeness/").status_code == 200
    answer = client.post(f"/completeness/{tree.community.code}/grids/confirm/", {"grids-note": ""})
    assert answer.status_code == 403 and not EmptyConfirmation.objects.exists()


def test_a_foreign_community_is_missing(tree: Tree, client_of: ClientOf) -> None:
    client = client_of(Role.STREET_CLERK)
    code = tree.foreign_community.code
    assert client.get(f"/completeness/{code}/").status_code == 404
    assert client.post(f"/completeness/{code}/grids/confirm/").status_code == 404
    assert client.get("/completeness/").context["page"].total == 2


def test_revoking_what_is_not_there_changes_nothing(tree: Tree, clerk: User) -> None:
    revoke_empty(user=clerk, division=tree.community, sheet=sheet("grids"), reason="误")
    assert not Event.objects.filter(kind="void").exists()


def test_statements_do_not_grow(tree: Tree, client_of: ClientOf) -> None:
    client = client_of(Role.COUNTY_STAFF)
    client.get("/completeness/")

    def statements(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    before = statements("/completeness/")
    for number in range(3, 30):
        division = make_division(f"610104001{number:03d}", f"第{number}社区")
        Community.objects.create(division=division, path=division.path, area_type="urban")
        add_grids(division, [{}])
    Event.objects.create(
        kind="change", username="x", path=tree.community.path, object_type="grids.grid", at=timezone.now()
    )
    assert statements("/completeness/") == before <= 15
    assert statements(f"/completeness/{tree.community.code}/") <= 15
    assert statements("/completeness/?state=todo&sheet=grids") <= 15
