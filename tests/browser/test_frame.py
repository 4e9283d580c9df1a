"""The frame in a real browser: search, the end of a session, drafts, and the keyboard."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from governance.accounts import middleware, options
from governance.accounts.roles import Role
from governance.records.models import Draft
from grids.models import Grid
from tests.factories import PASSWORD, Tree
from tests.registry import add_grids

pytestmark = pytest.mark.browser


@pytest.fixture
def clerk(visit: Callable, tree: Tree, user_of: Callable):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    return visitor


@pytest.fixture
def short_sessions(monkeypatch: pytest.MonkeyPatch):
    """`short_sessions(seconds)`: sessions that are idle so long end."""

    def make(seconds: float) -> None:
        known = options.value
        chosen = {"session_idle_minutes": seconds / 60}
        monkeypatch.setattr(options, "value", lambda key: chosen.get(key) or known(key))
        monkeypatch.setattr(middleware, "_SEEN_EVERY", 0)

    return make


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def test_search_by_keyboard_alone(clerk):
    page = clerk.page
    clerk.open("/")
    page.keyboard.press("/")
    assert focused(page) == "find"
    page.keyboard.type("lhl")
    first = page.locator("#found a").first
    expect(first).to_contain_text("莲湖路社区")
    expect(page.locator("#found-status")).to_contain_text("列出 1 条")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=lhl"))
    page.get_by_role("link", name="莲湖路社区").click()
    expect(page).to_have_url(re.compile("/communities/610104001001/"))


def test_search_without_javascript(visit, tree, user_of):
    visitor = visit(javascript=False)
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open("/")
    visitor.page.locator("#find").fill("青年路")
    visitor.page.locator("#find").press("Enter")
    expect(visitor.page.locator("main")).to_contain_text("青年路街道")


def test_the_warning_keeps_the_focus_and_lets_go_on(clerk, short_sessions):
    short_sessions(14)
    page = clerk.page
    clerk.open(reverse("web:search"))
    page.locator("#find").fill("莲")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible(timeout=20_000)
    expect(dialog).to_contain_text(re.compile(r"\d 秒 后自动退出"))
    expect(page.get_by_role("button", name="继续工作")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#find")).to_be_focused()


def grid_form(tree: Tree) -> tuple[Grid, str]:
    add_grids(tree["610104001001"], [{"households": 300}])
    grid = Grid.objects.get()
    return grid, reverse("records:change", args=["grids", grid.pk])


def test_after_the_end_the_page_stays_and_can_be_saved(clerk, tree, user_of, short_sessions):
    grid, address = grid_form(tree)
    short_sessions(5)
    page = clerk.page
    clerk.open(address)
    page.get_by_label("网格长").fill("王演示")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("已填写的内容还在", timeout=20_000)
    page.get_by_role("button", name="先看看本页").click()
    expect(page.locator("#session-line")).to_be_visible()
    page.get_by_role("button", name=re.compile("^保存")).first.click()
    expect(dialog).to_be_visible()
    expect(page.get_by_label("网格长")).to_have_value("王演示")
    with clerk.context.expect_page() as opened:
        dialog.get_by_role("link", name="在新窗口登录").click()
    other = opened.value
    expect(other.get_by_label("用户名")).to_be_visible()
    short_sessions(1800)
    other.get_by_label("用户名").fill(user_of(Role.STREET_CLERK).username)
    other.get_by_label("密码").fill(PASSWORD)
    other.get_by_role("button", name="登录").click()
    expect(other).to_have_url(re.compile("/$"))
    expect(dialog).to_be_hidden()
    expect(page.locator("#messages")).to_contain_text("已重新登录")
    page.get_by_role("button", name=re.compile("^保存")).first.click()
    expect(page).not_to_have_url(re.compile("/change/"))
    grid.refresh_from_db()
    assert grid.version == 2


def test_a_draft_is_kept_on_the_server_while_typing(clerk, tree, user_of):
    _, address = grid_form(tree)
    page = clerk.page
    page.clock.install()
    clerk.open(address)
    page.get_by_label("网格长").fill("王演示")
    page.clock.fast_forward(25_000)
    expect(page.locator("[data-draft-saved]")).to_contain_text("草稿已自动保存")
    assert Draft.objects.get().user == user_of(Role.STREET_CLERK)
    clerk.open(address)
    page.get_by_role("link", name="继续填写").click()
    expect(page.get_by_label("网格长")).to_have_value("王演示")


def test_without_the_server_a_draft_stays_in_the_window_but_no_personal_data(clerk, tree):
    page = clerk.page
    page.clock.install()
    clerk.open(reverse("records:add", args=["workers"]))
    page.get_by_label("姓名").fill("王演示")
    page.get_by_label("身份证号").fill("610104197603070018")
    page.get_by_label("手机号").fill("13800001234")
    page.route("**/records/draft/", lambda route: route.abort())
    page.clock.fast_forward(25_000)
    expect(page.locator("[data-draft-saved]")).to_contain_text("网络不通")
    kept = page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    assert "王演示" in kept and "6101041976" not in kept and "13800001234" not in kept
    page.unroute("**/records/draft/")
    page.reload()
    page.get_by_role("button", name="恢复填写").click()
    expect(page.get_by_label("姓名")).to_have_value("王演示")
    expect(page.get_by_label("身份证号")).to_have_value("")
    clerk.problems.clear()  # the browser names the request that was cut off


def test_a_walk_through_header_and_menu_by_keyboard(clerk):
    page = clerk.page
    clerk.open("/")
    page.keyboard.press("Tab")
    assert focused(page) == "跳到主要内容"
    page.keyboard.press("Enter")
    assert focused(page).startswith("main")
    clerk.open("/")
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    assert seen[2] == "find"
    assert [each for each in seen if each in ("标准", "大", "特大")] == ["标准", "大", "特大"]
    account = page.locator(".me summary")
    account.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(account).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".side a").first).to_be_focused()
    outline = page.locator(".side a").first.evaluate("element => getComputedStyle(element).outlineWidth")
    assert outline == "3px"


def test_folded_groups_of_the_menu_stay_folded(clerk, user_of):
    page = clerk.page
    clerk.sign_in_as(user_of(Role.SECURITY_ADMIN))
    clerk.open("/")
    group = page.locator(".side details").first
    name = group.locator("summary").inner_text()
    expect(group).to_have_attribute("open", "")
    group.locator("summary").click()
    clerk.open("/")
    expect(page.locator(".side details", has_text=name).first).not_to_have_attribute("open", "")


def test_a_message_can_be_closed(clerk, tree):
    page = clerk.page
    clerk.open(reverse("web:search") + "?q=13800001234")
    message = page.locator("#messages .msg")
    expect(message).to_contain_text("不能放在网址里")
    page.get_by_role("button", name="关闭这条消息").click()
    expect(message).to_have_count(0)


def test_help_opens_beside_the_page_and_gives_the_focus_back(clerk):
    page = clerk.page
    clerk.open(reverse("communities:list"))
    page.get_by_role("link", name="帮助").click()
    panel = page.get_by_role("complementary", name="本页帮助")
    expect(panel.get_by_role("heading", name="列表", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("link", name="帮助")).to_be_focused()
