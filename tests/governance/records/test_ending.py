"""Ending, voiding and restoring with a reason, and showing personal data."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange.hooks import after_import
from governance.exchange.sheets import by_slug
from tests.factories import Tree
from tests.governance.records.makers import WOMAN, make_grid, make_member, make_person, make_worker, url


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


@pytest.fixture
def refreshed(monkeypatch) -> list[str]:
    """Paths whose results were refreshed."""
    paths: list[str] = []
    monkeypatch.setattr(after_import, "run", lambda some, on: paths.extend(some))
    return paths


def test_ending_sets_the_date_of_the_registry_and_says_why(tree: Tree, clerk, refreshed):
    member = make_member(tree.community)
    page = clerk.get(url("end", "members", member)).content.decode()
    assert "两委成员离任" in page and "离任日期" in page
    data = {"on": "2026年6月30日", "reason": "任期届满"}
    assert clerk.post(url("end", "members", member), data).status_code == 302
    member.refresh_from_db()
    assert (member.ended_on, member.version) == (date(2026, 6, 30), 2)
    event = Event.objects.get(object_type="cadres.twocommitteemember")
    assert (event.kind, event.reason, event.object_version) == (EventKind.END, "任期届满", 2)
    assert (event.before, event.after) == ({"ended_on": None}, {"ended_on": "2026-06-30"})
    assert refreshed == [tree.community.path]


def test_an_end_in_the_future_is_told_to_count_until_then(tree: Tree, clerk):
    grid = make_grid(tree.community)
    coming = timezone.localdate() + timedelta(days=40)
    data = {"on": coming.isoformat(), "reason": "网格调整"}
    text = clerk.post(url("end", "grids", grid), data, follow=True).content.decode()
    assert f"自 {coming} 起生效，此前仍计入在册" in text and "已撤销：" not in text
    bulk = {"bulk": "end", "pk": [make_grid(tree.community, number="02").pk], "confirm": "1", **data}
    text = clerk.post(reverse("records:bulk", args=["grids"]), bulk, follow=True).content.decode()
    assert f"已登记撤销：1 个，自 {coming} 起生效" in text


def test_ended_twice_it_ends_once(tree: Tree, clerk):
    grid = make_grid(tree.community)
    for _ in range(3):
        response = clerk.post(url("end", "grids", grid), {"on": "2026-06-30", "reason": "网格调整"})
        assert response.status_code == 302
    assert Event.objects.filter(kind=EventKind.END).count() == 1
    response = clerk.post(url("end", "grids", grid), {"on": "2026-07-30", "reason": "网格调整"})
    assert response.status_code == 422 and "已于 2026-06-30 撤销" in response.content.decode()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"on": "2023-01-01", "reason": "辞职"}, "on"),
        ({"on": "昨天", "reason": "辞职"}, "on"),
        ({"on": "2026-06-30", "reason": " "}, "reason"),
        ({"on": "2026-06-30", "reason": "无"}, "reason"),
    ],
)
def test_a_wrong_end_is_told_at_its_field(tree: Tree, clerk, data: dict[str, str], field: str):
    member = make_member(tree.community)
    response = clerk.post(url("end", "members", member), data)
    assert response.status_code == 422 and list(response.context["form"].errors) == [field]
    member.refresh_from_db()
    assert member.ended_on is None and member.version == 1


def test_voiding_takes_a_record_out_of_everything_and_restoring_brings_it_back(tree: Tree, clerk, refreshed):
    grid = make_grid(tree.community)
    assert clerk.post(url("void", "grids", grid), {"reason": ""}).status_code == 422
    for _ in range(2):
        assert clerk.post(url("void", "grids", grid), {"reason": "重复录入"}).status_code == 302
    grid.refresh_from_db()
    assert (grid.voided_on, grid.void_reason, grid.version) == (timezone.localdate(), "重复录入", 2)
    event = Event.objects.get(kind=EventKind.VOID)
    assert event.before == {"voided_on": None, "void_reason": ""}
    assert event.after["void_reason"] == event.reason == "重复录入"
    for _ in range(2):
        assert clerk.post(url("restore", "grids", grid), {"reason": "核实有效"}).status_code == 302
    grid.refresh_from_db()
    assert (grid.voided_on, grid.void_reason, grid.version) == (None, "", 3)
    event = Event.objects.get(kind=EventKind.CHANGE)
    assert event.before["void_reason"] == "重复录入" and event.after["voided_on"] is None
    assert refreshed == [tree.community.path] * 2


def test_a_record_is_not_restored_beside_a_valid_one_of_its_key(tree: Tree, clerk):
    grid = make_grid(tree.community, voided_on=date(2026, 1, 1), void_reason="误录")
    make_grid(tree.community)
    response = clerk.post(url("restore", "grids", grid), {"reason": "核实有效"})
    assert response.status_code == 422
    assert "本社区已有网格编号为“01”的有效记录，不能恢复" in response.content.decode()
    person = make_person()
    member = make_member(tree.community, person, voided_on=date(2026, 1, 1), void_reason="误录")
    make_member(tree.community, person, started_on=date(2025, 1, 1))
    response = clerk.post(url("restore", "members", member), {"reason": "核实有效"})
    assert response.status_code == 422 and "没有离任日期的记录" in response.content.decode()
    assert not Event.objects.filter(kind=EventKind.CHANGE).exists()


def test_a_community_is_neither_ended_nor_voided(tree: Tree, clerk):
    from communities.models import Community

    row = Community.objects.get(division=tree.community)
    for name in ("end", "void", "restore"):
        assert clerk.get(url(name, "communities", row)).status_code == 404
        assert clerk.post(url(name, "communities", row), {"reason": "撤销社区"}).status_code == 404
    page = clerk.get(url("change", "communities", row)).content.decode()
    assert "作废" not in page and "撤销" not in page


@pytest.mark.parametrize("name", ["end", "void", "restore", "move", "reveal"])
def test_foreign_is_missing_and_reading_is_not_enough(tree: Tree, clerk, client_of, name: str):
    foreign = make_member(tree.foreign_community)
    assert clerk.get(url(name, "members", foreign)).status_code == 404
    assert clerk.post(url(name, "members", foreign), {"reason": "试一试"}).status_code == 404
    own = make_member(tree.community, make_person("演示乙"))
    for role in (Role.COMMUNITY, Role.UPPER_READER, Role.DEPARTMENT):
        assert client_of(role).get(url(name, "members", own)).status_code == 403
        assert client_of(role).post(url(name, "members", own), {"reason": "试一试"}).status_code == 403
    own.refresh_from_db()
    assert own.version == 1


def test_personal_data_is_shown_for_a_reason_and_logged(tree: Tree, clerk):
    worker = make_worker(tree.community)
    address = url("reveal", "workers", worker)
    assert WOMAN not in clerk.get(address).content.decode()
    refused = clerk.post(address, {"reason": ""})
    assert refused.status_code == 422 and WOMAN not in refused.content.decode()
    assert not Event.objects.filter(kind=EventKind.REVEAL).exists()
    response = clerk.post(address, {"reason": "核对社保"})
    page = response.content.decode()
    assert response.status_code == 200 and response.headers["Cache-Control"] == "no-store"
    assert WOMAN in page and "13912345678" in page
    event = Event.objects.get(kind=EventKind.REVEAL)
    assert (event.reason, event.object_id, event.path) == ("核对社保", str(worker.pk), tree.community.path)
    assert event.detail == {"columns": ["身份证号", "手机号"]}
    assert WOMAN not in str(vars(event))
    assert by_slug("grids") is not None
    assert clerk.get(url("reveal", "grids", make_grid(tree.community))).status_code == 404
