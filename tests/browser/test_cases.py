"""Cases by mouse: calling departments to an issue from first click to end, with a return and a late day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.workflows.models import Case, CaseState, CaseStep
from tests.browser.axe import violations
from tests.browser.casework import fill
from tests.governance.workflows.makers import PDF

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def submit(page: Page, done: str) -> None:
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text(f"“{done}”已办理")


def work(page: Page, case: Case, step: str) -> None:
    page.goto(case.get_absolute_url())
    page.get_by_role("link", name=f"办理{step}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(step)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_an_issue_from_the_grid_to_the_visit(visit, measured_tree, user_of, javascript):
    clerk, lead, department = (visit(javascript=javascript) for _ in range(3))
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    lead.sign_in_as(user_of(Role.STREET_LEAD))
    department.sign_in_as(user_of(Role.DEPARTMENT))
    page, day = clerk.page, f"{today():%Y%m%d}"

    page.goto("/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="办理事项").click()
    page.get_by_role("link", name="发起办理").click()
    page.get_by_role("link", name="发起吹哨报到").click()
    fill(page, division=measured_tree.community.code, name="路灯不亮")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("社区反映")
    case = Case.objects.get()

    fill(page, found_on=day, source="网格巡查", text="三盏路灯不亮", own="否")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("地点")
    expect(page.locator("[name=text]")).to_have_value("三盏路灯不亮")
    clerk.problems[:] = [each for each in clerk.problems if "422" not in each]
    fill(page, place="演示路南口")
    submit(page, "社区反映")
    if javascript:
        assert violations(page) == []

    work(lead.page, case, "街道吹哨")
    if javascript:
        assert violations(lead.page) == []
    lead.page.locator("[name=reason]").fill("请写清楚路段")
    lead.page.get_by_role("button", name="退回", exact=True).click()
    expect(lead.page.locator("main")).to_contain_text("已退回到“社区反映”")
    work(page, case, "社区反映")
    expect(page.locator("main")).to_contain_text("请写清楚路段")
    fill(page, place="演示路南口至北口")
    submit(page, "社区反映")

    whistled = today() - timedelta(days=9)
    work(lead.page, case, "街道吹哨")
    fill(lead.page, departments="区城管局", task="三日内修复", whistled_on=f"{whistled:%Y%m%d}")
    submit(lead.page, "街道吹哨")

    clerk.open(f"{case.get_absolute_url()}")
    expect(page.locator("#now")).to_contain_text("已超期")
    page.goto("/cases/?tab=overdue")
    expect(page.locator("tbody")).to_contain_text("路灯不亮")
    page.goto(f"/cases/{case.pk}/steps/arrival/")
    expect(page).to_have_url(re.compile(rf"/cases/{case.pk}/$"))

    work(department.page, case, "部门报到")
    fill(department.page, unit="区城管局", arrived_on=day, plan="更换灯具")
    submit(department.page, "部门报到")
    work(department.page, case, "部门处理")
    fill(department.page, solved_on=day, text="已更换")
    department.page.locator("[name=paper_photo]").set_input_files(
        {"name": "照片.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
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
