"""Background jobs: a user's own list, one job with its progress, and trying a failed one again."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.jobs import registry, services
from governance.jobs.models import Job, JobStatus
from governance.web.columns import Column
from governance.web.policy import AUTHENTICATED, PolicyMixin
from governance.web.views import Crumb, ListPage, TemplatePage

COLOURS: dict[str, str] = {
    JobStatus.QUEUED: "grey",
    JobStatus.RUNNING: "blue",
    JobStatus.DONE: "green",
    JobStatus.FAILED: "red",
}


def running_jobs(request: HttpRequest) -> int:
    """How many of the user's jobs are not over yet (beside the menu entry)."""
    return Job.objects.requested_by(request.user).unfinished().count()


def find_job(user: Any, pk: int) -> Job:
    """A job of the user, or one on a division that he may see; anything else is the same 404.

    Equal requests share one job, so whoever asks second follows the job of the first.
    """
    job = Job.objects.filter(pk=pk).first()
    if job is None or not (is_own(user, job) or scope_of(user).may(Action.VIEW, job.path)):
        raise Http404
    return job


def is_own(user: Any, job: Job) -> bool:
    return job.requester_id == user.pk


def product_of(job: Job) -> Crumb | None:
    """Label and address of what a finished job made."""
    kind = registry.find(job.kind)
    if job.status != JobStatus.DONE or kind is None or kind.link is None:
        return None
    return kind.link(job)


def _progress(job: Job) -> str:
    return f"{job.progress}%" if job.status == JobStatus.RUNNING else ""


class JobsPage(ListPage):
    policy = AUTHENTICATED
    title = "后台任务"
    path_field = None
    empty_title = "还没有后台任务"
    empty_hint = "生成报告等耗时较长的操作会在后台进行，提交后可以离开页面，进度和结果列在这里。"
    columns: Sequence[Column] = (
        Column("任务", "label", url=lambda job: reverse("jobs:detail", args=[job.pk])),
        Column("编号", "pk"),
        Column("状态", lambda job: (job.get_status_display(), COLOURS[job.status]), kind="tag"),
        Column("进度", _progress),
        Column("提交时间", "created_at", kind="moment"),
        Column("结束时间", "finished_at", kind="moment"),
        Column("失败原因", "error", wrap=True),
    )

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.requested_by(self.request.user)


class JobPage(TemplatePage):
    """One job; an htmx poll gets the fragment alone, which asks again only while the job is not over."""

    policy = AUTHENTICATED
    template_name = "jobs/detail.html"
    crumbs = (("后台任务", "jobs:list"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.job = find_job(request.user, kwargs["pk"])
        if request.htmx:  # type: ignore[attr-defined]
            return render(request, "jobs/progress.html", self._values())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.job.label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self._values(), **kwargs)

    def _values(self) -> dict[str, Any]:
        return {
            "job": self.job,
            "colour": COLOURS[self.job.status],
            "product": product_of(self.job),
            "may_retry": self.job.status == JobStatus.FAILED and is_own(self.request.user, self.job),
        }


class RetryView(PolicyMixin, View):
    """Try a failed job of one's own again; who only may look at it is refused (403)."""

    policy = AUTHENTICATED
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = find_job(request.user, pk)
        if not is_own(request.user, job):
            raise PermissionDenied("只有申请人可以重试这项任务。")
        if job.status == JobStatus.FAILED:
            services.retry(job=job, user=request.user)
            messages.success(request, "已重新提交，可以离开本页，完成后在这里查看结果。")
        else:
            messages.info(request, f"任务{job.get_status_display()}，不需要重试。")
        return redirect("jobs:detail", pk=job.pk)
