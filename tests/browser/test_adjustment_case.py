"""拆分社区 by mouse (E2): planned, returned, urged, approved; sums of the street stay; a refused one changes
nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from communities.models import Adjustment, AdjustmentState
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.workflows.catalogue import procedure_of
from governance.workflows.models import Case, CaseState
from tests.browser.axe import violations
from tests.browser.cases import attach_all, begin, fill, finish, press, submit
from tests.communities.test_adjustments import ON, make_split, settle, street_sums
from tests.factories import Tree
from tests.governance.workflows.makers import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_split_through_its_case(visit, filled_tree: Tree, user_of):
    clerk, lead, staff, chief, other = (visit() for _ in range(5))
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    lead.sign_in_as(user_of(Role.STREET_LEAD))
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    chief.sign_in_as(user_of(Role.COUNTY_LEAD))
    other.sign_in_as(user_of(Role.STREET_CLERK, filled_tree.other_street))
    page, bureau, source = clerk.page, staff.page, filled_tree["610104001002"]
    before = street_sums(filled_tree.street, ON)

    # The street plans: by the households of the compounds, one of which goes to the second community.
    page.goto("/communities/adjustments/")
    page.get_by_role("link", name="拆分社区").click()
    page.get_by_label("拆分的社区").select_option(source.code)
    page.get_by_label("后继社区").fill("习武园东社区\n习武园西社区")
    page.get_by_label("列入计划名单").select_option("1")
    page.get_by_label("生效日期").fill("20260901")
    page.get_by_label("方案依据").fill("青街办请示")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("link", name="小区 2").click()
    page.get_by_label("小区2归入", exact=True).select_option(label="习武园西社区")
    page.get_by_role("button", name="保存本页").click()
    page.get_by_role("link", name="户数和人口").click()
    page.get_by_role("button", name="按小区户数折算").click()
    expect(page.locator("main")).to_contain_text("已按各社区所得小区的户数折算")
    plan = Adjustment.objects.get()

    # Its page carries nothing out; the case begins there with the plan's number filled in.
    chief.open(plan.get_absolute_url())
    expect(chief.page.get_by_role("button", name="实施")).to_have_count(0)
    expect(chief.page.get_by_role("button", name="发起办理")).to_have_count(0)
    page.goto(plan.get_absolute_url())
    page.get_by_role("button", name="发起办理").click()
    case = Case.objects.get()
    step = begin(page, case, "proposal")
    expect(page.locator("[name=plan]")).to_have_value(str(plan.pk))
    fill(page, reason="超大型社区拆分", text="人口多，服务半径大")
    attach_all(page, step)
    submit(page, step.title)
    finish(page, case, "residents", today(), present=120, agreed=97, result="agreed")

    # No document names a day: the bureau urges, and the lead sees it.
    staff.open(case.get_absolute_url())
    bureau.get_by_role("button", name="催办申请区政府调整").click()
    expect(bureau.locator("main")).to_contain_text("已催办“申请区政府调整”")
    lead.open("/todo/")
    expect(lead.page.locator("main")).to_contain_text(f"{today()} 催办")
    finish(lead.page, case, "application", today())

    begin(bureau, case, "review")
    bureau.locator("[name=reason]").fill("请写明征求了哪些居民的意见")
    bureau.get_by_label("退回到").select_option("residents")
    bureau.get_by_role("button", name="退回", exact=True).click()
    expect(bureau.locator("main")).to_contain_text("已退回到“居民讨论”")
    begin(page, case, "residents")
    expect(page.locator("#returned")).to_contain_text("请写明征求了哪些居民的意见")
    expect(page.locator("[name=agreed]")).to_have_value("97")
    submit(page, procedure_of(case).step("residents").title)
    press(lead.page, case, "application")
    finish(bureau, case, "review", today())
    for address in (case.get_absolute_url(), plan.get_absolute_url()):
        assert other.open(address).status == 404
    assert staff.open(f"{plan.get_absolute_url()}plan/").status == 403
    other.problems.clear()
    staff.problems.clear()

    finish(chief.page, case, "approval", today(), number="莲政函〔2026〕8号")
    expect(chief.page.locator("main")).to_contain_text("已办结")
    chief.open(plan.get_absolute_url())
    expect(chief.page.locator("#moved")).to_contain_text("转入习武园西社区")
    expect(chief.page.locator("main")).to_contain_text("莲政函〔2026〕8号")
    assert violations(chief.page) == []
    case.refresh_from_db()
    source.refresh_from_db()
    assert (case.state, source.closed_on) == (CaseState.DONE, ON)
    assert street_sums(filled_tree.street, ON) == before


def test_a_refused_case_leaves_the_plan_a_draft(visit, filled_tree: Tree, user_of):
    clerk, staff = user_of(Role.STREET_CLERK), visit()
    plan = make_split(clerk, filled_tree["610104001002"], "甲社区", "乙社区")
    settle(clerk, plan)
    street = visit()
    street.sign_in_as(clerk)
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    street.open(plan.get_absolute_url())
    street.page.get_by_role("button", name="发起办理").click()
    case = Case.objects.get()
    Office(filled_tree, user_of).bring_to(case, "review", proposal={"plan": plan.pk})
    begin(staff.page, case, "review")
    staff.page.locator("[name=reason]").fill("规模还没有超过标准")
    staff.page.get_by_role("button", name="不予批准").click()
    expect(staff.page.locator("main")).to_contain_text("已作不予批准处理")
    street.open(plan.get_absolute_url())
    expect(street.page.locator("main")).to_contain_text("规模还没有超过标准")
    expect(street.page.get_by_role("button", name="发起办理")).to_be_visible()
    plan.refresh_from_db()
    assert plan.state == AdjustmentState.DRAFT
