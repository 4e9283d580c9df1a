"""What a clerk, an officer, a stranger and the three administrators do in a real browser."""

import re
from importlib import import_module

import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from communities.models import Community
from governance.accounts.roles import ADMIN_ROLES, Role
from governance.accounts.sessions import SEEN_AT
from governance.divisions.clock import today
from governance.policies.findings import refresh
from tests.factories import PASSWORD, Tree

pytestmark = pytest.mark.browser

COMMUNITY, STANDARD, STRANGE = "610104001001", "LH-SIZE-01", "610102001001"


@pytest.fixture
def tree_with_findings(filled_tree: Tree) -> Tree:
    refresh(path="", on=today())
    return filled_tree


def let_the_session_go_idle(page: Page) -> None:
    """As if nobody had touched the portal for a day; the page itself is not told."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    store = import_module(settings.SESSION_ENGINE).SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    store[SEEN_AT] -= 24 * 3600
    store.save()


def test_clerk_edits_a_community_by_form(visit, tree_with_findings, user_of):
    """With an error, a draft and a session that ends before the last click; nothing typed is lost."""
    clerk = user_of(Role.STREET_CLERK)
    visitor = visit()
    visitor.sign_in_as(clerk)
    page = visitor.page
    page.goto(f"/checkup/{COMMUNITY}/")
    result = page.get_by_role("row").filter(has_text=STANDARD)
    expect(result).to_contain_text("未达标")

    page.goto(f"/communities/{COMMUNITY}/")
    page.get_by_role("link", name="修改", exact=True).first.click()
    households = page.get_by_label("常住户数", exact=False)
    expect(households).to_have_value("900")
    households.fill("一千户")
    page.get_by_label("东至", exact=False).fill("北关正街中心线")
    page.get_by_role("button", name=re.compile("^保存")).first.click()
    expect(page.get_by_role("alert")).to_contain_text("常住户数")
    expect(households).to_have_value("一千户")
    expect(page.get_by_label("东至", exact=False)).to_have_value("北关正街中心线")

    households.fill("1000")
    page.get_by_role("button", name="存草稿").click()
    page.goto(f"/communities/{COMMUNITY}/")
    page.get_by_role("link", name="修改", exact=True).first.click()
    expect(households).to_have_value("900")
    page.get_by_role("link", name="继续填写").click()
    expect(households).to_have_value("1000")
    expect(page.get_by_label("东至", exact=False)).to_have_value("北关正街中心线")

    let_the_session_go_idle(page)
    page.get_by_role("button", name=re.compile("^保存")).first.click()
    expect(page.get_by_role("heading", name="请重新登录")).to_be_visible()
    assert Community.objects.get(division__code=COMMUNITY).households_resident == 900
    page.get_by_label("用户名").fill(clerk.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录并继续").click()
    page.get_by_role("button", name="继续提交").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    visitor.problems = [each for each in visitor.problems if " 401 " not in each and " 422 " not in each]

    page.goto(f"/checkup/{COMMUNITY}/")
    expect(result).not_to_contain_text("未达标")
    expect(result).to_contain_text(re.compile("1,?000"))


def test_officer_follows_a_finding_from_the_overview(visit, tree_with_findings, user_of, tmp_path):
    """From a number of the overview to clause and rows; the list as a file; who changed the community."""
    visitor = visit()
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    page = visitor.page
    page.goto("/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="辖区概览").click()
    standard = page.get_by_role("row").filter(has_text=STANDARD)
    standard.locator("a[href*='outcome=not_met']").first.click()
    page.get_by_role("row").filter(has_text="莲湖路社区").get_by_role("link").first.click()
    result = page.get_by_role("row").filter(has_text=STANDARD)
    result.get_by_role("link", name="问题办理").click()

    main = page.locator("main")
    expect(main).to_contain_text(STANDARD)
    expect(main).to_contain_text("900")
    finding = page.url
    main.get_by_role("link", name=re.compile("^《.*》")).first.click()
    expect(page.locator(":target")).to_be_in_viewport()
    page.goto(finding)
    main.get_by_role("link", name="常住户数").first.click()
    expect(page).to_have_url(re.compile(COMMUNITY))
    expect(main).to_contain_text("900")

    page.goto(f"/communities/{COMMUNITY}/")
    page.get_by_role("link", name="修改", exact=True).first.click()
    page.get_by_label("常住户数", exact=False).fill("950")
    page.get_by_role("button", name=re.compile("^保存")).first.click()
    page.get_by_role("link", name="修改痕迹").first.click()
    change = page.get_by_role("row").filter(has_text="常住户数").first
    expect(change).to_contain_text(re.compile("900.*950", re.DOTALL))

    page.goto("/findings/?area=610104001")
    listed = page.locator("main table tbody tr").count()
    with page.expect_download() as caught:
        page.get_by_role("link", name=re.compile("导出")).first.click()
    file = tmp_path / "findings.xlsx"
    caught.value.save_as(file)
    sheet = load_workbook(file, read_only=True).worksheets[0]
    communities = [row for row in sheet.iter_rows(values_only=True) if "610104001001" in map(str, row)]
    assert listed > len(communities) > 0


def test_a_strangers_community_is_not_there(visit, tree_with_findings, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    community = Community.objects.get(division__code=STRANGE)
    for url in (
        f"/communities/{STRANGE}/",
        f"/checkup/{STRANGE}/",
        reverse("records:change", args=["communities", community.pk]),
        reverse("records:history", args=["communities", community.pk]),
    ):
        assert visitor.open(url).status == 404, url
        expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("没有")
    visitor.problems = [each for each in visitor.problems if "404" not in each]


OWN_PAGES = {
    Role.SYSTEM_ADMIN: {"用户", "单位", "设置"},
    Role.SECURITY_ADMIN: {"用户", "在线会话", "锁定", "角色权限"},
    Role.AUDIT_ADMIN: {"审计"},
}
OTHERS = {
    Role.SYSTEM_ADMIN: ["console:audit", "communities:list", "policies:findings"],
    Role.SECURITY_ADMIN: ["console:audit", "communities:list", "console:settings"],
    Role.AUDIT_ADMIN: ["console:users", "communities:list", "console:settings"],
}


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
def test_each_administrator_sees_only_his_pages(visit, tree_with_findings, user_of, role):
    visitor = visit()
    visitor.sign_in_as(user_of(role))
    page = visitor.page
    page.goto("/")
    menu = page.get_by_role("navigation", name="主菜单")
    labels = menu.get_by_role("link").all_inner_texts()
    for name in OWN_PAGES[role]:
        assert any(name in label for label in labels), (name, labels)
    for label in ("社区", "问题清单", "台账工作簿"):
        assert not any(label == each.strip() for each in labels), labels
    for link in menu.get_by_role("link").all():
        assert visitor.page.request.get(link.get_attribute("href")).status == 200
    for name in OTHERS[role]:
        assert visitor.open(reverse(name)).status == 403, name
    visitor.problems = [each for each in visitor.problems if "403" not in each]
