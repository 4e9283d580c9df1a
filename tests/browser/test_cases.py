"""Cases by mouse: calling departments to an issue from first click to end, with a return and a late day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.workflows.models import CaseState, CaseStep
from tests.browser.axe import violations
from tests.browser.cases import attach, fill, give_back, is_overdue, refused, start, submit, work

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_an_issue_from_the_grid_to_the_visit(visit, measured_tree, user_of, javascript):
    clerk, lead, department = (visit(javascript=javascript) for _ in range(3))
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    lead.sign_in_as(user_of(Role.STREET_LEAD))
    department.sign_in_as(user_of(Role.DEPARTMENT))
    page, day = clerk.page, f"{today():%Y%m%d}"

    case = start(page, "吹哨报到", measured_tree.community.code, "路灯不亮")
    expect(page.get_by_role("heading", level=1)).to_have_text("社区反映")

    fill(page, found_on=day, source="网格巡查", text="三盏路灯不亮", own="否")
    refused(clerk, "地点")
    expect(page.locator("[name=text]")).to_have_value("三盏路灯不亮")
    fill(page, place="演示路南口")
    submit(page, "社区反映")
    if javascript:
        assert violations(page) == []

    work(lead.page, case, "街道吹哨")
    if javascript:
        assert violations(lead.page) == []
    give_back(lead.page, "1. 社区反映", "请写清楚路段")
    work(page, case, "社区反映")
    expect(page.locator("main")).to_contain_text("请写清楚路段")
    fill(page, place="演示路南口至北口")
    submit(page, "社区反映")

    whistled = today() - timedelta(days=9)
    work(lead.page, case, "街道吹哨")
    fill(lead.page, departments="区城管局", task="三日内修复", whistled_on=f"{whistled:%Y%m%d}")
    submit(lead.page, "街道吹哨")

    is_overdue(page, case)
    page.goto(f"/cases/{case.pk}/steps/arrival/")
    expect(page).to_have_url(re.compile(rf"/cases/{case.pk}/$"))

    work(department.page, case, "部门报到")
    fill(department.page, unit="区城管局", arrived_on=day, plan="更换灯具")
    submit(department.page, "部门报到")
    work(department.page, case, "部门处理")
    fill(department.page, solved_on=day, text="已更换")
    attach(department.page, "photo")
    submit(department.page, "部门处理")

    work(page, case, "回访确认")
    fill(page, asked_on=day, satisfied="满意")
    submit(page, "回访确认")
    expect(page.locator("main")).to_contain_text("已办结")
    case.refresh_from_db()
    assert case.state == CaseState.DONE
    assert CaseStep.objects.get(case=case, key="arrival").is_late(today())
    page.get_by_role("link", name="办理档案").click()
    expect(page.locator("main")).to_contain_text("照片.pdf")
    if javascript:
        assert violations(page) == []
