"""Decisions of residents by mouse: four discussions and two publications, and Henan's two templates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.divisions.registry import make_communities
from governance.workflows.models import CaseState
from tests.browser.axe import violations
from tests.browser.cases import (
    answers,
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
from tests.factories import case_street, make_division, make_user
from tests.governance.workflows.makers import Office
from tests.registry import fill_community

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def day(ago: int) -> str:
    return f"{today() - timedelta(days=ago):%Y%m%d}"


def test_four_discussions_and_two_publications(visit, measured_tree, user_of):
    clerk = visit()
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    page = clerk.page
    case = start(page, "四议两公开", measured_tree.community.code, "小区活动室改造")
    expect(page.get_by_role("heading", level=1)).to_have_text("党组织提议")
    fill_step(page, case, "proposed", held_on=day(60), text="")
    refused(clerk, "提议内容")
    fill(page, text="改造活动室")
    submit(page, "党组织提议")

    clerk.open(f"/cases/{case.pk}/steps/resolved/")
    expect(page.locator("main")).to_contain_text("“会议决议”未开始，现在不用办理")
    assert answers(case, "resolved", user_of(Role.STREET_CLERK)) == (200, 422)
    assert answers(case, "discussed", user_of(Role.STREET_CLERK, measured_tree.other_street)) == (404, 404)
    assert answers(case, "discussed", user_of(Role.COUNTY_STAFF)) == (200, 403)

    work(page, case, "两委商议")
    fill_step(page, case, "discussed", held_on=day(70))
    refused(clerk, "日期早于“党组织提议”的会议日期")
    assert violations(page) == []
    fill(page, held_on=day(58))
    submit(page, "两委商议")
    do(page, case, "members", held_on=day(55), present="30", agreed="12", result="未通过")
    expect(page.locator("#now")).to_contain_text("党组织提议")

    # Not passed: it begins anew, and what was filled in is there.
    work(page, case, "党组织提议")
    expect(page.locator("[name=text]")).to_have_value("改造活动室")
    submit(page, "党组织提议")
    office = Office(measured_tree, user_of)
    office.press(case, "discussed")
    work(page, case, "党员大会审议")
    fill(page, agreed="31")
    refused(clerk, "同意人数不能多于到会人数")
    fill(page, agreed="28", result="通过")
    submit(page, "党员大会审议")

    work(page, case, "会议决议")
    give_back(page, "2. 两委商议", "请附预算", discussed_text="补充预算")
    work(page, case, "两委商议")
    expect(page.locator("main")).to_contain_text("退回意见：补充预算")
    for key in ("discussed", "members"):
        office.press(case, key)
    do(
        page,
        case,
        "resolved",
        held_on=day(40),
        meeting="居（村）民代表会议",
        present="60",
        agreed="55",
        result="通过",
    )

    is_overdue(page, case)
    do(page, case, "decision_published", held_on=day(20))
    do(page, case, "result_published")
    expect(page.locator("main")).to_contain_text("已办结")
    case.refresh_from_db()
    assert case.state == CaseState.DONE
    assert case.steps.get(key="decision_published").is_late(today())


def test_one_solicitation_three_discussions_in_henan(visit, measured_tree):
    street = case_street("HN", measured_tree)
    urban = make_division(f"{street.code}001", "演示城市社区", street)
    rural = make_division(f"{street.code}002", "演示农村社区", street)
    make_communities()
    fill_community(urban, area_type="urban")
    fill_community(rural, area_type="rural")
    user = make_user("hn-clerk", Role.STREET_CLERK, street)
    clerk = visit(javascript=False)
    clerk.sign_in_as(user)
    page = clerk.page

    clerk.open("/cases/add/hn-decision-urban/")
    fill(page, division=rural.code, name="加装电梯")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("“一征三议两公开”适用于城市社区")
    clerk.problems.clear()
    case = start(page, "一征三议两公开", urban.code, "加装电梯")
    clerk.open(case.get_absolute_url())
    bar = page.locator("main")
    for name in ("征求居民意见", "党组织提议", "两委商议", "会议决议", "决议公开", "实施结果公开"):
        expect(bar).to_contain_text(name)
    expect(bar).not_to_contain_text("党员大会审议")

    for later in ("proposed", "discussed", "resolved", "decision_published", "result_published"):
        assert answers(case, later, user) == (200, 422), "no step before the one in front of it"
    do(page, case, "solicited", held_on=day(60), asked="200")
    do(page, case, "proposed", held_on=day(58))
    do(page, case, "discussed", held_on=day(55))
    work(page, case, "会议决议")
    fill_step(page, case, "resolved", held_on=day(56), present="60", agreed="20", result="未通过")
    refused(clerk, "日期早于“两委商议”的会议日期")
    fill(page, held_on=day(50))
    submit(page, "会议决议")
    expect(page.locator("main")).to_contain_text("决议结果：未通过")
    case.refresh_from_db()
    assert case.state == CaseState.REFUSED
    assert case.steps.get(key="decision_published").state == "skipped"

    clerk.open("/cases/add/hn-decision-rural/")
    fill(page, division=rural.code, name="修村道")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("党组织提议")
    expect(page.locator("main")).to_contain_text("党员大会审议")
