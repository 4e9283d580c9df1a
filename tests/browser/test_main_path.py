"""The main path in a real browser: workbook out and in, its effect, and the half-year report."""

import hashlib
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.accounts.services import create_user, grant
from governance.divisions.clock import today
from governance.policies.findings import refresh
from governance.reports.models import Report
from tests.factories import Tree

pytestmark = pytest.mark.browser

COMMUNITY, STANDARD = "610104001001", "LH-SIZE-01"
NEW_PASSWORD = "Lianhu-2026-Road"


@pytest.fixture
def tree_with_findings(filled_tree: Tree) -> Tree:
    refresh(path="", on=today())
    return filled_tree


def issue(tree: Tree, role: Role, division: str) -> tuple[User, str]:
    """A new user of a role and the password to begin with."""
    user, password = create_user(username="zhang", display_name="张录入")
    grant(user=user, role=role, division=tree[division])
    assert password is not None
    return user, password


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("用户名").fill("zhang")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def change_password(page: Page, password: str) -> None:
    """The page that a first sign-in is held at."""
    expect(page.get_by_text("请先改为只有您本人知道的密码")).to_be_visible()
    page.goto("/communities/")
    expect(page).to_have_url(re.compile("/password/"))
    page.get_by_label("原密码").fill(password)
    page.get_by_label("新密码").fill(NEW_PASSWORD)
    page.get_by_label("再输一次").fill(NEW_PASSWORD)
    page.locator("main, form").get_by_role("button", name=re.compile("密码|保存")).first.click()
    expect(page.get_by_text("密码已修改")).to_be_visible()


def download_workbook(page: Page, folder: Path) -> Path:
    page.get_by_role("link", name="下载工作簿").first.click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="下载", exact=True).click()
    file = folder / "book.xlsx"
    caught.value.save_as(file)
    assert "青年路街道台账工作簿.xlsx" in caught.value.suggested_filename
    return file


def with_households(file: Path, households: int) -> Path:
    """The downloaded workbook as a clerk sends it back: one cell changed."""
    workbook = load_workbook(file)
    sheet = workbook["社区"]
    names = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == COMMUNITY)
    assert row[names.index("常住户数")].value == 900
    row[names.index("常住户数")].value = households
    workbook.save(file)
    return file


def upload_and_confirm(page: Page, file: Path) -> None:
    page.get_by_role("link", name="上传导入").first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("检查通过，尚未保存")).to_be_visible()
    expect(page.get_by_role("link", name="修改 1", exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="常住户数")
    expect(row).to_contain_text("900")
    expect(row).to_contain_text(re.compile("1,?000"))
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_text("已全部保存")).to_be_visible()


def sign_out(page: Page) -> None:
    page.locator("details.me > summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/login/"))
    page.goto("/communities/")
    expect(page).to_have_url(re.compile("/login/"))


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_clerk_takes_the_workbook_home_and_brings_it_back(visit, tree_with_findings, tmp_path, javascript):
    _, password = issue(tree_with_findings, Role.STREET_CLERK, "610104001")
    page = visit(javascript=javascript).page
    page.goto("/")
    expect(page).to_have_url(re.compile("/login/"))
    sign_in(page, password)
    change_password(page, password)

    page.goto(f"/checkup/{COMMUNITY}/")
    result = page.get_by_role("row").filter(has_text=STANDARD)
    expect(result).to_contain_text("未达标")

    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="台账工作簿").click()
    file = with_households(download_workbook(page, tmp_path), 1000)
    page.goto("/workbook/")
    upload_and_confirm(page, file)

    page.goto(f"/checkup/{COMMUNITY}/")
    expect(result).not_to_contain_text("未达标")
    expect(result).to_contain_text("达标")
    expect(result).to_contain_text(re.compile("1,?000"))
    sign_out(page)


def test_faulty_workbook_comes_back_with_its_errors(visit, tree_with_findings, user_of, tmp_path):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.STREET_CLERK))
    page = visitor.page
    page.goto("/workbook/")
    file = with_households(download_workbook(page, tmp_path), -5)
    page.goto("/workbook/upload/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("没有保存任何内容")
    assert not visitor.is_wider_than_the_screen()
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    with page.expect_download() as caught:
        page.get_by_role("link", name="下载标注了错误的工作簿").click()
    caught.value.save_as(file)
    marked = load_workbook(file)
    assert "错误信息" in [cell.value for cell in marked["社区"][1]]


def test_officer_follows_a_finding_to_its_clause(visit, tree_with_findings, user_of):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    page = visitor.page
    page.goto("/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="问题清单").click()
    row = page.get_by_role("row").filter(has_text="莲湖路社区").filter(has_text="LH").first
    row.get_by_role("link", name="莲湖路社区").click()
    expect(page).to_have_url(re.compile(f"/checkup/{COMMUNITY}/"))
    result = page.get_by_role("row").filter(has_text=STANDARD)
    expect(result).to_contain_text("900")
    result.get_by_role("link", name=re.compile(r"^LH ")).click()
    expect(page).to_have_url(re.compile("/policies/lianhu-2024/"))
    clause = page.locator(":target")
    expect(clause).to_be_visible()
    expect(clause).to_be_in_viewport()
    expect(clause).to_contain_text("社区")


def test_officer_makes_the_report_and_takes_it_home(
    visit, tree_with_findings, user_of, start_worker, tmp_path
):
    visitor = visit()
    visitor.sign_in_as(user_of(Role.COUNTY_STAFF))
    page = visitor.page
    page.goto("/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="进展报告").click()
    page.get_by_role("link", name="生成报告").click()
    page.get_by_label("行政区划").select_option("610104")
    page.get_by_role("button", name="开始生成").click()
    expect(page.get_by_text("正在排队")).to_be_visible()
    assert not visitor.is_wider_than_the_screen()

    start_worker("filesystem://")
    # Nobody touches the page: it asks by itself.
    product = page.get_by_role("link", name="查看报告")
    expect(product).to_be_visible(timeout=240_000)
    product.click()

    report = Report.objects.get()
    expect(page.get_by_text(report.sha256)).to_be_visible()
    assert not visitor.is_wider_than_the_screen()
    with page.expect_download() as caught:
        page.get_by_role("link", name="下载 PDF").click()
    file = tmp_path / "report.pdf"
    caught.value.save_as(file)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == report.sha256
    assert len(PdfReader(file).pages) == report.pages
    assert "莲湖区" in caught.value.suggested_filename

    page.locator('main a[href*="total.households_resident"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5,400")
    expect(page.get_by_role("row").filter(has_text=COMMUNITY)).to_contain_text("900")
    assert not visitor.is_wider_than_the_screen()
