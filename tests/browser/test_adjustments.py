"""社区调整 in a browser without a script: a split from the draft to 沿革, every face of its pages."""

import pytest
from playwright.sync_api import expect

from communities.models import Adjustment
from governance.accounts.roles import Role
from governance.workflows.models import Case
from tests.browser.test_every_page import expect_none, faults
from tests.factories import Tree
from tests.governance.workflows.makers import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_split_without_a_script(visit, filled_tree: Tree, user_of):
    source = filled_tree["610104001002"]
    clerk = visit(javascript=False)
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    page = clerk.page
    clerk.open(f"/communities/adjustments/new/?kind=split&area={source.code}")
    page.get_by_label("后继社区").fill("习武园东社区\n习武园西社区")
    page.get_by_label("列入计划名单").select_option(label="是，名单内的社区")
    page.get_by_label("生效日期").fill("20260901")
    page.get_by_label("方案依据").fill("青街办请示")
    page.get_by_role("button", name="下一步").click()
    for label in ("常住户数", "常住人口", "城镇常住人口", "注册志愿者数"):
        page.get_by_label(f"习武园东社区的{label}", exact=True).fill("500")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="网格 2").click()
    page.get_by_label("勾选002 第2网格").check()
    page.get_by_label("归入", exact=True).select_option(label="习武园西社区")
    page.get_by_role("button", name="勾选的归入").click()
    assert page.get_by_label("002 第2网格归入", exact=True).input_value() != ""
    adjustment = Adjustment.objects.get()
    address = f"/communities/adjustments/{adjustment.pk}/"

    looker = visit()
    looker.sign_in_as(user_of(Role.STREET_CLERK))
    drafts = [f"{address}plan/", f"{address}plan/?part=grid", address]
    merge = "/communities/adjustments/new/?kind=merge"
    found = [fault for url in (*drafts, merge) for fault in faults(looker, url)]

    clerk.open(address)
    page.get_by_role("button", name="发起办理").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("习武园社区拆分")
    expect(page.locator("#step-proposal")).to_contain_text(f"{adjustment.pk}")
    found += faults(looker, address)
    Office(filled_tree, user_of).bring_to(Case.objects.get(), "", proposal={"plan": adjustment.pk})
    after = [address, "/communities/adjustments/", f"/communities/{source.code}/"]
    found += [fault for url in after for fault in faults(looker, url)]
    expect_none(found)
