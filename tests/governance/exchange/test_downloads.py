"""Downloads by choice: scope, sheets, template, in full; large ones in the background."""

import datetime as dt
import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from governance.accounts.roles import Role
from governance.accounts.services import revoke
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division
from governance.exchange import downloads, jobs
from governance.exchange.exporting import Choice
from governance.exchange.models import ExportFile
from governance.exchange.services import apply, export_workbook, prepare
from governance.jobs.models import Job, JobStatus
from governance.jobs.services import run_job
from tests.governance.exchange.sheets import column, workbook

pytestmark = pytest.mark.django_db

ADDRESS = "/workbook/download/"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def clerk(tree, user_of):
    clerk = user_of(Role.STREET_CLERK)
    apply(
        prepare(workbook(网格=[{"网格长": "王五"}], 两委成员=[{"身份证号": "11010519491231002X"}]), clerk),
        clerk,
    )
    return clerk


@pytest.fixture
def client(clerk, sign_in):
    return sign_in(clerk)


def text(response):
    return response.content.decode()


def book_of(response):
    return openpyxl.load_workbook(io.BytesIO(response.content))


def test_scopes_are_the_divisions_of_the_user(client, client_of):
    page = text(client.get(ADDRESS))
    assert 'value="610104001" selected' in page and "莲湖路社区" in page and "610102" not in page
    staff = text(client_of(Role.COUNTY_STAFF).get(ADDRESS))
    assert "莲湖区（全部）" in staff and "\u3000\u3000" in staff


def test_many_divisions_are_cut_at_a_level(client_of, monkeypatch, django_assert_max_num_queries):
    from governance.exchange import places

    monkeypatch.setattr(places, "MOST_OPTIONS", 4)
    staff = client_of(Role.COUNTY_STAFF)
    with django_assert_max_num_queries(15):
        page = text(staff.get(ADDRESS))
    assert "莲湖区（全部）" in page and "610104001001" not in page
    assert 'value="610104001001" selected' in text(staff.get(f"{ADDRESS}610104001001/"))


def test_chosen_sheets_and_one_community(client):
    response = client.post(ADDRESS, {"area": "610104001001", "sheets": ["网格", "小区"]})
    assert book_of(response).sheetnames == ["填写说明", "网格", "小区"]
    response = client.post(ADDRESS, {"area": "610104001001", "sheets": ["网格"]})
    assert "%E7%BD%91%E6%A0%BC.xlsx" in response["Content-Disposition"]
    assert client.post(ADDRESS, {"sheets": ["没有"]}).status_code == 422


def test_a_template_has_no_rows_and_comes_back_empty(client, clerk):
    response = client.post(ADDRESS, {"content": "template"})
    book = book_of(response)
    assert all(book[name].max_row == 1 for name in book.sheetnames[1:] if book[name].sheet_state == "visible")
    event = Event.objects.filter(kind=EventKind.EXPORT).latest("pk")
    assert event.detail["rows"] == 0 and event.detail["sha256"]


def test_masked_unless_revealed_with_reason_and_watermark(client, clerk):
    masked = book_of(client.post(ADDRESS, {}))["两委成员"]
    at = column(masked, "身份证号")
    assert masked.cell(2, at).value.count("*") == 16 and masked.oddHeader.center.text is None
    response = client.post(ADDRESS, {"reveal": "on", "reason": "换届资格审查"})
    full = book_of(response)["两委成员"]
    assert full.cell(2, at).value == "11010519491231002X"
    assert clerk.username in full.oddHeader.center.text
    event = Event.objects.filter(kind=EventKind.EXPORT).latest("pk")
    assert (event.detail["revealed"], event.reason, event.detail["rows"]) == (True, "换届资格审查", 4)


def test_the_department_gets_no_names_of_persons(clerk, client_of, user_of, tree):
    page = text(client_of(Role.DEPARTMENT).get(ADDRESS))
    assert 'value="两委成员"' not in page and "完整信息" not in page
    book = book_of(client_of(Role.DEPARTMENT).post(ADDRESS, {}))
    assert "两委成员" not in book.sheetnames
    assert book["网格"].cell(2, column(book["网格"], "网格长")).value is None
    whole = openpyxl.load_workbook(io.BytesIO(export_workbook(tree.county, user_of(Role.DEPARTMENT))))
    assert whole["网格"].cell(2, column(whole["网格"], "网格长")).value is None
    own = openpyxl.load_workbook(io.BytesIO(export_workbook(tree.street, clerk)))
    assert own["网格"].cell(2, column(own["网格"], "网格长")).value == "王五"


def test_the_cap_is_told(client, settings):
    settings.EXPORT_MAX_ROWS = 1
    response = client.post(ADDRESS, {})
    assert response.status_code == 422 and "上限 1 行" in text(response)
    assert client.post(ADDRESS, {"content": "template"}).status_code == 200


@pytest.fixture
def background(settings):
    settings.EXPORT_INLINE_ROWS = 0


def test_a_large_download_is_a_job_with_a_link(client, clerk, background, tmp_path):
    data = {"sheets": ["两委成员"], "reveal": "on", "reason": "换届"}
    response, again = client.post(ADDRESS, data), client.post(ADDRESS, data)
    job = Job.objects.get()
    assert response.url == again.url == f"/jobs/{job.pk}/" and "换届" not in str(job.payload)
    assert "正在生成" in text(client.get(ADDRESS))
    assert run_job(job.pk).status == JobStatus.DONE
    job.refresh_from_db()
    file = ExportFile.objects.get()
    assert jobs.export_link(job) == ("下载 青年路街道两委成员.xlsx", file.get_absolute_url())
    (path,) = tmp_path.glob("imports/*.export")
    assert "张三".encode() not in path.read_bytes() and path.stat().st_mode & 0o077 == 0
    assert file.get_absolute_url() in text(client.get(ADDRESS))
    response = client.get(file.get_absolute_url())
    assert book_of(response)["两委成员"].cell(2, 3).value == "11010519491231002X"
    made, taken = Event.objects.filter(kind=EventKind.EXPORT).order_by("pk")
    assert made.detail["sha256"] == taken.detail["sha256"] == file.sha256 and taken.detail["taken"]
    assert made.role == taken.role == "街道录入员" and taken.reason == "换届"
    assert jobs.run_export(job, lambda *a: None)["rows"] == 1 and ExportFile.objects.count() == 1


def test_a_file_is_for_its_user_while_he_has_the_right(client, clerk, background, user_of, sign_in, tree):
    client.post(ADDRESS, {"reveal": "on", "reason": "换届"})
    run_job(Job.objects.get().pk)
    file = ExportFile.objects.get()
    assert sign_in(user_of(Role.STREET_LEAD)).get(file.get_absolute_url()).status_code == 404
    revoke(user=clerk, role=Role.STREET_CLERK, division=tree.street)
    with pytest.raises((PermissionDenied, LookupError)):
        downloads.take(file=file, user=type(clerk).objects.get(pk=clerk.pk))


def test_a_right_withdrawn_before_the_job_runs_counts(client, clerk, background, tree):
    client.post(ADDRESS, {"reveal": "on", "reason": "换届"})
    revoke(user=clerk, role=Role.STREET_CLERK, division=tree.street)
    job = run_job(Job.objects.get().pk)
    assert job.status == JobStatus.FAILED and ExportFile.objects.get().made_at is None


def test_files_go_after_a_week(client, clerk, background, tmp_path):
    client.post(ADDRESS, {})
    run_job(Job.objects.get().pk)
    now = timezone.now()
    assert downloads.purge(now + dt.timedelta(days=6)) == 0
    jobs.DUTY.run("x", now + dt.timedelta(days=8))
    assert not list(tmp_path.glob("imports/*"))
    file = ExportFile.objects.get()
    assert client.get(file.get_absolute_url()).status_code == 404
    assert file.get_absolute_url() not in text(client.get(ADDRESS))


def test_rows_are_counted_before_they_are_written(clerk, tree):
    street = Division.objects.get(pk=tree.street.pk)
    assert downloads.count_rows(street, clerk, Choice()) == 4
    assert downloads.count_rows(street, clerk, Choice(("网格",))) == 1
