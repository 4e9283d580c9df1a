"""A real Chromium before a live server; whatever it complains about fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from governance.accounts.models import User

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
]
SCREEN = {"width": 1366, "height": 768}
PATIENCE_MS = 60_000

_WATCH = """
document.addEventListener("securitypolicyviolation", event => {
    console.error("CSP: " + event.violatedDirective + " " + event.blockedURI);
});
"""


def _program() -> str:
    """The Chromium of CHROMIUM (bin/test finds it) or of the path."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "google-chrome", "chromium-browser"):
        found = shutil.which(name) if name else None
        if found:
            return found
    pytest.fail(
        "找不到 Chromium：请运行 apt-get install chromium，或用 CHROMIUM=/路径 指定。"
        "/ No Chromium: apt-get install chromium, or name one by CHROMIUM=/path."
    )


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread, in which Django refuses its ORM although nothing is async.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_program(), args=ARGUMENTS)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visitor:
    """One user's browser window, and what went wrong in it."""

    def __init__(self, browser: Browser, address: str, *, javascript: bool) -> None:
        self.address = address
        self.problems: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=address,
            java_script_enabled=javascript,
            viewport=SCREEN,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        if javascript:
            self.context.add_init_script(_WATCH)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._on_response)
        self.page.on("request", lambda request: self._on_address(request.url))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{self.page.url}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            self.problems.append(f"{response.url}: {response.status}")

    def _on_address(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"{self.page.url}: asks for {url}")

    def sign_in_as(self, user: User) -> None:
        """By cookie, without the sign-in page."""
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}]
        )

    def open(self, url: str) -> Response:
        response = self.page.goto(url)
        assert response is not None
        return response

    def is_wider_than_the_screen(self) -> bool:
        """Whether the page as a whole scrolls sideways."""
        return self.page.evaluate(
            "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
        )


@pytest.fixture
def visit(chromium: Browser, live_server, own_data_folder: Path) -> Iterator[Callable[..., Visitor]]:
    """`visit()`: a fresh browser window; `visit(javascript=False)`: one without JavaScript."""
    visitors: list[Visitor] = []

    def make(*, javascript: bool = True) -> Visitor:
        visitors.append(Visitor(chromium, live_server.url, javascript=javascript))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()
    assert [problem for visitor in visitors for problem in visitor.problems] == []
