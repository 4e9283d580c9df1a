"""The keyboard alone: skip link, visible focus in reading order, a list from its filter to a row, Escape."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from governance.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_FOCUS = """() => {
    const node = document.activeElement, box = node.getBoundingClientRect(), style = getComputedStyle(node);
    return {
        name: (node.getAttribute("aria-label") || node.innerText || node.name || "").trim(),
        tag: node.tagName,
        inMain: document.querySelector("main").contains(node),
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth,
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        top: box.top + scrollY,
    };
}"""


def tab(page: Page) -> dict:
    """Press Tab; what has the focus then, which everybody must be able to see."""
    page.keyboard.press("Tab")
    found = page.evaluate(_FOCUS)
    if found["tag"] != "BODY":
        assert found["marked"], f"no visible focus on {found}"
        assert found["seen"], f"the focus is off the screen on {found}"
    return found


def test_first_tab_skips_the_menu(visit, filled_tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open("/communities/")
    page = visitor.page
    assert tab(page)["name"] == "跳到主要内容"
    page.keyboard.press("Enter")
    assert tab(page)["inMain"]


def test_a_list_from_its_filter_to_a_row(visit, filled_tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    visitor.open("/communities/")
    page = visitor.page
    tab(page)
    page.keyboard.press("Enter")
    order = []
    for _ in range(80):
        order.append(tab(page))
        if order[-1]["name"] == "庙后街社区":
            break
    names = [each["name"] for each in order]
    assert names[-1] == "庙后街社区", names
    assert names.index("查询") < names.index("重置") < names.index("莲湖路社区") < names.index("庙后街社区")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/communities/610104002001/"))


def test_a_filter_is_sent_by_enter(visit, filled_tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    visitor.open("/records/grids/")
    page = visitor.page
    page.get_by_label("名称或编号").focus()
    page.keyboard.type("第1网格")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?.*%E7%AC%AC1"))
    expect(page.locator("main table tbody tr").first).to_contain_text("第1网格")


def test_every_stop_of_a_form_is_seen_in_reading_order(visit, filled_tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open("/records/grids/add/?area=610104001001")
    page = visitor.page
    page.locator("main").focus()
    stops = []
    while len(stops) < 60:
        stops.append(tab(page))
        if stops[-1]["name"].startswith("返回"):
            break
    assert stops[-1]["name"].startswith("返回"), [stop["name"] for stop in stops]
    fields = [stop for stop in stops if stop["tag"] in ("INPUT", "SELECT", "TEXTAREA")]
    assert len(fields) >= 10
    # Two columns: never back up by more than a row.
    assert all(one["top"] <= next_["top"] + 60 for one, next_ in pairwise(fields))


def test_escape_closes_the_account_menu(visit, tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open("/")
    page = visitor.page
    summary = page.locator("details.me > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(summary).to_be_focused()
