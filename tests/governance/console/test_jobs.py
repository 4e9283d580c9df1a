"""The pages of background jobs."""

import pytest
from django.utils import timezone

from governance.accounts.roles import Role
from governance.jobs import registry
from governance.jobs.models import Job, JobStatus
from tests.factories import make_user


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
        client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}),
    )
    for text in (body(page), body(fragment)):
        assert f'hx-get="/jobs/{job.pk}/"' in text and 'hx-trigger="every 2s"' in text
        assert "刷新进度" in text and "正在计算 &lt;b&gt;" in text
    assert "<html" in body(page) and "<html" not in body(fragment)


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.FAILED])
def test_fragment_of_a_job_that_is_over_ends_the_polling(client, clerk, job_of, status):
    job = job_of(clerk, status, error="上半年尚未开始。" if status == JobStatus.FAILED else "", progress=100)
    text = body(client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}))
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
        for tail in ("", "retry/"):
            foreign, missing = method(f"/jobs/{job.pk}/{tail}"), method(f"/jobs/999999/{tail}")
            assert foreign.status_code == missing.status_code
            assert foreign.status_code in (404, 405)
