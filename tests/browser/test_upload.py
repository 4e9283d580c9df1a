"""The upload in a browser: refused before sending, canceled, dropped, after the session ended, without JS."""

import pytest
from django.conf import settings
from playwright.sync_api import Route, expect

from governance.accounts.roles import Role
from governance.exchange.models import ImportBatch
from tests.browser.axe import violations
from tests.governance.exchange.sheets import workbook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file(name="台账.xlsx", content=None):
    return {"name": name, "mimeType": XLSX, "buffer": workbook(网格=[{}]) if content is None else content}


@pytest.fixture
def opened(visit, tree, user_of):
    """The page of the upload, as its visitor sees it."""

    def make(**kwargs):
        visitor = visit(**kwargs)
        visitor.sign_in_as(user_of(Role.STREET_CLERK))
        visitor.open("/workbook/upload/")
        return visitor

    return make


def test_wrong_files_are_refused_before_they_are_sent(opened, tmp_path):
    page = opened().page
    error = page.locator("[data-error]")
    for name, size, text in (
        ("旧表.xls", 1, "另存为 .xlsx"),
        ("宏.xlsm", 1, "含宏"),
        ("表.pdf", 1, "这是文档"),
        ("表.zip", 1, "请先解压"),
        ("空.xlsx", 0, "空文件"),
        ("大.xlsx", settings.UPLOAD_MAX_BYTES + 1, "超过"),
    ):
        # By its path: the content of a large one takes its time on the way to the browser.
        with (tmp_path / name).open("wb") as made:
            made.truncate(size)
        page.set_input_files("input[type=file]", tmp_path / name)
        expect(error).to_contain_text(text)
        page.click("text=上传并检查")
    assert page.url.endswith("/workbook/upload/") and ImportBatch.objects.count() == 0
    assert violations(page) == []


def test_progress_cancel_and_the_second_try(opened):
    page = opened().page
    held: list[Route] = []
    page.route("**/workbook/upload/", lambda route: held.append(route))
    page.set_input_files("input[type=file]", file())
    page.click("text=上传并检查")
    expect(page.locator("[data-progress]")).to_be_visible()
    page.click("text=取消上传")
    expect(page.locator("[data-error]")).to_contain_text("已取消上传")
    assert ImportBatch.objects.count() == 0
    page.unroute("**/workbook/upload/")
    page.click("text=上传并检查")
    page.wait_for_url("**/workbook/imports/*/")
    expect(page.get_by_role("button", name="确认导入：新增 1 行")).to_be_visible()
    assert ImportBatch.objects.count() == 1


def test_an_ended_session_keeps_the_file_in_the_page(opened, user_of):
    visitor = opened()
    page = visitor.page
    page.set_input_files("input[type=file]", file())
    visitor.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.click("text=上传并检查")
    expect(page.locator("[data-error]")).to_contain_text("登录已过期，文件没有保存")
    assert ImportBatch.objects.count() == 0
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1


def test_a_file_is_dropped(opened):
    page = opened().page
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["x"], "旧表.et"));
            const zone = document.querySelector("[data-upload]");
            zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator("[data-error]")).to_contain_text("旧版表格")


def test_without_javascript_it_is_a_plain_form(opened):
    page = opened(javascript=False).page
    expect(page.locator("[data-upload]")).to_be_hidden()
    page.set_input_files("input[type=file]", file())
    page.click("text=上传并检查")
    page.wait_for_url("**/workbook/imports/*/")
    page.click("button:has-text('确认导入')")
    expect(page.get_by_role("heading", name="导入回执")).to_be_visible()
