"""The report as a job with real workers on both brokers: killed in the middle, and still made once."""

import hashlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.accounts.services import revoke
from governance.audit.models import Event, EventKind
from governance.divisions.clock import today
from governance.jobs import services
from governance.jobs.models import Job, JobStatus
from governance.reports.jobs import KIND
from governance.reports.models import Period, Report, Snapshot
from governance.reports.periods import HalfYear, half_year_of
from tests.factories import Tree
from tests.workers import is_alive, process_of, status_of, use_broker, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("own_data_folder"),
]

SUMMING_UP, TYPESETTING = 10, 30
"""Progress of a report that reads its data, and of one that is being typeset."""


# A broker knows of no database: what is shown of both on SQLite is shown of the server's on PostgreSQL.
@pytest.fixture(params=[pytest.param("files", marks=pytest.mark.one_database), "redis"])
def broker_url(request, transactional_db) -> str:
    url = "filesystem://" if request.param == "files" else request.getfixturevalue("redis_url")
    use_broker(url)
    return url


on_files = pytest.mark.parametrize("broker_url", ["files"], indirect=True)


@pytest.fixture
def staff(filled_tree: Tree, user_of: Callable[..., User]) -> User:
    return user_of(Role.COUNTY_STAFF)


def ask(staff: User, division, half: HalfYear) -> Job:
    period = Period.objects.for_half_year(half)
    return services.enqueue(
        kind=KIND,
        key=f"{KIND}:{period.code}:{division.code}",
        payload={"period": period.code, "division": division.code},
        path=division.path,
        user=staff,
    )


def last_half() -> HalfYear:
    """A period whose cut-off is over on any day this runs."""
    return half_year_of(today()).previous


def kill_at(job: Job, progress: int, attempt: int) -> int:
    """kill -9 of the process that makes the report, once it has come so far in an attempt; its number."""

    def is_there() -> bool:
        assert status_of(job) in (JobStatus.QUEUED, JobStatus.RUNNING), job.error
        return job.status == JobStatus.RUNNING and job.attempts == attempt and job.progress >= progress

    wait_until(is_there, f"attempt {attempt} at {progress} %", pause=0.005)
    pid = process_of(job)
    os.kill(pid, signal.SIGKILL)
    return pid


def wait_for_end(job: Job) -> None:
    wait_until(lambda: status_of(job) in (JobStatus.DONE, JobStatus.FAILED), f"job {job.pk} to end")


def is_made_once(job: Job, folder: Path) -> Report:
    """Done; one row; its files, whole, and no others."""
    wait_for_end(job)
    assert job.status == JobStatus.DONE, job.error
    report = Report.objects.get()
    assert job.result == {"report": report.pk, "pages": report.pages}
    pdf = folder / "reports" / report.file_name
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() == report.sha256
    assert len(PdfReader(pdf).pages) == report.pages
    files = {file for file in (folder / "reports").rglob("*") if file.is_file()}
    assert files == {pdf, folder / "reports" / report.annex_name}
    made = Event.objects.filter(kind=EventKind.CREATE, object_type="reports.report")
    assert [event.username for event in made] == [job.requested_by]
    return report


def test_report_is_made_and_its_child_killed_twice_changes_nothing(
    broker_url, filled_tree, staff, start_worker, own_data_folder
):
    start_worker(broker_url)
    job = ask(staff, filled_tree.county, last_half())
    kill_at(job, SUMMING_UP, attempt=1)
    kill_at(job, TYPESETTING, attempt=2)
    report = is_made_once(job, own_data_folder)
    assert job.attempts == 3
    assert report.generated_by == staff
    assert report.snapshot == Snapshot.objects.get()
    assert len(report.figures) >= 20


def test_whole_worker_killed_in_the_middle(broker_url, filled_tree, staff, start_worker, own_data_folder):
    worker = start_worker(broker_url)
    job = ask(staff, filled_tree.county, half_year_of(today()))
    wait_until(lambda: status_of(job) == JobStatus.RUNNING and job.progress >= TYPESETTING, pause=0.005)
    child = process_of(job)
    worker.kill()
    wait_until(lambda: not is_alive(child), "the child to die with its parent")
    assert status_of(job) == JobStatus.RUNNING
    assert not Report.objects.exists()

    start_worker(broker_url)
    assert is_made_once(job, own_data_folder).is_draft
    assert job.attempts == 2


@on_files
def test_killed_at_any_moment_it_is_made_once(broker_url, filled_tree, staff, start_worker, own_data_folder):
    """Moments that nobody chose: a while after it began, a little longer each time."""
    start_worker(broker_url)
    for street, pause in ((filled_tree.street, 0.4), (filled_tree.other_street, 1.6)):
        Report.objects.all().delete()
        job = ask(staff, street, last_half())
        wait_until(lambda job=job: status_of(job) == JobStatus.RUNNING, pause=0.005)
        time.sleep(pause)
        if status_of(job) == JobStatus.RUNNING:
            os.kill(process_of(job), signal.SIGKILL)
        wait_for_end(job)
        assert job.status == JobStatus.DONE, job.error
        report = Report.objects.get()
        pdf = (own_data_folder / "reports" / report.file_name).read_bytes()
        assert hashlib.sha256(pdf).hexdigest() == report.sha256


@on_files
def test_rights_withdrawn_while_it_waits_end_it_with_a_reason(
    broker_url, filled_tree, staff, start_worker, own_data_folder
):
    job = ask(staff, filled_tree.county, last_half())
    revoke(user=staff, role=Role.COUNTY_STAFF, division=filled_tree.county)
    start_worker(broker_url)
    wait_for_end(job)
    assert job.status == JobStatus.FAILED
    assert job.error == "您的角色没有办理此项操作的权限。"
    refusal = Event.objects.get(kind=EventKind.REFUSAL)
    assert (refusal.username, refusal.path) == (staff.username, filled_tree.county.path)
    assert not Report.objects.exists()
    assert not (own_data_folder / "reports").exists()
