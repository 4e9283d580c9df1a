"""新设社区 by mouse (E1): from the first click of the street to the code certificate of the city."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from communities.models import Community
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.workflows.catalogue import procedure_of
from governance.workflows.models import Case, CaseState, CaseStep
from tests.browser.axe import violations
from tests.browser.cases import attach_all, begin, fill, finish, press, submit
from tests.factories import Tree
from tests.governance.workflows.makers import CREDIT_CODE, Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_community_from_the_proposal_to_the_certificate(visit, measured_tree: Tree, user_of):
    clerk, lead, staff, chief, city = (visit() for _ in range(5))
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    lead.sign_in_as(user_of(Role.STREET_LEAD))
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    chief.sign_in_as(user_of(Role.COUNTY_LEAD))
    city.sign_in_as(user_of(Role.UPPER_READER, measured_tree.city))
    page, bureau = clerk.page, staff.page
    long_ago = today() - timedelta(days=125)

    # The street proposes; a field left out keeps everything else as typed.
    page.goto("/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="办理事项").click()
    page.get_by_role("link", name="发起办理").click()
    page.get_by_role("link", name="发起新设社区").click()
    fill(page, division=measured_tree.street.code, name="演示新岸社区")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("提出设立意见")
    case = Case.objects.get()
    step = procedure_of(case).step("proposal")
    typed = {"east": "东路", "south": "南街", "west": "西巷", "households": "2180", "persons": "6320"}
    fill(page, **typed, factors="", village="否", premises="回迁楼底层 700 平方米，年底交付")
    attach_all(page, step)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("北至")
    expect(page.locator("[name=east]")).to_have_value("东路")
    clerk.problems[:] = [each for each in clerk.problems if "422" not in each]
    fill(page, north="北环")
    submit(page, step.title)
    finish(page, case, "residents", long_ago, result="agreed", present=96, agreed=88)
    finish(lead.page, case, "application", long_ago)

    # The bureau sends it back with a remark at a field; what was filled in stays.
    begin(bureau, case, "review")
    assert violations(bureau) == []
    bureau.locator("[name=reason]").fill("四至没有写到路名")
    bureau.get_by_label("退回到").select_option("proposal")
    bureau.get_by_text("逐项注明要改什么").click()
    bureau.get_by_label("提出设立意见：北至").fill("请写到路名")
    bureau.get_by_role("button", name="退回", exact=True).click()
    expect(bureau.locator("main")).to_contain_text("已退回到“提出设立意见”")
    begin(page, case, "proposal")
    expect(page.locator("#returned")).to_contain_text("四至没有写到路名")
    expect(page.locator("#work")).to_contain_text("退回意见：请写到路名")
    for name, value in typed.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.locator("#work")).to_contain_text("四至图.pdf")
    fill(page, north="北环路")
    submit(page, step.title)
    press(page, case, "residents")
    press(lead.page, case, "application")

    for key in ("review", "consent", "consultation", "city_opinion", "report"):
        finish(bureau, case, key, long_ago)
    finish(chief.page, case, "approval", long_ago, result="approved")
    expect(chief.page.locator("main")).to_contain_text("演示新岸社区（610104001900）")
    clerk.open("/communities/610104001900/")
    expect(page.locator("main")).to_contain_text("建设中")

    # Three months are over without an election: late in the lists, urged by the bureau.
    staff.open(case.get_absolute_url())
    row = bureau.locator("#now tr", has_text="两委选举")
    expect(row).to_contain_text(re.compile(r"已超期 \d+ 天"))
    bureau.get_by_role("button", name="催办两委选举").click()
    expect(bureau.locator("main")).to_contain_text("已催办“两委选举”")
    clerk.open("/cases/?tab=overdue")
    expect(page.locator("tbody")).to_contain_text("演示新岸社区")
    begin(page, case, "election")
    fill(page, elected_on=f"{today():%Y%m%d}", party="1", committee="1")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("“两委”成员里还没有党组织成员")
    clerk.problems[:] = [each for each in clerk.problems if "422" not in each]
    office = Office(measured_tree, user_of)
    office.premises(case)
    office.members(case)
    finish(page, case, "election", today())
    finish(page, case, "premises", today())

    # Who looks on cannot act, and nobody of another street sees it.
    city.open(case.get_absolute_url())
    expect(city.page.get_by_role("link", name=re.compile("^办理备案"))).to_have_count(0)
    city.open(f"/cases/{case.pk}/steps/filing/")
    expect(city.page.locator("main")).to_contain_text("由区（县）民政局办理，您可以查看")
    assert city.open("/cases/add/").status == 403
    other = visit()
    other.sign_in_as(user_of(Role.STREET_CLERK, measured_tree.other_street))
    for address in ("", "file/", "steps/filing/"):
        assert other.open(f"/cases/{case.pk}/{address}").status == 404
    for each in (city, other):
        each.problems[:] = [problem for problem in each.problems if "40" not in problem]

    for key in ("filing", "first_inspection", "final_inspection", "ledger", "year_report"):
        finish(bureau, case, key, today(), **({"result": "passed"} if "inspection" in key else {}))
    finish(bureau, case, "certificate", today(), code=CREDIT_CODE)
    expect(bureau.locator("main")).to_contain_text("已办结")
    assert violations(bureau) == []
    case.refresh_from_db()
    community = Community.objects.get(division=case.result)
    assert (case.state, community.credit_code) == (CaseState.DONE, CREDIT_CODE)
    assert (community.establishment, community.boundary_north) == ("", "北环路")
    assert CaseStep.objects.get(case=case, key="election").is_late(today())
    city.open(f"/cases/{case.pk}/file/")
    expect(city.page.locator("main")).to_contain_text("代码证.pdf")
    expect(city.page.locator("main")).to_contain_text("逾期")


def test_a_refused_proposal_founds_nothing(visit, measured_tree: Tree, user_of):
    office, staff, clerk = Office(measured_tree, user_of), visit(), visit()
    staff.sign_in_as(user_of(Role.COUNTY_STAFF))
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    case = office.bring_to(office.open(name="演示小园社区"), "review")
    begin(staff.page, case, "review")
    staff.page.get_by_role("button", name="不予批准").click()
    expect(staff.page.get_by_role("alert")).to_contain_text("请写明不予批准的理由")
    staff.problems[:] = [each for each in staff.problems if "422" not in each]
    staff.page.locator("[name=reason]").fill("户数达不到设立规模")
    staff.page.get_by_role("button", name="不予批准").click()
    expect(staff.page.locator("main")).to_contain_text("已作不予批准处理")
    clerk.open("/cases/?tab=opened")
    expect(clerk.page.locator("tbody")).to_contain_text("不予批准")
    clerk.page.get_by_role("link", name="演示小园社区").click()
    expect(clerk.page.locator("main")).to_contain_text("户数达不到设立规模")
    expect(clerk.page.locator("#now")).to_have_count(0)
    case.refresh_from_db()
    assert (case.state, case.result) == (CaseState.REFUSED, None)
