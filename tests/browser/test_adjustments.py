"""社区调整 in a browser without a script: a split from the draft to 沿革, every face of its pages."""

import pytest

from communities.models import Adjustment
from governance.accounts.roles import Role
from tests.browser.test_every_page import expect_none, faults
from tests.factories import Tree

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_split_without_a_script(visit, filled_tree: Tree, user_of):
    source = filled_tree["610104001002"]
    clerk = visit(javascript=False)
    clerk.sign_in_as(user_of(Role.STREET_CLERK))
    page = clerk.page
    clerk.open(f"/communities/adjustments/new/?kind=split&area={source.code}")
    page.get_by_label("后继社区").fill("习武园东社区\n习武园西社区")
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

    lead = visit(javascript=False)
    lead.sign_in_as(user_of(Role.COUNTY_LEAD))
    lead.open(address)
    lead.page.get_by_label("批准文号").fill("莲政函〔2026〕8号")
    lead.page.get_by_role("button", name="实施").click()
    lead.page.get_by_text("已实施。各社区的台账已归入后继社区").wait_for()
    after = [address, "/communities/adjustments/", f"/communities/{source.code}/"]
    found += [fault for url in after for fault in faults(looker, url)]
    expect_none(found)
