"""An officer's way through a finding: from the overview to the clause and the rows, to work and to paper."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.findings import refresh
from tests.factories import Tree

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def tree_with_findings(filled_tree: Tree) -> Tree:
    refresh(path="", on=today())
    return filled_tree


@pytest.mark.parametrize("javascript", [True, False])
def test_officer_follows_a_finding_and_has_it_mended(
    visit, tree_with_findings, user_of, tmp_path: Path, javascript
):
    visitor = visit(javascript=javascript)
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    page = visitor.page
    page.goto("/policies/standards/LH-SIZE-01/")
    street = page.locator("#spread").get_by_role("row").filter(has_text="青年路街道")
    street.get_by_role("link", name="1", exact=True).last.click()
    expect(page).to_have_url(re.compile(r"/findings/\?area=610104001&standard=LH-SIZE-01"))

    page.get_by_role("row").filter(has_text="莲湖路社区").get_by_role("checkbox").check()
    page.get_by_role("button", name="批量指派").click()
    expect(page.get_by_text("共 1 个")).to_be_visible()
    page.get_by_label("责任单位或岗位").fill("街道社区建设办公室")
    page.get_by_label("整改期限").fill(f"{today() + timedelta(days=3):%Y%m%d}")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已指派 1 个问题。")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="莲湖路社区")
    expect(row).to_contain_text("还剩 3 天")

    with page.expect_download() as caught:
        page.get_by_role("link", name="导出 Excel").click()
    file = tmp_path / "findings.xlsx"
    caught.value.save_as(file)
    assert [cell.value for cell in load_workbook(file)["问题清单"][2]][1] == "莲湖路社区"

    row.get_by_role("link", name="办理").click()
    expect(page.locator("#history")).to_contain_text("街道社区建设办公室")
    page.get_by_label("整改期限").fill("20200101")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("不能早于今天")
    expect(page.get_by_label("整改期限")).to_have_value("20200101")
    visitor.problems.clear()  # the browser notes the answer 422

    finding = page.url
    page.goto(finding)
    page.get_by_role("link", name="常住户数").click()
    expect(page).to_have_url(re.compile("/communities/610104001001/#community"))
    page.goto(finding)
    page.get_by_role("link", name=re.compile("^《莲湖区")).click()
    expect(page.locator(":target")).to_be_in_viewport()
