"""Admitting a work item by mouse: the list, three checks, the fee; and a category that may not come in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.workflows.models import CaseState
from tests.browser.axe import violations
from tests.browser.cases import (
    answers,
    do,
    fill,
    fill_step,
    give_back,
    is_overdue,
    let_days_pass,
    refused,
    start,
    submit,
    work,
)
from tests.governance.workflows.makers import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_work_item_is_admitted(visit, measured_tree, user_of):
    department, staff, lead = visit(), visit(javascript=False), visit(javascript=False)
    department.sign_in_as(user_of(Role.DEPARTMENT))
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    lead.sign_in_as(user_of(Role.COUNTY_LEAD))
    page, name = department.page, "老年人能力评估摸底"

    case = start(page, "工作事项准入", measured_tree.county.code, name)
    fill_step(page, case, "request", basis="")
    refused(department, "依据的文件")
    fill(page, basis="演示〔2026〕5号")
    submit(page, "部门申请")
    let_days_pass(case, 20)
    is_overdue(staff.page, case)

    work(staff.page, case, "核对清单")
    give_back(staff.page, "1. 部门申请", "请写清对象", request_text="多少人")
    work(page, case, "部门申请")
    expect(page.locator("main")).to_contain_text("退回意见：多少人")
    assert violations(page) == []
    fill(page, text="约三百人")
    submit(page, "部门申请")
    do(staff.page, case, "listed", listed="否", banned="不属于")

    assert answers(case, "checked", user_of(Role.DEPARTMENT)) == (200, 403)
    assert answers(case, "checked", user_of(Role.STREET_CLERK))[1] in (403, 404)
    assert answers(case, "checked", user_of(Role.COUNTY_STAFF, measured_tree.foreign_county)) == (404, 404)

    work(staff.page, case, "三项审查")
    fill_step(staff.page, case, "checked", necessary="否", result="通过")
    refused(staff, "合法、合理、必要三项都为“是”")
    fill(staff.page, necessary="是")
    submit(staff.page, "三项审查")
    work(page, case, "落实经费")
    fill_step(page, case, "fee", fee="0")
    refused(department, "经费应大于 0")
    fill(page, fee="20000")
    submit(page, "落实经费")
    work(lead.page, case, "准入")
    fill_step(lead.page, case, "admitted", until=f"{today() - timedelta(days=1):%Y%m%d}")
    refused(lead, "期限不能早于准入日期")
    fill(lead.page, until=f"{today() + timedelta(days=365):%Y%m%d}")
    submit(lead.page, "准入")
    expect(lead.page.locator("main")).to_contain_text("已办结")

    department.open("/cases/?tab=all&procedure=lh-admission&state=done")
    expect(page.locator("tbody")).to_contain_text(name)


def test_a_category_that_may_not_come_in_is_refused_by_name(visit, measured_tree, user_of):
    office = Office(measured_tree, user_of)
    case = office.bring_to(office.open("lh-admission", name="演示招商任务"), "listed")
    staff, department = visit(javascript=False), visit(javascript=False)
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    department.sign_in_as(user_of(Role.DEPARTMENT))
    do(staff.page, case, "listed", listed="否", banned="招商引资")
    department.open(case.get_absolute_url())
    expect(department.page.locator("main")).to_contain_text("不得进社区的类别：招商引资")
    case.refresh_from_db()
    assert case.state == CaseState.REFUSED
    department.open("/cases/?tab=all&procedure=lh-admission&state=done")
    expect(department.page.locator("main")).not_to_contain_text("演示招商任务")
