"""Pages of the work on findings: list, one finding, several at once, and the file."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.policies.findings import refresh
from governance.policies.models import Finding
from tests.factories import Tree
from tests.governance.policies.test_pages import MOST, more_communities, text_of
from tests.registry import add_facilities, fill_community
from tests.snapshot import made_once

LIST = "/findings/"


def _measure(tree: Tree) -> None:
    fill_community(tree.community, households_resident=999, population_resident=6000)
    add_facilities(tree.community, [{"building_area_c": 1}])
    refresh(path="", on=timezone.localdate())


@pytest.fixture
def measured(measured_tree: Tree) -> Tree:
    """莲湖路社区 has 999 households, one too few, and a facility much too small; nothing else is known."""
    made_once("policies/test_finding_pages", lambda: _measure(measured_tree))
    return measured_tree


@pytest.fixture
def finding(measured: Tree) -> Finding:
    return Finding.objects.get(standard__measure__code="LH-SIZE-01")


def _url(finding: Finding) -> str:
    return reverse("policies:finding", args=[finding.pk])


def _in(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _post(client: Client, url: str, **data):
    return client.post(url, {"action": "assign", "key": "k" * 32, **data})


def test_a_finding_explains_itself_and_leads_everywhere(finding, client_of):
    text = text_of(client_of(Role.COUNTY_STAFF), _url(finding))
    for shown in (
        "999 户",
        "1000户至5000户",
        "比规模下限少 1 户",
        "莲湖路社区",
        "未指派",
        'href="/communities/610104001001/#community"',
        'href="/policies/standards/LH-SIZE-01/"',
        'href="/policies/lianhu-2024/#%28%E5%9B%9B%29"',
        'href="/checkup/610104001001/#LH-SIZE-01"',
        "发现以来没有变化",
        "还没有人修改过",
    ):
        assert shown in text, shown


def test_assigning_is_shown_with_days_left_and_in_the_history(finding, client_of):
    client = client_of(Role.STREET_LEAD)
    response = _post(client, _url(finding), responsible="综治办", due_on=f"{_in(3):%Y%m%d}", note="请核对")
    assert response.status_code == 302
    text = text_of(client, _url(finding))
    assert "还剩 3 天" in text and "整改中" in text and "请核对" in text
    assert "整改期限" in text.partition("修改痕迹")[2]
    assert "还剩 3 天" in text_of(client_of(Role.COUNTY_STAFF), LIST)


def test_clearing_the_form_clears_the_finding(finding, client_of):
    client = client_of(Role.STREET_LEAD)
    _post(client, _url(finding), responsible="综治办", due_on=f"{_in(3):%Y%m%d}")
    client.post(_url(finding), {"action": "assign", "key": "x" * 32})
    finding.refresh_from_db()
    assert (finding.responsible, finding.due_on) == ("", None)


def test_a_wrong_form_keeps_what_was_typed(finding, client_of):
    response = _post(client_of(Role.STREET_LEAD), _url(finding), responsible="综治办", due_on="20200101")
    assert response.status_code == 422
    text = response.content.decode()
    assert "整改期限不能早于今天" in text and 'value="综治办"' in text and 'value="20200101"' in text


def test_readers_see_it_and_may_not_work_on_it(finding, client_of):
    for role in (Role.STREET_CLERK, Role.COMMUNITY, Role.DEPARTMENT, Role.UPPER_READER):
        client = client_of(role)
        text = text_of(client, _url(finding))
        assert "<textarea" not in text
        assert _post(client, _url(finding), responsible="x").status_code == 403
        assert client.post(_url(finding), {"action": "note", "note-note": "x"}).status_code == 403
        assert client.get(reverse("policies:findings_assign")).status_code == 403
    refused = Event.objects.filter(kind=EventKind.REFUSAL)
    assert refused.count() == 12


def test_a_stranger_finds_nothing(finding, measured, client_of):
    client = client_of(Role.STREET_LEAD, measured.other_street)
    for url in (_url(finding), reverse("policies:finding", args=[999_999])):
        assert client.get(url).status_code == 404
        assert _post(client, url, responsible="x").status_code == 404
    response = client.get(reverse("policies:findings_assign"), {"id": finding.pk}, follow=True)
    assert "请先在问题清单中勾选" in response.content.decode()


def test_the_user_who_is_responsible_writes_notes(finding, client_of, user_of):
    community = user_of(Role.COMMUNITY)
    _post(client_of(Role.COUNTY_STAFF), _url(finding), user=str(community.pk))
    client = client_of(Role.COMMUNITY)
    assert "由我负责" in text_of(client, LIST)
    assert "莲湖路社区" in text_of(client, f"{LIST}?responsible=:mine")
    response = client.post(_url(finding), {"action": "note", "note-note": "已补录", "note-key": "n" * 32})
    assert response.status_code == 302
    assert "已补录" in text_of(client_of(Role.COUNTY_STAFF), _url(finding))
    assert (
        client.post(_url(finding), {"action": "note", "note-note": "", "note-key": "m" * 32}).status_code
        == 422
    )


def test_several_are_assigned_at_once(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    ids = list(Finding.objects.values_list("pk", flat=True))
    assert len(ids) > 1
    url = reverse("policies:findings_assign")
    ticked = {"bulk": "assign", "pk": [*ids[:2], "abc"], "back": f"{LIST}?severity=amber"}
    response = client.post(url, ticked, follow=True)
    assert "共 2 个" in response.content.decode()
    assert f'href="{LIST}?severity=amber"' in response.content.decode(), "the way back to the list as it was"
    response = client.get(url, {"id": ids[0], "back": "https://example.org/findings/"})
    assert 'example.org/findings/"> ' not in response.content.decode()
    response = client.post(url, {"id": ids, "key": "k" * 32})
    assert response.status_code == 422 and "请至少填写" in response.content.decode()
    form = {"id": ids, "key": "k" * 32, "responsible": "民政科", "due_on": f"{_in(10)}", "note": "限期整改"}
    for _ in range(2):
        assert client.post(url, form).url == reverse("policies:findings")
    assert set(Finding.objects.values_list("responsible", "due_on")) == {("民政科", _in(10))}
    assert Event.objects.filter(object_type="policies.finding").count() == len(ids)


def test_overdue_first_and_filters_of_the_follow_up(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    least = Finding.objects.order_by("severity", "-pk").first()
    Finding.objects.filter(pk=least.pk).update(due_on=_in(-5), responsible="综治办")
    text = text_of(client, LIST)
    assert "已超期 5 天" in text
    assert text.index(_url(least)) == min(text.index(_url(each)) for each in Finding.objects.all())
    for query, shown in {
        "due=overdue": True,
        "due=soon": False,
        "due=none": False,
        "due=set": True,
        "responsible=综治办": True,
        "responsible=:none": False,
        "responsible=:any": True,
        "responsible=:mine": False,
        "community=莲湖路": True,
        "community=庙后街": False,
        "until=20200101": False,
    }.items():
        assert (_url(least) in text_of(client, f"{LIST}?{query}")) is shown, query


def test_filters_by_theme_and_state(finding, client_of):
    client = client_of(Role.COUNTY_STAFF)
    assert _url(finding) in text_of(client, f"{LIST}?theme=size")
    assert _url(finding) not in text_of(client, f"{LIST}?theme=grids")
    Finding.objects.filter(pk=finding.pk).update(resolved_on=_in(0))
    assert _url(finding) not in text_of(client, LIST)
    assert _url(finding) in text_of(client, f"{LIST}?state=closed")
    assert _url(finding) in text_of(client, f"{LIST}?state=all")
    text = text_of(client, _url(finding))
    assert "自动消除" in text and "已消除" in text


def test_the_number_in_the_menu_counts_what_is_overdue(finding, client_of):
    client = client_of(Role.COUNTY_STAFF)
    red = Finding.objects.filter(severity="red").count()
    Finding.objects.filter(pk=finding.pk).update(due_on=_in(-1))
    assert f'<span class="cnt">{red + 1}' in text_of(client, LIST)


def test_the_file_holds_what_is_filtered_and_is_logged(measured, client_of, user_of):
    client = client_of(Role.COUNTY_STAFF)
    Finding.objects.filter(standard__measure__code="LH-SIZE-01").update(responsible="综治办", due_on=_in(2))
    response = client.get(reverse("policies:findings_export"), {"standard": "LH-SIZE-01"})
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    rows = list(book["问题清单"].iter_rows(values_only=True))
    assert len(rows) == 2
    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["社区（村）"] == "莲湖路社区" and line["现状"] == "999 户" and line["剩余"] == "还剩 2 天"
    assert line["责任单位（人）"] == "综治办"
    event = Event.objects.get(kind=EventKind.EXPORT)
    assert event.detail["rows"] == 1 and len(event.detail["sha256"]) == 64
    assert event.detail["filters"] == {"标准": "LH-SIZE-01 " + line["标准"]}
    assert len(client.get(reverse("policies:findings_export")).content) > 1000


def test_too_many_for_a_file(measured, client_of, monkeypatch):
    monkeypatch.setattr("governance.policies.views.export.COUNT_CAP", 1)
    response = client_of(Role.COUNTY_STAFF).get(reverse("policies:findings_export"), follow=True)
    assert "一次导不出" in response.content.decode()


def test_the_file_of_a_community_holds_its_own_only(measured, client_of):
    fill_community(measured["610104002001"], households_resident=5)
    refresh(path="", on=timezone.localdate())
    content = client_of(Role.COMMUNITY).get(reverse("policies:findings_export")).content
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["问题清单"].iter_rows(values_only=True))
    assert {row[1] for row in rows[1:]} == {"莲湖路社区"}


def _statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_pages_take_few_statements_whatever_the_rows(finding, measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    urls = [
        _url(finding),
        f"{LIST}?due=none&responsible=:none",
        "/matrix/610104/",
        "/matrix/610104001/?severity=amber&theme=size",
        f"/findings/assign/?id={finding.pk}",
    ]
    before = [_statements(client, url) for url in urls]
    more_communities(measured)
    every = "&".join(f"id={pk}" for pk in Finding.objects.values_list("pk", flat=True)[:50])
    after = [_statements(client, url) for url in (*urls[:-1], f"/findings/assign/?{every}")]
    assert max(after) <= MOST
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
