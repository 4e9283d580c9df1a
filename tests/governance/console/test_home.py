"""工作台: every role has a page of its own, every number is that of its list, few statements, no dead end."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from communities.models import Community
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.jobs.models import Job, JobStatus
from governance.policies.models import Finding, Standard
from governance.web.todo import Todo, TodoList, When, days_text
from tests.factories import Tree, make_division
from tests.registry import add_grids, fill_community

ClientOf = Callable[..., Client]
VIEWERS = [
    Role.STREET_CLERK,
    Role.STREET_LEAD,
    Role.COUNTY_STAFF,
    Role.COUNTY_LEAD,
    Role.UPPER_READER,
    Role.DEPARTMENT,
    Role.COMMUNITY,
]
ADMINS = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]


def panels(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    text = answer.content.decode()
    return re.sub(r"\s+", " ", text[text.index("<main") :])


def finding(tree: Tree, code: str, **fields: object) -> Finding:
    standards = Standard.objects.order_by("pk")
    values = {
        "outcome": "not_met",
        "severity": "red",
        "opened_on": today(),
        "standard": standards[Finding.objects.count()],
        **fields,
    }
    return Finding.objects.create(division=tree[code], **values)


@pytest.mark.parametrize("role", VIEWERS)
def test_an_empty_portal_says_what_to_do_next(tree: Tree, client_of: ClientOf, role: Role) -> None:
    text = panels(client_of(role))
    assert "没有未消除的问题" in text and "本期半年报告" in text
    works = role in (Role.STREET_CLERK, Role.STREET_LEAD, Role.COUNTY_STAFF, Role.COUNTY_LEAD)
    for word in ("下载台账", "完善台账", "待办事项"):
        assert (word in text) == works
    assert ("台账完整率</span>" in text) != works, "readers get the state instead"
    assert ("下级本期报告" in text) == (role == Role.UPPER_READER)


@pytest.mark.parametrize("role", ADMINS)
def test_administrators_see_their_own_things_only(tree: Tree, client_of: ClientOf, role: Role) -> None:
    text = panels(client_of(role))
    for foreign in ("待消除的问题", "数据完整", "完善台账", "本期半年报告"):
        assert foreign not in text
    assert ("尚未封存" in text) == (role == Role.AUDIT_ADMIN)
    assert ("未首次登录" in text) == (role != Role.AUDIT_ADMIN)
    assert ("定期事项" in text) == (role == Role.SYSTEM_ADMIN)


@pytest.mark.parametrize("role", [*VIEWERS, *ADMINS])
def test_few_statements_whatever_the_rows(measured_tree: Tree, client_of: ClientOf, role: Role) -> None:
    tree, client = measured_tree, client_of(role)

    def statements() -> int:
        from django.core.cache import cache

        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            panels(client)
        return len(seen)

    before = statements()
    for number in range(3, 15):
        division = make_division(f"610104001{number:03d}", f"第{number}社区")
        Community.objects.create(division=division, path=division.path, area_type="urban")
        add_grids(division, [{}])
        Finding.objects.create(
            division=division,
            standard=Standard.objects.order_by("pk")[0],
            outcome="not_met",
            severity="red",
            opened_on=today(),
        )
    fill_community(tree.community)
    after = statements()
    assert after == before
    assert after <= 28, "what is kept for a minute or an hour included"


def test_numbers_of_findings_are_those_of_their_lists(measured_tree: Tree, client_of: ClientOf) -> None:
    tree = measured_tree
    finding(tree, "610104001001", due_on=today() - timedelta(days=1))
    finding(tree, "610104001002", due_on=today() + timedelta(days=3), responsible="某科")
    finding(tree, "610104002001", severity="amber", opened_on=date(2026, 1, 1))
    finding(tree, "610104002001", severity="grey", resolved_on=today())
    client = client_of(Role.COUNTY_STAFF)
    page = client.get("/todo/")
    found = {line.todo.label: line for line in page.context["lines"]}
    for label in ("超过整改期限的问题", "整改期限将到的问题", "未指派责任的严重问题"):
        todo = found[label].todo
        assert todo.count == 1
        assert client.get(todo.url).context["page"].total == todo.count
    done = client.get("/todo/?when=done").context["lines"]
    mended = next(line.todo for line in done if line.todo.label == "消除的问题")
    assert client.get(mended.url).context["page"].total == mended.count == 1
    home = client.get("/").content.decode()
    table = home[home.index("街道（乡镇）一览") :]
    links = re.findall(r'<td class="num"><a href="(/findings/[^"]+)">([\d,]+)</a>', table)
    assert len(links) >= 4
    for url, number in links:
        assert client.get(url.replace("&amp;", "&")).context["page"].total == int(number)


def test_tiles_count_what_their_lists_hold(tree: Tree, client_of: ClientOf, user_of: Callable) -> None:
    clerk: User = user_of(Role.STREET_CLERK)
    Job.objects.create(
        kind="progress_report", key="a", requester_id=clerk.pk, status=JobStatus.FAILED, error="没有字体"
    )
    client = client_of(Role.STREET_CLERK)
    text = panels(client)
    assert "后台任务失败" in text and "没有字体" in text
    tiles = re.findall(r'href="(/todo/\?when=\w+)" class="kpi.*?<span class="v">([\d,]+)', text)
    assert [url.split("=")[1] for url, _ in tiles] == [each.value for each in When]
    for url, number in tiles:
        page = client.get(url)
        assert sum(line.todo.count for line in page.context["lines"]) == int(number)
        assert page.context["total"] == int(number)


def test_every_number_of_the_home_page_leads_somewhere(tree: Tree, client_of: ClientOf) -> None:
    add_grids(tree.community, [{}])
    client = client_of(Role.STREET_LEAD)
    text = panels(client)
    urls = {url.replace("&amp;", "&") for url in re.findall(r'href="(/[^"#]*)"', text)}
    assert any("/completeness/" in url for url in urls)
    for url in urls:
        assert client.get(url).status_code in (200, 302), url


def test_counts_of_accounts_are_those_of_their_lists(
    tree: Tree, client_of: ClientOf, user_of: Callable
) -> None:
    user_of(Role.STREET_CLERK)
    closed = user_of(Role.STREET_LEAD)
    get_user_model().objects.filter(pk=closed.pk).update(is_active=False)
    get_user_model().objects.filter(username="street_clerk").update(last_login=None)
    client = client_of(Role.SECURITY_ADMIN)
    text = panels(client)
    tiles = re.findall(
        r'href="(/users/[^"]*)" class="kpi.*?<span class="t">(.*?)</span><span class="v">(\d+)', text
    )
    assert {label: int(number) for _, label, number in tiles}["未首次登录"] == 1
    for url, _, number in tiles:
        assert client.get(url).context["page"].total == int(number)


def test_counts_of_the_audit_log_are_those_of_its_lists(tree: Tree, client_of: ClientOf) -> None:
    client_of(Role.STREET_CLERK).get("/audit/")
    client = client_of(Role.AUDIT_ADMIN)
    text = panels(client)
    tiles = re.findall(r'href="(/audit/\?[^"]*)" class="kpi.*?<span class="v">(\d+)', text)
    assert len(tiles) == 4 and "1" in {number for _, number in tiles}
    for url, number in tiles:
        assert client.get(url.replace("&amp;", "&")).context["page"].total == int(number)


def test_todos_are_put_in_order_and_in_lists() -> None:
    on = date(2026, 6, 1)
    assert [days_text(days) for days in (None, 0, 3, -2)] == ["", "今天到期", "还有 3 天", "已超期 2 天"]
    assert Todo("a", due_on=on).when(on) == When.SOON
    assert Todo("a", due_on=on - timedelta(days=1)).when(on) == When.OVERDUE
    assert Todo("a", due_on=on + timedelta(days=8)).when(on) == When.OPEN
    assert Todo("a", done=True, due_on=on).when(on) == When.DONE
    assert TodoList([]).count(When.OPEN) == 0
    assert timezone.localdate() == today()
