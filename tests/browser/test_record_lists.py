"""A list by mouse, with and without JavaScript: conditions kept, columns chosen, rows ticked and ended."""

import pytest
from playwright.sync_api import expect

from governance.accounts.roles import Role
from governance.web.paging import PAGE_SIZE
from grids.models import Grid
from tests.browser.axe import violations
from tests.factories import Tree
from tests.governance.records.makers import make_grid, make_person, make_worker, url

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_conditions_columns_and_ticked_rows(visit, tree: Tree, user_of, javascript):
    for number in range(3):
        make_grid(tree.community, number=f"{number:02}", name=f"居民{number}网格")
    make_grid(tree.community, number="09", name="专属网格", kind="dedicated")
    visitor = visit(javascript=javascript)
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open(url("list", "grids"))
    page = visitor.page
    page.click(".more > summary")
    page.select_option("[name=kind]", "residential")
    page.click(".go button")
    page.click("text=保存当前条件")
    page.fill("#filter_save_name", "居民网格")
    page.click(".kept button:has-text('保存')")
    page.click(".go a")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.click("text=上次条件")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.click(".go a")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.click(".chip:has-text('居民网格')")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody")).not_to_contain_text("专属网格")
    page.click("text=显示列")
    page.uncheck("[name=column][value=户数]")
    page.click(".cols button:has-text('确定')")
    expect(page.locator("thead")).not_to_contain_text("户数")
    page.click("[data-select-page]")
    expect(page.locator("tbody input:checked")).to_have_count(3)
    if javascript:
        assert violations(page) == []
    page.click("button[value=end]")
    page.fill("[name=reason]", "网格调整")
    page.click(".actbar button")
    expect(page.locator("main")).to_contain_text("已撤销：3 个")
    assert Grid.objects.filter(ended_on=None).count() == 1


def test_a_print_leaves_out_the_page_around_and_names_the_reader(visit, tree: Tree, user_of):
    for number in range(PAGE_SIZE):
        make_worker(tree.community, make_person(f"演示{number}"))
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    visitor.open(f"{url('list', 'workers')}?state=all")
    page = visitor.page
    page.emulate_media(media="print")
    for hidden in (".top", ".side", ".bar", ".filt", ".stick", ".pickcol", ".pager"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert "street_clerk" in page.inner_text("tfoot.mark")
    assert "状态 全部" in page.inner_text(".paper-only")
