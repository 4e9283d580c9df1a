"""Error pages: Chinese, numbered, without a statement and without a detail of the fault."""

from collections.abc import Callable

import pytest
from django.test import Client

from governance.accounts.roles import Role
from governance.web.errors import server_error

pytestmark = [pytest.mark.urls("tests.governance.web.urls"), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/fail/bad/", 400, "请求无法处理"),
        ("/fail/denied/", 403, "只有街道负责人可以确认数据。"),
        ("/nowhere/", 404, "没有找到这个页面"),
        ("/fail/crash/", 500, "系统出错了"),
    ],
)
def test_error_pages_carry_the_request_number(path: str, status: int, words: str) -> None:
    answer = Client(raise_request_exception=False).get(path)
    text = answer.content.decode()
    assert answer.status_code == status
    assert words in text
    assert answer.headers["X-Request-ID"] in text
    assert "boom" not in text and "Traceback" not in text


def test_a_stale_form_says_so() -> None:
    answer = Client(enforce_csrf_checks=True).post("/public/")
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_a_stale_form_of_our_own_page_can_be_sent_again(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.STREET_CLERK, "甲街道")
    client.handler.enforce_csrf_checks = True
    typed = {"name": "新名称", "csrfmiddlewaretoken": "x" * 64}
    answer = client.post("/form/?a=1", typed, headers={"Origin": "http://testserver"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert 'name="name" value="新名称"' in text and 'action="/form/?a=1"' in text
    elsewhere = client.post("/form/", typed, headers={"Origin": "http://evil.example"})
    assert "新名称" not in elsewhere.content.decode()
    stranger = Client(enforce_csrf_checks=True).post("/form/", typed, headers={"Origin": "http://testserver"})
    assert "新名称" not in stranger.content.decode()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/fail/denied/", 403, "只有街道负责人可以确认数据。"),
        ("/nowhere/", 404, "不在您的数据范围内"),
        ("/fail/crash/", 500, "没有完成"),
    ],
)
def test_a_script_gets_one_line_with_the_request_number(path: str, status: int, words: str) -> None:
    answer = Client(raise_request_exception=False).get(path, headers={"HX-Request": "true"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert words in answer.content.decode() and answer.headers["X-Request-ID"] in answer.content.decode()


def test_missing_and_foreign_look_the_same(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.STREET_CLERK, "甲街道")
    missing, foreign = client.get("/detail/1/"), client.get("/detail/990102008/")
    assert missing.status_code == foreign.status_code == 404

    def body(answer: object) -> str:
        return answer.content.decode().replace(answer.headers["X-Request-ID"], "")  # type: ignore[attr-defined]

    assert body(missing) == body(foreign)


def test_the_500_page_asks_the_database_nothing(
    rf: object, django_assert_num_queries: Callable[..., object]
) -> None:
    request = rf.get("/")  # type: ignore[attr-defined]
    with django_assert_num_queries(0):
        assert server_error(request).status_code == 500


def test_headers_on_every_answer() -> None:
    answer = Client().get("/public/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "script-src 'self'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.urls("governance.urls")
@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("get", "/communities/%00/", {}),
        ("get", "/records/grids/", {"q": "a\0"}),
        ("post", "/records/grids/", {"list_action": "save", "name": "甲", "query": "q=\0"}),
        ("post", "/records/grids/1/change/", {"_reason": "a\0"}),
    ],
)
def test_a_nul_is_refused_before_it_meets_the_database(sign_in, method: str, path: str, data: dict) -> None:
    answer = getattr(sign_in(Role.STREET_CLERK, "甲街道"), method)(path, data)
    assert answer.status_code == 400 and "请求无法处理" in answer.content.decode()
