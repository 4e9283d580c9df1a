"""The frame and the generic pages, asked through the whole stack."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from governance.accounts.roles import Action, Role
from governance.web import menu, panels
from governance.web.menu import MenuItem

pytestmark = [pytest.mark.urls("tests.governance.web.urls"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def sample_menu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(menu, "_items", {})
    monkeypatch.setattr(menu, "_groups", {})
    cache.clear()
    menu.register(MenuItem("工作台", "console:home", "home", None, 0))
    menu.register_group("基础台账", "building-community", 10)
    menu.register(MenuItem("行政区划", "list", "sitemap", Action.VIEW, 1, "基础台账", lambda request: 12))
    menu.register(MenuItem("审计", "audit", "shield-check", Action.READ_AUDIT, 90))
    yield
    cache.clear()


def test_frame_names_user_role_scope_unit_and_menu(sign_in: Callable[..., Client]) -> None:
    text = sign_in(Role.STREET_CLERK, "甲街道").get("/").content.decode()
    for words in (
        "某区民政局",
        "李晓梅 · 街道录入员",
        "数据范围：甲街道",
        "基础台账",
        "已保存。",
        "跳到主要内容",
    ):
        assert words in text
    assert '<span class="cnt">12<' in text
    assert "审计" not in text
    assert text.count('aria-current="page"') == 1
    assert 'action="/logout/"' in text and 'method="post"' in text


def test_many_grants_are_summed_up(sign_in: Callable[..., Client]) -> None:
    text = sign_in(Role.COMMUNITY, "甲1社区", "甲2社区", "甲3社区", "乙1社区").get("/").content.decode()
    assert "甲1社区、甲2社区、甲3社区 等 4 个" in text


def test_frame_costs_few_statements(
    sign_in: Callable[..., Client], django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = sign_in(Role.STREET_CLERK, "甲街道")
    client.get("/")
    with django_assert_max_num_queries(4):
        client.get("/")


def test_font_size_follows_the_cookie(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.STREET_CLERK, "甲街道")
    assert 'data-fs="m"' in client.get("/").content.decode()
    client.cookies["font-size"] = "xl"
    assert 'data-fs="xl"' in client.get("/").content.decode()
    client.cookies["font-size"] = '"><script>'
    assert 'data-fs="m"' in client.get("/").content.decode()


def test_list_pages_through_the_scope(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.STREET_CLERK, "甲街道")
    answer = client.get("/list/")
    text = answer.content.decode()
    assert "共 13 条" in text and "甲街道" in text and "乙街道" not in text
    assert '<span class="lamp amber">未达标</span>' in text
    assert '<td class="num">600.00</td>' in text
    assert 'href="/form/"' in text
    following = client.get("/list/" + answer.context["page"].next).content.decode()
    assert "甲5社区" in following and "甲4社区" not in following


def test_list_filters_and_says_when_nothing_fits(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.COUNTY_STAFF, "某区")
    text = client.get("/list/", {"name": "乙", "level": "5"}).content.decode()
    assert "共 3 条" in text and "甲1社区" not in text
    assert 'value="乙"' in text
    assert "没有符合条件的记录" in client.get("/list/", {"name": "没有"}).content.decode()
    assert "日期写法不对" in client.get("/list/", {"opened": "昨天"}).content.decode()


def test_list_costs_the_same_for_one_row_and_for_many(
    sign_in: Callable[..., Client], django_assert_num_queries: Callable[..., object]
) -> None:
    client = sign_in(Role.COUNTY_STAFF, "某区")
    client.get("/list/?name=乙3")
    with django_assert_num_queries(8):
        client.get("/list/?name=乙3")
    with django_assert_num_queries(8):
        client.get("/list/")
    with django_assert_num_queries(9):
        client.get("/list/?name=乙2")  # remembered as the last conditions


def test_detail_shows_fields_and_breadcrumb(sign_in: Callable[..., Client]) -> None:
    text = sign_in(Role.STREET_CLERK, "甲街道").get("/detail/990102007001/").content.decode()
    assert "<h1>甲1社区</h1>" in text
    assert "<span>甲街道</span>" in text
    assert '<a href="/list/">行政区划</a>' in text


def test_form_keeps_what_was_typed(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.STREET_CLERK, "甲街道")
    data = {"name": "重名", "opened": "20261201", "kind": "a"}
    answer = client.post("/form/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "有 2 处需要修改后才能提交" in text
    assert "整体有误。" in text and 'href="#id_name"' in text and 'value="重名"' in text
    done = client.post("/form/", data | {"name": "新名"})
    assert (done.status_code, done.headers["Location"]) == (302, "/list/")


def test_panels_follow_the_actions(
    sign_in: Callable[..., Client], rf: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "_panels", {})
    panels.register(panels.Panel("web/empty.html", lambda request: {"title": "看得见"}, 1, Action.VIEW))
    panels.register(panels.Panel("web/steps.html", lambda request: None, 2))
    panels.register(panels.Panel("web/panel.html", lambda request: {}, 3, Action.READ_AUDIT))
    sign_in(Role.STREET_CLERK, "甲街道")
    from governance.accounts.models import User

    request = rf.get("/")  # type: ignore[attr-defined]
    request.user = User.objects.get(username="someone")
    shown = panels.panels_for(request)
    assert [("看得见" in panel.html, panel.wide) for panel in shown] == [(True, False)]
