import csv
import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from governance.accounts.option_services import change_options
from governance.accounts.roles import Role
from governance.audit.context import acting
from governance.audit.models import Event, EventKind
from governance.audit.sealing import seal_events, verify
from governance.audit.services import build, record, record_many
from governance.console import verification
from governance.console.audit_search import event_page
from governance.console.event_texts import changes, summary
from governance.jobs.models import Job
from governance.jobs.periodic import tick
from tests.factories import PASSWORD


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def auditor(client_of):
    return client_of(Role.AUDIT_ADMIN)


def shown(response) -> list[str]:
    return [event.reason for event in response.context["page"].rows]


# --- search ---
def test_audit_admin_reads_the_own_divisions_only(tree, auditor):
    with acting(username="somebody"):
        record(EventKind.CHANGE, path=tree.street.path, before={"户数": 1}, after={"户数": 2}, reason="核实")
        foreign = record(EventKind.CHANGE, path=tree.foreign_street.path, reason="外区事件")
    text = body(auditor.get("/audit/"))
    assert "户数=1 → 户数=2；核实" in text and "外区事件" not in text
    assert auditor.get(f"/audit/{foreign.pk}/").status_code == 404


def test_every_condition_filters(tree, user_of, auditor):
    clerk = user_of(Role.STREET_CLERK)
    with acting(username="anna", request_id="abc-1"):
        record(EventKind.CHANGE, path=tree.street.path, reason="甲", obj=clerk)
    with acting(username="berta", request_id="xyz-2"):
        old = record(EventKind.END, path=tree.other_street.path, reason="乙")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_event SET at = %s WHERE id = %s", [timezone.now() - timedelta(days=9), old.pk]
        )
    day = f"{timezone.localdate() - timedelta(days=5):%Y%m%d}"
    for query, expected in {
        "username=anna": ["甲"],
        "kind=end": ["乙"],
        "request_id=xyz-2": ["乙"],
        "text=乙": ["乙"],
        f"area={tree.other_street.code}": ["乙"],
        f"object_type=accounts.user&object_id={clerk.pk}&username=anna": ["甲"],
        f"until={day}": ["乙"],
        f"since={day}&kind=end": [],
    }.items():
        assert shown(auditor.get(f"/audit/?{query}")) == expected, query


def test_pages_by_event_number_miss_and_repeat_nothing(tree, rf):
    record_many([build(EventKind.CHANGE, path=tree.street.path, reason=str(n)) for n in range(23)])
    events = Event.objects.order_by("-pk")
    everything = list(events)

    def page(query):
        return event_page(events, rf.get(f"/audit/{query}"), size=5)

    seen, at = [], page("")
    assert at.first == at.previous == ""
    while True:
        seen += at.rows
        if not at.next:
            break
        at = page(at.next)
    assert seen == everything
    assert page(at.first).rows == everything[:5]
    last = page("?last=1")
    assert last.rows == everything[-5:] and last.next == ""
    assert page(last.previous).rows == everything[-10:-5]
    assert page(f"?before={everything[2].pk}").rows == everything[:5]


@pytest.mark.parametrize("query", ["after=x", "before=1.2", "since=never", "kind=nothing", "area=610102"])
def test_nonsense_in_the_address_does_no_harm(tree, auditor, query):
    assert auditor.get(f"/audit/?{query}").status_code in (200, 404)


def test_statements_are_constant_in_rows(tree, auditor, django_assert_max_num_queries):
    record_many([build(EventKind.CHANGE, path=tree.street.path) for _ in range(200)])
    for page in ("/audit/", "/audit/?last=1", f"/audit/{Event.objects.last().pk}/", "/audit/verify/"):
        with django_assert_max_num_queries(15):
            assert auditor.get(page).status_code == 200


def test_sign_ins_of_the_county_are_read_by_its_audit_admin(tree, user_of, auditor):
    user_of(Role.STREET_CLERK)
    Client().post("/login/", {"username": "street_clerk", "password": PASSWORD})
    assert "street_clerk" in body(auditor.get("/audit/?kind=login&username=street_clerk"))


# --- one event ---
def test_an_event_shows_fields_before_and_after_in_chinese(tree, user_of, auditor):
    with acting(username="anna", request_id="abc"):
        event = record(
            EventKind.CHANGE,
            obj=user_of(Role.STREET_CLERK),
            path=tree.street.path,
            before={"display_name": "张三", "is_active": True},
            after={"display_name": "李四", "is_active": False},
            detail={"rows": 3},
        )
        other = record(EventKind.EXPORT, path=tree.street.path, reason="同一请求")
        record(EventKind.EXPORT, path=tree.foreign_street.path, reason="外区")
    text = body(auditor.get(f"/audit/{event.pk}/"))
    for word in ("姓名", "<del>张三</del>", "<ins>李四</ins>", "启用", "行数", "同一请求", "待封存", "用户"):
        assert word in text
    assert f"/audit/{other.pk}/" in text and "外区" not in text


def test_fields_of_records_and_their_choices_are_named_in_chinese(tree, auditor):
    data = {"name": "演示甲", "phone": "138****0000", "post": "chief", "ended_on": None}
    event = Event(object_type="cadres.communityworker", after=data, detail={"moved_to": "610104001002"})
    assert summary(event) == "姓名=演示甲，手机号=138****0000，岗位=正职，离职日期=空；调入社区=610104001002"
    event = Event(object_type="grids.grid", before={"households": 1}, after={"households": 2})
    assert [(change.name, change.after) for change in changes(event)] == [("户数", "2")]


# --- the file ---
def test_the_file_holds_what_is_filtered_and_is_logged(tree, auditor):
    with acting(username="anna"):
        record(EventKind.CHANGE, path=tree.street.path, reason="=1+1")
        record(EventKind.CHANGE, path=tree.foreign_street.path, reason="外区")
    with acting(username="berta"):
        record(EventKind.CHANGE, path=tree.street.path, reason="别人")
    response = auditor.post("/audit/export/?username=anna", {"format": "csv"})
    content = response.content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["内容"] for row in rows] == ["'=1+1"]
    event = Event.objects.get(kind=EventKind.EXPORT)
    assert event.detail["sha256"] == hashlib.sha256(content).hexdigest()
    assert event.detail["rows"] == 1 and event.detail["filters"] == {"用户名": "anna"}
    assert event.username == "audit_admin"
    assert event.detail["sha256"][:8] in response.headers["Content-Disposition"]


def test_the_file_opens_in_excel(tree, auditor):
    with acting(username="anna"):
        record(EventKind.CHANGE, path=tree.street.path, reason="<&>核实")
    content = auditor.post("/audit/export/?username=anna", {"format": "xlsx"}).content
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    assert book["审计日志"]["H2"].value == "<&>核实"
    assert book["说明"]["B3"].value == "用户名：anna"
    assert zipfile.is_zipfile(io.BytesIO(content))


def test_too_many_rows_are_refused_in_words(tree, auditor):
    change_options(values={"audit_export_rows": 100})
    record_many([build(EventKind.CHANGE, path=tree.street.path) for _ in range(101)])
    response = auditor.post("/audit/export/?kind=change", {"format": "csv"}, follow=True)
    assert "超过 100 条" in body(response)
    assert response.redirect_chain == [("/audit/?kind=change", 302)]
    assert not Event.objects.filter(kind=EventKind.EXPORT).exists()


@pytest.mark.parametrize(("query", "data"), [("", {}), ("?kind=nothing", {"format": "csv"})])
def test_no_file_for_nonsense(tree, auditor, query, data):
    assert auditor.post(f"/audit/export/{query}", data).status_code == 302
    assert not Event.objects.filter(kind=EventKind.EXPORT).exists()


# --- verification ---
def test_a_whole_log_verifies_and_a_changed_one_does_not(tree, auditor):
    record(EventKind.CHANGE, path=tree.street.path, reason="原文")
    assert "还没有校验过" in body(auditor.get("/audit/verify/"))
    seal_events(timezone.now() + timedelta(minutes=6))
    assert "日志完整" in body(auditor.post("/audit/verify/", follow=True))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_event SET reason = '改了' WHERE reason = '原文'")
    text = body(auditor.post("/audit/verify/", follow=True))
    assert "1 个区块不符" in text and "有区块不符" in text
    noted = Event.objects.filter(object_type="audit.block").order_by("pk")
    assert [event.detail["whole"] for event in noted] == [True, False]


def test_a_long_log_is_verified_by_a_job(tree, auditor, monkeypatch, user_of):
    monkeypatch.setattr(verification, "AT_ONCE", 0)
    for _ in range(2):
        assert auditor.post("/audit/verify/").url.startswith("/jobs/")
    job = Job.objects.get(kind=verification.KIND)
    result = verification._run(job, lambda percent, text="": None)
    assert result["ok"] is True
    assert Event.objects.filter(object_type="audit.block").count() == 1


def test_the_tick_seals_settled_events(tree, user_of):
    user_of(Role.STREET_CLERK)
    tick(timezone.now() + timedelta(minutes=6))
    result = verify()
    assert result.ok and result.blocks == 1
