"""The list of every registry: scope, columns, filter, what of persons is shown, and rows ticked."""

from datetime import date

import pytest
from django.urls import reverse

from communities.models import Compound
from governance.accounts.models import ListPreference
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange import sheets
from governance.records import tables
from grids.models import Grid
from tests.factories import Tree
from tests.governance.records.makers import WOMAN, make_grid, make_member, make_person, make_worker

SLUGS = ["grids", "members", "workers", "facilities", "compounds", "organisations"]


def shown(client, slug: str, query: str = "") -> str:
    response = client.get(reverse("records:list", args=[slug]) + query)
    assert response.status_code == 200
    return response.content.decode()


def body(text: str) -> str:
    return text.partition("<tbody>")[2].partition("</tbody>")[0]


@pytest.fixture
def grids(tree: Tree) -> Tree:
    make_grid(tree.community, number="01", name="一号网格", households=300)
    make_grid(tree.community, number="02", name="旧网格", ended_on=date(2024, 1, 1))
    make_grid(tree["610104002001"], number="03", name="三号网格", kind="villager_group", households=100)
    make_grid(tree["610104002001"], number="04", name="误录网格", voided_on=date(2024, 5, 1))
    make_grid(tree.foreign_community, number="05", name="外区网格")
    return tree


def test_every_sheet_has_a_table_and_a_place_in_the_menu(tree, client_of):
    assert {sheet.slug for sheet in sheets.registered()} == {table.slug for table in tables.registered()}
    text = client_of(Role.COUNTY_STAFF).get("/").content.decode()
    menu = text.partition('aria-label="主菜单"')[2].partition("</nav>")[0]
    labels = ["社区", "网格", "两委成员", "社区工作者", "服务设施", "小区", "社会组织"]
    places = [menu.index(f">{label}<") for label in labels]
    assert places == sorted(places)


@pytest.mark.parametrize("slug", SLUGS)
def test_an_empty_list_says_what_to_do(tree, client_of, slug):
    text = shown(client_of(Role.STREET_CLERK), slug)
    assert "辖区内没有在册的" in text and "新增" in text
    actions = ["新增", "批量导入", "下载模板", "导出 Excel"]
    bar = text.partition('<div class="bar">')[2]
    assert [bar.index(each) for each in actions] == sorted(bar.index(each) for each in actions)


def test_rows_are_scoped_in_path_order_and_in_force(grids, client_of):
    text = shown(client_of(Role.COUNTY_STAFF), "grids")
    table = body(text)
    assert table.index("一号网格") < table.index("三号网格")
    assert not any(name in table for name in ("旧网格", "误录网格", "外区网格"))
    assert "共 2 条" in text
    own = body(shown(client_of(Role.COMMUNITY), "grids"))
    assert "一号网格" in own and "三号网格" not in own


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?state=ended", {"旧网格"}),
        ("?state=void", {"误录网格"}),
        ("?state=all", {"一号网格", "旧网格", "三号网格", "误录网格"}),
        ("?on=2023-12-31", {"一号网格", "旧网格", "三号网格"}),
        ("?area=610104002", {"三号网格"}),
        ("?area=610104002001&state=all", {"三号网格", "误录网格"}),
        ("?q=三号", {"三号网格"}),
        ("?q=01", {"一号网格"}),
        ("?kind=villager_group", {"三号网格"}),
        ("?party_org=none", {"一号网格", "三号网格"}),
        ("?state=ended&ended_from=2024-01-01&ended_to=20240101", {"旧网格"}),
        ("?state=ended&ended_from=2024-01-02", set()),
    ],
)
def test_list_is_filtered(grids, client_of, query, names):
    table = body(shown(client_of(Role.COUNTY_STAFF), "grids", query))
    every = {"一号网格", "旧网格", "三号网格", "误录网格", "外区网格"}
    assert {name for name in every if name in table} == names


def test_yes_and_no_and_dates_of_a_registry_are_filtered(tree, client_of):
    make_member(tree.community, make_person("演示乙"), is_fulltime=False, started_on=date(2020, 5, 1))
    make_member(tree.community, make_person("演示丙"), heads_supervision=True)
    client = client_of(Role.STREET_CLERK)
    assert "演示乙" in body(shown(client, "members", "?is_fulltime=no"))
    assert "演示丙" not in body(shown(client, "members", "?is_fulltime=no"))
    assert "演示丙" in body(shown(client, "members", "?heads_supervision=yes"))
    assert "演示乙" in body(shown(client, "members", "?heads_supervision=none&began_to=2020-12-31"))
    assert "演示丙" not in body(shown(client, "members", "?began_to=2020-12-31"))


def test_rows_are_ordered_by_a_column(grids, client_of):
    table = body(shown(client_of(Role.COUNTY_STAFF), "grids", "?sort=households"))
    assert table.index("三号网格") < table.index("一号网格")


def test_persons_are_masked_and_leave_by_print_with_a_name(tree, client_of):
    make_worker(tree.community)
    text = shown(client_of(Role.STREET_CLERK), "workers")
    assert WOMAN not in text and "13912345678" not in text and "1984" not in body(text)
    assert "1****************0" in text and "139****5678" in text
    assert "street_clerk" in text.partition('class="mark"')[2]


def test_a_number_typed_for_a_name_is_refused_and_not_kept(tree, client_of):
    text = shown(client_of(Role.STREET_CLERK), "workers", f"?q={WOMAN}")
    assert "这里只按姓名查找" in text
    assert not ListPreference.objects.exists()


def test_who_may_not_see_persons_gets_counts_by_street(tree, client_of):
    make_member(tree.community, make_person("演示丁"))
    make_member(tree["610104002001"], make_person("演示戊"), is_fulltime=False)
    text = shown(client_of(Role.DEPARTMENT), "members", "?q=演示丁")
    assert "演示丁</" not in text and "演示戊" not in text
    assert "青年路街道" in body(text) and "北院门街道" in body(text), "a name filters nothing"
    assert "您的角色只看人数" in text
    by_community = shown(client_of(Role.DEPARTMENT), "members", "?area=610104001")
    assert "莲湖路社区" in body(by_community) and "北院门" not in body(by_community)


def test_who_may_not_see_persons_sees_no_heads_of_grids(tree, client_of):
    make_grid(tree.community, head="演示己")
    text = shown(client_of(Role.DEPARTMENT), "grids")
    assert "第1网格" in text and "演示己" not in text and "网格长" not in text


def test_readers_get_no_buttons_to_write(grids, client_of):
    text = shown(client_of(Role.UPPER_READER), "grids")
    assert "批量导出" in text
    assert not any(word in text for word in ("批量结束", "批量作废", "> 新增", "修改</a>"))


def test_the_list_of_communities_has_its_own_page(tree, client_of):
    response = client_of(Role.STREET_CLERK).get(reverse("records:list", args=["communities"]))
    assert response.url == reverse("communities:list")
    assert client_of(Role.STREET_CLERK).get("/records/unknown/").status_code == 404


def test_all_rows_of_a_page_are_ticked_without_javascript(grids, client_of):
    client = client_of(Role.COUNTY_STAFF)
    assert body(shown(client, "grids")).count(" checked") == 0
    assert body(shown(client, "grids", "?select=page")).count(" checked") == 2


def bulk(client, slug: str, **data):
    return client.post(reverse("records:bulk", args=[slug]), data)


def test_ticked_rows_end_together(grids, client_of):
    client = client_of(Role.COUNTY_STAFF)
    rows = list(Grid.objects.filter(number__in=["01", "03"]))
    data = {"bulk": "end", "pk": [row.pk for row in rows], "back": "/records/grids/?kind=villager_group"}
    asked = bulk(client, "grids", **data)
    assert "一号网格" in asked.content.decode() and "确认撤销 2 个" in asked.content.decode()
    assert "可从常用说法中选择" in asked.content.decode() and 'value="拆迁"' in asked.content.decode()
    done = bulk(client, "grids", **data, confirm="1", on="2026-06-30", reason="网格调整")
    assert (done.status_code, done.url) == (302, "/records/grids/?kind=villager_group")
    assert {row.ended_on for row in Grid.objects.filter(pk__in=data["pk"])} == {date(2026, 6, 30)}
    events = Event.objects.filter(kind=EventKind.END)
    assert [event.reason for event in events] == ["网格调整", "网格调整"]
    bulk(client, "grids", **data, confirm="1", on="2026-06-30", reason="网格调整")
    assert events.count() == 2, "asked twice, ended once"


def test_one_row_that_cannot_end_stops_all_and_is_named(grids, client_of):
    ids = list(Grid.objects.filter(number__in=["01", "02"]).values_list("pk", flat=True))
    answer = bulk(
        client_of(Role.COUNTY_STAFF),
        "grids",
        bulk="end",
        pk=ids,
        confirm="1",
        on="2026-06-30",
        reason="网格调整",
    )
    assert answer.status_code == 422
    assert "已于 2024-01-01 撤销" in answer.content.decode()
    assert "全部没有保存" in answer.content.decode()
    assert Grid.objects.get(number="01").ended_on is None


def test_ticked_rows_are_voided_together_and_a_reason_is_needed(tree, client_of):
    client = client_of(Role.STREET_CLERK)
    for name in ("甲", "乙"):
        Compound.objects.create(division=tree.community, name=name, households=10)
    ids = list(Compound.objects.values_list("pk", flat=True))
    missing = bulk(client, "compounds", bulk="void", pk=ids, confirm="1", reason="")
    assert missing.status_code == 422 and "请写明原因" in missing.content.decode()
    assert bulk(client, "compounds", bulk="void", pk=ids, confirm="1", reason="重复录入").status_code == 302
    assert set(Compound.objects.values_list("void_reason", "version")) == {("重复录入", 2)}
    assert Event.objects.filter(kind=EventKind.VOID).count() == 2


def test_foreign_rows_are_as_missing_and_readers_are_refused(grids, client_of):
    foreign = Grid.objects.get(number="05")
    own = Grid.objects.get(number="01")
    clerk = client_of(Role.STREET_CLERK)
    assert bulk(clerk, "grids", bulk="void", pk=[foreign.pk]).status_code == 404
    assert bulk(clerk, "grids", bulk="void", pk=["x"]).status_code == 302
    reader = client_of(Role.UPPER_READER)
    assert bulk(reader, "grids", bulk="void", pk=[own.pk], confirm="1", reason="重复录入").status_code == 403
    assert not Grid.objects.filter(pk=own.pk).exclude(voided_on=None).exists()
