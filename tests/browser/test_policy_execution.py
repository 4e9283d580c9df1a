"""Policy execution in a real browser: a clerk keeps a ledger, the bureau sees it; a page of each kind."""

from datetime import date

import pytest
from playwright.sync_api import expect

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.ledgers.models import LedgerEntry
from governance.policies.findings import refresh
from tests.factories import Tree
from tests.governance.rounds.makers import round_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KINDS = {
    "standard": "LH-SIZE-01",
    "target": "SX-VOL-02",
    "deadline": "SX-PROP-03",
    "workflow": "LH-CAD-18",
    "role": "LH-ROLE-02",
    "record": "SX-LIST-02",
    "report": "SX-RPT-01",
    "principle": "SX-GOAL-01",
}
"""One live measure of each kind."""


def test_a_clerk_keeps_a_ledger_and_its_measure_shows_it(visit, measured_tree: Tree, user_of) -> None:
    staff = user_of(Role.COUNTY_STAFF)
    made = round_of(measured_tree, staff, sheets=(), duties=("lh-cad-18",), since=date(2026, 1, 1))
    row = made.streets.get(division=measured_tree.street)
    visitor = visit(javascript=True)
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    page = visitor.page
    page.goto("/ledgers/?q=LH-CAD-18")
    page.get_by_role("row").filter(has_text="LH-CAD-18").get_by_role("link", name="新增").click()
    page.get_by_label("社区", exact=True).select_option(label="莲湖路社区")
    page.get_by_label("辞职岗位").fill("演示网格岗")
    page.get_by_label("提出申请日期").fill("2026-3-1")
    page.get_by_label("辞职原因").select_option(label="个人原因")
    page.get_by_label("书面申请").select_option(label="否")
    page.get_by_label("进展").select_option(label="负责人已提意见")
    page.get_by_label("离职日期").fill("2026-3-7")
    save = page.locator("[data-key-save]")
    save.click()
    expect(page.get_by_role("alert").first).to_contain_text("向所在社区书面提出")
    expect(page.get_by_role("alert").first).to_contain_text("请填写社区主要负责人的意见")
    expect(page.get_by_label("辞职岗位")).to_have_value("演示网格岗")
    visitor.problems.clear()  # the browser notes the answer 422
    assert not LedgerEntry.objects.exists()
    page.get_by_label("书面申请").select_option(label="是")
    page.get_by_label("社区负责人意见").select_option(label="同意")
    save.click()
    expect(page.get_by_text("已保存：演示网格岗。")).to_be_visible()
    expect(page.locator("#messages")).to_contain_text("相隔不足7天")
    page.goto(row.get_absolute_url())
    line = page.locator("#duties").get_by_role("row").filter(has_text="LH-CAD-18")
    expect(line.get_by_label("莲湖路社区")).to_have_count(0)
    line.get_by_label("习武园社区", exact=True).check()
    line.get_by_role("button", name="勾选的本期无此类事项").click()
    expect(page.locator("#messages")).to_contain_text("已报零报告 1 个")
    expect(line).to_contain_text("已填齐")
    expect(line.get_by_role("button", name="撤回习武园社区的零报告")).to_be_visible()
    page.goto("/ledgers/lh-cad-18/statistics/")
    expect(page.get_by_role("row").filter(has_text="莲湖路社区")).to_contain_text("1")

    visitor.context.clear_cookies()
    visitor.sign_in_as(staff)
    page.goto("/implementation/measures/LH-CAD-18/?area=610104")
    expect(page.get_by_text("1 条").first).to_be_visible()
    assert visitor.problems == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_measure_of_each_kind_opens_with_its_figures(kind, visit, filled_tree: Tree, user_of) -> None:
    refresh(path="", on=today())
    visitor = visit(javascript=False)
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    page = visitor.page
    page.goto(f"/implementation/measures/{KINDS[kind]}/?area=610104")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(KINDS[kind]).first).to_be_visible()
    assert not visitor.is_wider_than_the_screen()
