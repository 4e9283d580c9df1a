"""The page of a record, its 修改痕迹, and what a community's page says of them."""

from datetime import date

import pytest
from django.urls import reverse

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange.sheets import by_slug
from governance.records import services
from governance.records.history import changes_of, entries, events_of
from tests.factories import Tree
from tests.governance.records.makers import (
    WOMAN,
    make_grid,
    make_member,
    make_person,
    make_worker,
    typed,
    url,
)


@pytest.fixture
def clerk(client_of):
    return client_of(Role.STREET_CLERK)


def text_of(client, name: str, slug: str, row) -> str:
    response = client.get(url(name, slug, row))
    assert response.status_code == 200
    return response.content.decode()


def test_a_record_shows_its_fields_masked_and_leads_to_its_community(tree: Tree, clerk):
    row = make_worker(tree.community)
    text = text_of(clerk, "detail", "workers", row)
    assert "演示甲" in text and "1****************0" in text and "139****5678" in text
    assert WOMAN not in text and "13912345678" not in text and "1984-02-29" not in text
    assert reverse("communities:detail", args=["610104001001"]) in text
    assert "在册" in text and "入职日期" in text and "2024-01-01" in text


def test_buttons_follow_the_state_and_the_rights(tree, clerk, client_of):
    row = make_member(tree.community)
    text = text_of(clerk, "detail", "members", row)
    for name in ("change", "end", "move", "void", "reveal", "history", "attach"):
        assert f'href="{url(name, "members", row)}"' in text, name
    assert "恢复" not in text
    reader = text_of(client_of(Role.UPPER_READER), "detail", "members", row)
    assert url("history", "members", row) in reader
    for name in ("change", "end", "move", "void", "reveal"):
        assert f'href="{url(name, "members", row)}"' not in reader, name


def test_an_ended_and_a_voided_record_say_who_when_and_why(tree, clerk, user_of):
    user, sheet = user_of(Role.STREET_CLERK), by_slug("grids")
    ended, voided = make_grid(tree.community), make_grid(tree.community, number="02")
    clerk.post(url("end", "grids", ended), {"on": "2026-06-30", "reason": "网格合并"})
    text = text_of(clerk, "detail", "grids", ended)
    assert "已结束" in text and "2026-06-30" in text and "网格合并" in text and "street_clerk 办理" in text
    assert url("end", "grids", ended) not in text
    services.void(user=user, sheet=sheet, row=voided, reason="重复录入")
    text = text_of(clerk, "detail", "grids", voided)
    assert "已作废" in text and "原因：重复录入" in text
    assert url("restore", "grids", voided) in text and url("change", "grids", voided) not in text


def test_other_records_of_the_person_inside_the_scope(tree, clerk, client_of):
    person = make_person("演示庚")
    row = make_member(tree.community, person)
    make_worker(tree["610104001002"], person)
    make_worker(tree.foreign_community, person)
    text = text_of(clerk, "detail", "members", row)
    assert "此人的其他记录" in text and "习武园社区" in text and "东新街社区" not in text
    assert "此人的其他记录" not in text_of(client_of(Role.COMMUNITY), "detail", "members", row), (
        "the community sees its own rows only"
    )


def test_foreign_is_missing_and_persons_need_their_right(tree, clerk, client_of):
    foreign = make_grid(tree.foreign_community)
    for name in ("detail", "history", "attach"):
        assert clerk.get(url(name, "grids", foreign)).status_code == 404
    assert clerk.get("/records/unknown/1/").status_code == 404
    member = make_member(tree.community)
    department = client_of(Role.DEPARTMENT)
    for name in ("detail", "history", "attach"):
        assert department.get(url(name, "members", member)).status_code == 403
    grid = make_grid(tree.community, head="演示辛")
    text = text_of(department, "detail", "grids", grid)
    assert "第1网格" in text and "演示辛" not in text


def test_history_names_fields_as_the_sheet_does_with_old_new_reason_and_origin(tree, clerk):
    row = make_grid(tree.community, party_org="")
    clerk.post(url("change", "grids", row), typed("grids", row, party_org="党支部", households="310"))
    clerk.post(url("void", "grids", row), {"reason": "重复录入"})
    clerk.post(url("restore", "grids", row), {"reason": "核实有效"})
    found = entries(list(events_of(row)))
    assert [entry.kind for entry in found] == ["恢复", "作废", "修改"]
    assert found[0].reason == "核实有效" and found[0].origin == "页面填写"
    changes = {change.label: (change.old, change.new) for change in found[2].changes}
    assert changes == {"户数": ("300", "310"), "党组织": ("（空）", "党支部")}
    text = text_of(clerk, "history", "grids", row)
    assert "党支部" in text and "核实有效" in text and "页面填写" in text and found[2].request_id in text
    assert text.index("恢复") < text.index(">修改</span>")


def test_history_keeps_personal_values_masked(tree, clerk):
    row = make_worker(tree.community)
    clerk.post(url("change", "workers", row), typed("workers", row, phone="13800001234", grade="4"))
    text = text_of(clerk, "history", "workers", row)
    assert "138****1234" in text and "13800001234" not in text
    assert "手机号" in text and "级别" in text


def test_an_import_is_named_with_its_file(tree, clerk, user_of):
    row = make_grid(tree.community)
    common = {"username": "street_clerk", "user_id": user_of(Role.STREET_CLERK).pk, "request_id": "AB-1"}
    own = {"object_type": "grids.grid", "object_id": str(row.pk), "path": row.path}
    Event.objects.create(
        kind=EventKind.CHANGE, before={"households": 1}, after={"households": 2}, **own, **common
    )
    Event.objects.create(kind=EventKind.IMPORT, detail={"file": "青年路.xlsx"}, **common)
    assert [entry.origin for entry in entries(list(events_of(row)))] == ["导入 青年路.xlsx"]


def test_values_are_shown_as_users_read_them(tree):
    event = Event(
        kind=EventKind.CHANGE,
        before={"boundary": {"type": "Polygon"}, "unknown": None, "kind": "residential"},
        after={"boundary": None, "unknown": True, "kind": "dedicated"},
    )
    changes = {each.label: (each.old, each.new) for each in changes_of(event, by_slug("grids"))}
    assert changes["边界"] == ("图形", "（空）")
    assert changes["网格类型"] == ("居民网格", "专属网格")
    assert changes["unknown"] == ("（空）", "是")


def test_history_has_pages(tree, clerk):
    row = make_grid(tree.community)
    Event.objects.bulk_create(
        Event(
            kind=EventKind.CHANGE,
            username="somebody",
            object_type="grids.grid",
            object_id=str(row.pk),
            path=row.path,
            before={"households": number},
            after={"households": number + 1},
        )
        for number in range(30)
    )
    first = text_of(clerk, "history", "grids", row)
    assert "共 30 条" in first and "<ins>30</ins>" in first and "<ins>1</ins>" not in first
    assert "<ins>1</ins>" in clerk.get(f"{url('history', 'grids', row)}?page=2").content.decode()


def test_the_page_of_a_community_leads_to_records_forms_lists_and_changes(tree, clerk, client_of):
    grid = make_grid(tree.community)
    clerk.post(url("change", "grids", grid), typed("grids", grid, households="310"))
    page = clerk.get(reverse("communities:detail", args=["610104001001"])).content.decode()
    assert url("detail", "grids", grid) in page
    assert f"{url('add', 'grids')}?area=610104001001" in page
    assert f"{url('list', 'grids')}?area=610104001001&amp;state=all" in page
    assert "最近修改" in page and "street_clerk" in page
    changes = reverse("communities:changes", args=["610104001001"])
    assert changes in page
    text = clerk.get(changes).content.decode()
    assert "网格“第1网格”" in text and "<ins>310</ins>" in text
    assert client_of(Role.STREET_CLERK, tree.other_street).get(changes).status_code == 404


def test_changes_of_persons_are_not_told_to_who_may_not_see_them(tree, clerk, client_of):
    member = make_member(tree.community)
    clerk.post(url("change", "members", member), typed("members", member, party_post="委员"))
    changes = reverse("communities:changes", args=["610104001001"])
    assert "演示甲" in clerk.get(changes).content.decode()
    assert "演示甲" not in client_of(Role.DEPARTMENT).get(changes).content.decode()


def test_heads_of_grids_are_not_told_by_history_to_who_may_not_see_persons(tree, clerk, client_of):
    grid = make_grid(tree.community, head="演示癸")
    clerk.post(url("change", "grids", grid), typed("grids", grid, head="演示子", households="310"))
    pages = [
        url("detail", "grids", grid),
        url("history", "grids", grid),
        reverse("communities:detail", args=["610104001001"]),
        reverse("communities:changes", args=["610104001001"]),
    ]
    for address in pages:
        assert "演示子" in clerk.get(address).content.decode(), address
        text = client_of(Role.DEPARTMENT).get(address).content.decode()
        assert "310" in text and "演示子" not in text and "演示癸" not in text, address


def test_a_community_has_no_record_page_but_a_history(tree, clerk):
    community = tree.community.community
    assert clerk.get(url("detail", "communities", community)).url == reverse(
        "communities:detail", args=["610104001001"]
    )
    data = typed("communities", community, area_type="城市", founded_on="2001-02-03")
    clerk.post(url("change", "communities", community), data)
    assert "2001-02-03" in text_of(clerk, "history", "communities", community)


def test_a_record_costs_few_statements_whatever_hangs_on_it(tree, clerk, django_assert_max_num_queries):
    person = make_person("演示壬")
    row = make_member(tree.community, person)
    for number in range(5):
        make_worker(
            tree["610104001002"],
            person,
            started_on=date(2010 + number, 1, 1),
            ended_on=date(2010 + number, 6, 1),
        )
    clerk.post(url("change", "members", row), typed("members", row, party_post="委员"))
    text_of(clerk, "detail", "members", row)
    with django_assert_max_num_queries(15):
        text_of(clerk, "detail", "members", row)
