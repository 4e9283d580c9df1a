"""The pages of background jobs."""

import time

import pytest
from django.utils import timezone

from governance.accounts.roles import Role
from governance.accounts.sessions import SEEN_AT
from governance.audit.models import Event, EventKind
from governance.jobs import registry, services
from governance.jobs.models import Job, JobStatus
from tests.factories import make_user

HTMX = {"HX-Request": "true"}


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def job_of(tree, monkeypatch):
    """`job_of(user, status=…)`: a job of a kind whose product is the home page."""
    kind = registry.JobKind(
        "test-page", "测试报告", lambda job, report: None, link=lambda job: ("查看报告", "/")
    )
    monkeypatch.setitem(registry._kinds, kind.code, kind)

    def make(user, status: JobStatus = JobStatus.QUEUED, path: str = "", **values) -> Job:
        return Job.objects.create(
            kind=kind.code,
            key=f"k{Job.objects.count()}",
            path=path or tree.street.path,
            requested_by=user.username if user else "系统",
            requester_id=user.pk if user else None,
            status=status,
            **values,
        )

    return make


@pytest.fixture
def clerk(user_of):
    return user_of(Role.STREET_CLERK)


@pytest.fixture
def client(clerk, sign_in):
    return sign_in(clerk)


def test_list_shows_only_own_jobs_in_few_statements(
    client, clerk, job_of, user_of, django_assert_max_num_queries
):
    for number in range(60):
        job_of(clerk, JobStatus.RUNNING, progress=number)
    job_of(user_of(Role.STREET_LEAD), JobStatus.FAILED, error="别人的任务")
    with django_assert_max_num_queries(15):
        text = body(client.get("/jobs/"))
    assert "测试报告" in text and "59%" in text
    assert "别人的任务" not in text


def test_empty_list_says_what_it_is_for(client):
    assert "还没有后台任务" in body(client.get("/jobs/"))


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING])
def test_fragment_polls_while_the_job_is_not_over(client, clerk, job_of, status):
    job = job_of(clerk, status, progress=42, progress_text="正在计算 <b>")
    page, fragment = (
        client.get(f"/jobs/{job.pk}/"),
        client.get(f"/jobs/{job.pk}/progress/", headers=HTMX),
    )
    for text in (body(page), body(fragment)):
        assert f'hx-get="/jobs/{job.pk}/progress/"' in text and 'hx-trigger="every 2s"' in text
        assert "刷新进度" in text and "正在计算 &lt;b&gt;" in text
    assert "<html" in body(page) and "<html" not in body(fragment)


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED])
def test_fragment_of_a_job_that_is_over_ends_the_polling(client, clerk, job_of, status):
    job = job_of(clerk, status, error="上半年尚未开始。" if status == JobStatus.FAILED else "", progress=100)
    text = body(client.get(f"/jobs/{job.pk}/progress/", headers=HTMX))
    assert "hx-" not in text
    assert ("查看报告" in text) == (status == JobStatus.DONE)
    assert ("重试" in text and "上半年尚未开始。" in text) == (status == JobStatus.FAILED)


def test_failed_job_is_tried_again_by_its_requester(client, clerk, job_of):
    job = job_of(clerk, JobStatus.FAILED, error="不行", attempts=3, finished_at=timezone.now())
    response = client.post(f"/jobs/{job.pk}/retry/", follow=True)
    assert "已重新提交" in body(response)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.error) == (JobStatus.QUEUED, 0, "")
    response = client.post(f"/jobs/{job.pk}/retry/", follow=True)
    assert "不需要重试" in body(response)
    assert client.get(f"/jobs/{job.pk}/retry/").status_code == 405


def test_colleague_follows_the_job_but_cannot_retry_it(client, job_of, user_of):
    job = job_of(user_of(Role.STREET_LEAD), JobStatus.FAILED, error="不行")
    text = body(client.get(f"/jobs/{job.pk}/"))
    assert "不行" in text
    assert "重试" not in text
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 403


def test_own_job_is_found_after_the_grant_is_gone(job_of, sign_in, tree):
    nobody = make_user("nobody")
    job = job_of(nobody, path=tree.province.path)
    assert sign_in(nobody).get(f"/jobs/{job.pk}/").status_code == 200


@pytest.mark.parametrize("path", ["", "61", "6102"])
def test_foreign_and_missing_jobs_are_the_same_404(client, job_of, user_of, tree, path):
    job = job_of(user_of(Role.COUNTY_STAFF), path=path or tree.foreign_county.path)
    for method in (client.get, client.post):
        for tail in ("", "retry/", "cancel/", "progress/"):
            foreign, missing = method(f"/jobs/{job.pk}/{tail}"), method(f"/jobs/999999/{tail}")
            assert foreign.status_code == missing.status_code
            assert foreign.status_code in (404, 405)


def test_a_queued_job_is_canceled_once(client, clerk, job_of):
    job = job_of(clerk)
    assert "取消任务" in body(client.get(f"/jobs/{job.pk}/"))
    assert "已取消，没有执行" in body(client.post(f"/jobs/{job.pk}/cancel/", follow=True))
    events = Event.objects.filter(kind=EventKind.JOB).count()
    assert "不能取消" in body(client.post(f"/jobs/{job.pk}/cancel/", follow=True))
    assert Event.objects.filter(kind=EventKind.JOB).count() == events
    assert services.run_job(job.pk) is None
    client.post(f"/jobs/{job.pk}/retry/")
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED


def test_a_running_job_is_not_canceled(client, clerk, job_of, user_of):
    job = job_of(clerk, JobStatus.RUNNING)
    assert "不能取消" in body(client.post(f"/jobs/{job.pk}/cancel/", follow=True))
    other = job_of(user_of(Role.STREET_LEAD))
    assert client.post(f"/jobs/{other.pk}/cancel/").status_code == 403


def test_polling_ends_when_the_job_is_gone(client, clerk, job_of):
    job = job_of(clerk, JobStatus.RUNNING)
    address = f"/jobs/{job.pk}/progress/"
    assert client.get(address).url == f"/jobs/{job.pk}/"
    job.delete()
    answer = client.get(address, headers=HTMX)
    assert answer.status_code == 286 and "已停止更新进度" in body(answer)
    assert client.get(address).status_code == 404


def test_polling_does_not_keep_a_session_alive(client, clerk, job_of):
    """The next poll after the session has ended leads to the sign-in page instead of another poll."""
    job = job_of(clerk, JobStatus.RUNNING)
    client.get(f"/jobs/{job.pk}/")
    session = client.session
    seen = session[SEEN_AT] = int(time.time()) - 600
    session.save()
    for address in (f"/jobs/{job.pk}/progress/", "/jobs/rows/"):
        assert client.get(address, headers=HTMX).status_code == 200
    assert client.session[SEEN_AT] == seen
    session = client.session
    session[SEEN_AT] = 0
    session.save()
    answer = client.get(f"/jobs/{job.pk}/progress/", headers=HTMX)
    assert answer.status_code == 204 and answer["X-Session"] == "ended"


def test_following_opens_the_result(client, clerk, job_of):
    job = job_of(clerk, JobStatus.RUNNING)
    assert "?follow=1" in body(client.get(f"/jobs/{job.pk}/?follow=1"))
    Job.objects.update(status=JobStatus.DONE)
    answer = client.get(f"/jobs/{job.pk}/progress/?follow=1", headers=HTMX)
    assert answer["HX-Redirect"] == "/" and answer.status_code == 286


def test_list_polls_only_while_something_runs(client, clerk, job_of):
    job = job_of(clerk, JobStatus.RUNNING, progress=7)
    assert 'hx-get="/jobs/rows/?' in body(client.get("/jobs/"))
    rows = body(client.get("/jobs/rows/", headers=HTMX))
    assert "<html" not in rows and "7%" in rows and "hx-trigger" in rows
    Job.objects.update(status=JobStatus.DONE)
    assert "hx-trigger" not in body(client.get("/jobs/rows/", headers=HTMX))
    assert f"/jobs/{job.pk}/" in body(client.get("/jobs/?status=done"))
    assert "没有这种状态" in body(client.get("/jobs/?status=failed"))


def test_the_system_administrator_sees_all_jobs_without_contents(
    clerk, client, client_of, job_of, django_assert_max_num_queries
):
    for _ in range(30):
        job = job_of(clerk, JobStatus.DONE, progress_text="某某社区")
    admin = client_of(Role.SYSTEM_ADMIN)
    with django_assert_max_num_queries(15):
        page = body(admin.get("/jobs/?all=1"))
    assert clerk.username in page and f"/jobs/{job.pk}/" not in page and "某某社区" not in page
    assert admin.get(f"/jobs/{job.pk}/").status_code == 404
    assert clerk.username not in body(admin.get("/jobs/"))
    job_of(None, JobStatus.FAILED, error="别人的任务")
    assert "别人的任务" not in body(client.get("/jobs/?all=1"))


def test_user_is_told_on_the_next_page(client, clerk, job_of, django_assert_num_queries):
    first = job_of(clerk, JobStatus.FAILED, error="不行")
    client.post(f"/jobs/{first.pk}/retry/")
    client.get("/jobs/")
    assert "已完成" not in body(client.get("/password/"))
    Job.objects.update(status=JobStatus.DONE)
    page = body(client.get("/password/"))
    assert "后台任务“测试报告”已完成" in page and f"/jobs/{first.pk}/" in page
    assert "后台任务“测试报告”" not in body(client.get("/password/"))
    client.post(f"/jobs/{job_of(clerk, JobStatus.FAILED, error='甲').pk}/retry/")
    Job.objects.filter(status=JobStatus.QUEUED).update(status=JobStatus.FAILED, error="还是不行")
    assert "失败：还是不行" in body(client.get("/password/"))


def test_nobody_is_told_twice_of_the_page_he_looks_at(client, clerk, job_of):
    job = job_of(clerk, JobStatus.FAILED, error="不行")
    client.post(f"/jobs/{job.pk}/retry/")
    Job.objects.update(status=JobStatus.DONE)
    assert "后台任务“测试报告”已完成" not in body(client.get(f"/jobs/{job.pk}/"))
    assert "后台任务“测试报告”已完成" not in body(client.get("/password/"))
