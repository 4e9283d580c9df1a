"""The helpers of the record forms: keyboard, ID numbers and pasted text; and the pages forms lead to."""

import pytest
from playwright.sync_api import Page, expect

from cadres.models import TwoCommitteeMember
from governance.accounts.roles import Role
from grids.models import Grid
from tests.browser.axe import violations
from tests.factories import Tree
from tests.governance.records.makers import WOMAN, make_grid, make_member, url

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def value(page: Page, name: str) -> str:
    return page.input_value(f"[name={name}]")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.name")


def test_an_id_number_is_checked_and_fills_sex_and_birth_date(visit, tree: Tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open(f"{url('add', 'members')}?area={tree.community.code}")
    page = visitor.page
    page.fill("[name=id_number]", WOMAN[:-1] + "9")
    page.press("[name=id_number]", "Tab")
    assert "校验码不符" in page.text_content("#id_id_number_feedback")
    assert value(page, "sex") == value(page, "birth_date") == ""
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in WOMAN)
    page.fill("[name=id_number]", f" {full_width} ")
    page.press("[name=id_number]", "Tab")
    assert "校验通过" in page.text_content("#id_id_number_feedback")
    assert (value(page, "id_number"), value(page, "sex"), value(page, "birth_date")) == (
        WOMAN,
        "女",
        "1984-02-29",
    )


def test_a_clerk_adds_two_grids_without_a_mouse(visit, tree: Tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open(f"{url('add', 'grids')}?area={tree.community.code}")
    page = visitor.page
    assert focused(page) == "community_code"
    for number in ("01", "02"):
        page.focus("[name=number]")
        for text in (number, f"第{number}网格"):
            page.keyboard.type(text)
            page.keyboard.press("Enter")
        assert focused(page) == "kind"
        page.select_option("[name=kind]", "居民网格")
        page.keyboard.press("Enter")
        page.keyboard.type("３００")
        with page.expect_navigation():
            page.keyboard.press("Control+Enter")
        assert "已保存" in page.text_content("main")
        expect(page.locator("text=没能保存")).to_have_count(0)
        assert value(page, "community_code") == tree.community.code
    assert list(Grid.objects.order_by("number").values_list("number", "households")) == [
        ("01", 300),
        ("02", 300),
    ]


def test_pages_that_forms_lead_to_keep_the_rules_of_accessibility(visit, tree: Tree, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    page = visitor.page
    grid, member = make_grid(tree.community), make_member(tree.community)
    visitor.open(url("change", "grids", grid))
    page.fill("[name=households]", "三百")
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert page.text_content(".errsum") and violations(page) == []
    visitor.open(url("reveal", "members", member))
    page.fill("[name=reason]", "核对社保")
    with page.expect_navigation():
        page.click(".actbar button")
    assert WOMAN in page.text_content("main") and violations(page) == []
    visitor.problems[:] = [each for each in visitor.problems if "422" not in each]
    assert TwoCommitteeMember.objects.get().version == 1


def test_two_windows_with_one_record(visit, tree: Tree, user_of):
    first, second = visit(), visit(javascript=False)
    grid = make_grid(tree.community)
    for visitor, role in ((first, Role.STREET_CLERK), (second, Role.COUNTY_STAFF)):
        visitor.sign_in_as(user_of(role))
        visitor.open(url("change", "grids", grid))
    second.page.fill("[name=households]", "310")
    second.page.click("[data-key-save]")
    expect(second.page.locator("main")).to_contain_text("已保存")
    first.page.fill("[name=households]", "320")
    with first.page.expect_navigation():
        first.page.click("[data-key-save]")
    assert "对方改为" in first.page.text_content("main")
    assert violations(first.page) == []
    with first.page.expect_navigation():
        first.page.click("text=按所选保存")
    first.problems[:] = [each for each in first.problems if "409" not in each]
    grid.refresh_from_db()
    assert grid.households == 320
