"""Rulings on areas of unclear management by mouse, from the report to the community that manages them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from communities.models import Community, Compound
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.workflows.models import CaseState
from tests.browser.axe import violations
from tests.browser.cases import (
    answers,
    attach,
    do,
    fill,
    fill_step,
    give_back,
    is_overdue,
    refused,
    start,
    submit,
    work,
)
from tests.governance.workflows.makers import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_ruling_inside_the_district(visit, measured_tree, user_of):
    clerk, staff = visit(), visit(javascript=False)
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    page, home = clerk.page, measured_tree.community
    going = Compound.objects.create(
        division=measured_tree["610104002001"], name="演示小区", households=90, started_on=today()
    )

    case = start(page, "区内归属裁定", measured_tree.street.code, "铁路西侧三角地")
    expect(page.get_by_role("heading", level=1)).to_have_text("报告情况")
    fill(page, place="铁路以西", claimants="两个社区")
    refused(clerk, "街道意见")
    fill(page, wish="由莲湖路社区管理")
    submit(page, "报告情况")
    work(page, case, "提交证据")
    fill(page, history="原属铁路家属区")
    attach(page, "map", "范围图.pdf")
    refused(clerk, "缺少材料“佐证材料”")
    expect(page.locator("main")).to_contain_text("已上传“范围图”")
    attach(page, "proof", "佐证材料.pdf")
    submit(page, "提交证据")

    work(staff.page, case, "区民政局裁定")
    give_back(staff.page, "1. 报告情况", "四至不清", report_place="请写到路名")
    work(page, case, "报告情况")
    expect(page.locator("main")).to_contain_text("退回意见：请写到路名")
    assert violations(page) == []
    fill(page, place="铁路以西、演示路以北")
    submit(page, "报告情况")
    work(page, case, "提交证据")
    submit(page, "提交证据")  # what was filled in and the papers are still there

    foreign = user_of(Role.STREET_CLERK, measured_tree.other_street)
    assert answers(case, "ruling", foreign) == (404, 404)
    assert answers(case, "ruling", user_of(Role.STREET_CLERK)) == (200, 403)
    assert answers(case, "ruling", user_of(Role.DEPARTMENT))[1] == 403

    ruled = today() - timedelta(days=45)
    work(staff.page, case, "区民政局裁定")
    values = {"ruled_on": f"{ruled:%Y%m%d}", "east": "演示铁路", "compounds": "演示小区"}
    fill_step(staff.page, case, "ruling", code="610104001999", **values)
    refused(staff, "本区没有代码为 610104001999 的社区")
    fill(staff.page, code=home.code)
    submit(staff.page, "区民政局裁定")

    is_overdue(page, case)
    do(page, case, "applied")
    expect(page.locator("main")).to_contain_text("已办结")
    page.get_by_role("link", name=home.name).first.click()
    expect(page.locator("main")).to_contain_text("演示铁路")
    case.refresh_from_db()
    going.refresh_from_db()
    assert (case.state, case.result, going.division) == (CaseState.DONE, home, home)


def test_a_ruling_with_another_district(visit, measured_tree, user_of):
    clerk, lead, staff = (visit(javascript=False) for _ in range(3))
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    lead.sign_in_as(user_of(Role.STREET_LEAD))
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    page, street = clerk.page, measured_tree.street

    case = start(page, "跨区归属裁定", street.code, "与邻区交界的夹心地")
    fill_step(page, case, "papers", place="")
    refused(clerk, "区域范围")
    fill(page, place="演示河以南")
    submit(page, "整理材料")
    do(lead.page, case, "application")
    work(staff.page, case, "区民政局上报")
    give_back(staff.page, "2. 向区政府申请", "文号有误", application_number="请核对")
    work(lead.page, case, "向区政府申请")
    expect(lead.page.locator("main")).to_contain_text("退回意见：请核对")
    fill(lead.page, number="青街办〔2026〕9号")
    submit(lead.page, "向区政府申请")
    assert answers(case, "submission", user_of(Role.STREET_LEAD)) == (200, 403)
    assert answers(case, "submission", user_of(Role.STREET_LEAD, measured_tree.other_street)) == (404, 404)

    do(staff.page, case, "submission")
    for key, name in (("application", "applied_on"), ("submission", "sent_on")):
        row = case.steps.get(key=key)  # as if it had all begun two months ago
        row.values[name] = f"{today() - timedelta(days=60)}"
        row.save()
    long_ago = f"{today() - timedelta(days=45):%Y%m%d}"
    work(staff.page, case, "市民政局裁定")
    expect(staff.page.locator("main")).to_contain_text("市民政局不在本系统办理，请按来文登记文号和日期")
    number = "市民裁〔2026〕1号"
    fill_step(staff.page, case, "ruling", ruled_on=long_ago, number=number, code=f"{street.code}001")
    submit(staff.page, "市民政局裁定")

    is_overdue(page, case)
    work(page, case, "落实裁定")
    fill_step(page, case, "applied")
    refused(clerk, "“莲湖路社区”的边界还没有按裁定修改", number)
    give_back(page, "4. 市民政局裁定", "请补填四至", ruling_north="裁定书第二条")
    work(staff.page, case, "市民政局裁定")
    expect(staff.page.locator("main")).to_contain_text("退回意见：裁定书第二条")
    fill(staff.page, north="演示河")
    submit(staff.page, "市民政局裁定")
    work(page, case, "落实裁定")
    submit(page, "落实裁定")
    expect(page.locator("main")).to_contain_text("已办结")
    assert Community.objects.get(division=measured_tree.community).boundary_north == "演示河"


def test_the_bureau_refuses_to_rule(visit, measured_tree, user_of):
    office = Office(measured_tree, user_of)
    case = office.bring_to(office.open("lh-ruling", name="旧厂东侧通道"), "ruling")
    staff, clerk = visit(javascript=False), visit(javascript=False)
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    work(staff.page, case, "区民政局裁定")
    staff.page.get_by_role("button", name="不予批准").click()
    expect(staff.page.get_by_role("alert")).to_contain_text("请写明不予批准的理由")
    staff.problems.clear()
    staff.page.locator("[name=reason]").fill("两个社区已经协商一致")
    staff.page.get_by_role("button", name="不予批准").click()
    expect(staff.page.locator("main")).to_contain_text("已作不予批准处理")
    clerk.open(case.get_absolute_url())
    expect(clerk.page.locator("main")).to_contain_text("不予批准")
    expect(clerk.page.locator("main")).to_contain_text("两个社区已经协商一致")
    assert answers(case, "ruling", user_of(Role.COUNTY_STAFF)) == (200, 422)
