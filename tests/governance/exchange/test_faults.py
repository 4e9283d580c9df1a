"""What may go wrong around an import: doubled clicks, dead workers, files of many errors."""

import io
import threading
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange import batches, undoing
from governance.exchange.models import BatchStatus, ImportBatch
from governance.jobs import services
from governance.jobs.models import Job, JobStatus
from grids.models import Grid
from tests.governance.exchange.sheets import column, workbook

IMPORTS = "/workbook/imports"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


def send(client, content):
    client.post("/workbook/upload/", {"file": SimpleUploadedFile("台账.xlsx", content)})
    return ImportBatch.objects.latest("pk")


@pytest.mark.django_db
def test_five_hundred_errors_come_back_in_the_own_workbook(clerk, sign_in, django_assert_max_num_queries):
    client = sign_in(clerk)
    rows = [{"网格编号": f"{n:04}", "户数": "很多" if n % 2 else 10} for n in range(1000)]
    batch = send(client, workbook(网格=rows))
    assert batch.count("errors") == 500 and batch.state == "有错误"
    with django_assert_max_num_queries(15):
        page = client.get(f"{IMPORTS}/{batch.pk}/?tab=errors&page=10").content.decode()
    assert "第 10 / 10 页" in page and "确认导入" not in page
    response = client.get(f"{IMPORTS}/{batch.pk}/errors/")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content))["网格"]
    at = column(sheet, "错误信息")
    marked = [row for row in range(2, 1002) if sheet.cell(row, at).value]
    assert marked == list(range(3, 1002, 2)) and sheet.cell(3, column(sheet, "户数")).value == "很多"
    assert Event.objects.filter(kind=EventKind.EXPORT).latest("pk").detail["errors"] == 500


@pytest.mark.django_db
def test_a_check_whose_worker_died_is_done_by_the_next(clerk, sign_in, settings):
    settings.IMPORT_INLINE_BYTES = 10
    client = sign_in(clerk)
    batch = send(client, workbook(网格=[{}]))
    job = services.claim(Job.objects.get().pk)
    # The process of this attempt is gone: its number belongs to nobody.
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    page = client.get(f"{IMPORTS}/{batch.pk}/").content.decode()
    assert "正在后台检查" in page and f"/jobs/{job.pk}/?follow=1" in page
    services.sweep(timezone.now())
    assert services.run_job(job.pk).status == JobStatus.DONE
    batch.refresh_from_db()
    assert batch.status == BatchStatus.PREVIEWED


@pytest.mark.django_db
def test_a_canceled_check_says_what_to_do(clerk, sign_in, settings):
    settings.IMPORT_INLINE_BYTES = 10
    client = sign_in(clerk)
    batch = send(client, workbook(网格=[{}]))
    client.post(f"/jobs/{Job.objects.get().pk}/cancel/")
    assert "检查没有完成" in client.get(f"{IMPORTS}/{batch.pk}/").content.decode()


@pytest.mark.django_db
def test_an_upload_without_a_session_is_not_kept(clerk, client):
    file = SimpleUploadedFile("台账.xlsx", workbook(网格=[{}]))
    response = client.post("/workbook/upload/", {"file": file}, headers={"X-Requested-With": "fetch"})
    assert response.headers["X-Session"] == "ended" and ImportBatch.objects.count() == 0


@pytest.mark.django_db
def test_the_check_tells_how_far_it_is(clerk, sign_in, settings):
    settings.IMPORT_INLINE_BYTES = 10
    send(sign_in(clerk), workbook(网格=[{}], 小区=[{}]))
    told = []
    from governance.exchange import jobs

    jobs.run_check(Job.objects.get(), lambda percent, text="": told.append((percent, text)))
    assert [percent for percent, _ in told] == sorted(percent for percent, _ in told) and len(told) >= 4
    assert any("2 行" in text for _, text in told)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["confirm", "undo"])
def test_two_clicks_at_the_same_time_are_one(clerk, what):
    batch, _ = batches.receive(user=clerk, file_name="台账.xlsx", content=workbook(网格=[{}]))
    if what == "undo":
        batches.confirm(batch=batch, user=clerk)
    barrier, problems = threading.Barrier(4), []

    def click():
        try:
            own = ImportBatch.objects.select_related("user").get(pk=batch.pk)
            barrier.wait()
            if what == "undo":
                undoing.undo(batch=own, user=own.user, reason="传错了")
            else:
                batches.confirm(batch=own, user=own.user)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert Event.objects.filter(kind=EventKind.IMPORT).count() == 1
    assert Grid.objects.get().version == (2 if what == "undo" else 1)
