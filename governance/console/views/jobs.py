"""Background jobs: a user's own list, one job with its progress, and repeating or canceling it.

The system administrator also sees that there are jobs of others, without what they made.
"""

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
from governance.console.notices import forget
from governance.jobs import registry, services
from governance.jobs.models import Job, JobStatus
from governance.web.columns import Column, tag_html
from governance.web.policy import AUTHENTICATED, PolicyMixin
from governance.web.views import Button, Crumb, ListPage, TemplatePage

COLOURS: dict[str, str] = {
    JobStatus.QUEUED: "grey",
    JobStatus.RUNNING: "blue",
    JobStatus.DONE: "green",
    JobStatus.FAILED: "red",
    JobStatus.CANCELED: "grey",
}
STOP_POLLING = 286
"""htmx swaps the answer in and asks no more."""


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


def sees_all(user: Any) -> bool:
    return scope_of(user).may_anywhere(Action.MANAGE_SETTINGS)


class JobsPage(ListPage):
    """Own jobs; `?all=1` for the system administrator: those of everybody, without links and results."""

    policy = AUTHENTICATED
    template_name = "jobs/list.html"
    title = "后台任务"
    path_field = None
    empty_title = "还没有后台任务"
    empty_hint = "生成报告等耗时较长的操作会在后台进行，提交后可以离开页面，进度和结果列在这里。"

    @property
    def of_all(self) -> bool:
        return self.request.GET.get("all") == "1" and sees_all(self.request.user)

    @property
    def status(self) -> str:
        asked = self.request.GET.get("status", "")
        return asked if asked in JobStatus.values else ""

    def get_title(self) -> str:
        return "全系统的后台任务" if self.of_all else self.title

    def get_buttons(self) -> list[Button]:
        if not sees_all(self.request.user):
            return []
        if self.of_all:
            return [Button("我的任务", "jobs:list", "user")]
        return [Button("全系统的任务", "jobs:list", "list-details", query="?all=1")]

    def get_queryset(self) -> QuerySet[Job]:
        rows = Job.objects.all() if self.of_all else Job.objects.requested_by(self.request.user)
        return rows.filter(status=self.status) if self.status else rows

    def get_columns(self) -> Sequence[Column]:
        who = (Column("申请人", "requested_by"),) if self.of_all else ()
        return (
            Column("任务", "label", url=None if self.of_all else _address),
            Column("编号", "pk"),
            *who,
            Column("状态", lambda job: (job.get_status_display(), COLOURS[job.status]), kind="tag"),
            Column("进度", "progress"),
            Column("提交时间", "created_at", kind="moment"),
            Column("结束时间", "finished_at", kind="moment"),
            Column("失败原因", "error", wrap=True),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        jobs = [
            {
                "job": job,
                "tag": tag_html(job.get_status_display(), COLOURS[job.status]),
                "url": "" if self.of_all else _address(job),
                # Links of products ask one statement each, so the list leads to the page of the job.
                "repeatable": not self.of_all and job.may_be_repeated,
            }
            for job in context["page"].rows
        ]
        return context | {
            "jobs": jobs,
            "of_all": self.of_all,
            "status": self.status,
            "statuses": JobStatus.choices,
            "is_running": any(not each["job"].is_over for each in jobs),
        }


def _address(job: Job) -> str:
    return reverse("jobs:detail", args=[job.pk])


class JobRowsView(JobsPage):
    """The table of the list alone, for the poll of htmx; it does not keep a session alive."""

    is_poll = True
    template_name = "jobs/rows.html"


class JobPage(TemplatePage):
    """One job. `?follow=1` goes on to what it makes as soon as it is done (a check and its preview)."""

    policy = AUTHENTICATED
    template_name = "jobs/detail.html"
    crumbs = (("后台任务", "jobs:list"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.job = find_job(request.user, kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.job.label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**job_values(self.request, self.job), **kwargs)


def job_values(request: HttpRequest, job: Job) -> dict[str, Any]:
    own = is_own(request.user, job)
    return {
        "job": job,
        "is_own": own,
        "colour": COLOURS[job.status],
        "product": product_of(job),
        "follow": request.GET.get("follow") == "1" and own,
        "may_retry": job.may_be_repeated and own,
        "may_cancel": job.status == JobStatus.QUEUED and own,
    }


class JobProgressView(PolicyMixin, View):
    """The fragment of a job for the poll of htmx, which asks again only while the job is not over.

    It does not count as activity: a page left open does not keep its session alive.
    """

    policy = AUTHENTICATED
    is_poll = True
    http_method_names: Sequence[str] = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        by_htmx = bool(request.htmx)  # type: ignore[attr-defined]
        try:
            job = find_job(request.user, pk)
        except Http404:
            if not by_htmx:
                raise
            # The job was deleted or a right withdrawn: a 404 alone would be asked for again and again.
            return render(request, "jobs/gone.html", status=STOP_POLLING)
        if not by_htmx:
            return redirect("jobs:detail", pk=job.pk)
        values = job_values(request, job)
        if values["follow"] and values["product"]:
            forget(request, job)
            return HttpResponse(status=STOP_POLLING, headers={"HX-Redirect": values["product"][1]})
        return render(request, "jobs/progress.html", values)


class _OwnJobView(PolicyMixin, View):
    """A button on one's own job; who only may look at it is refused (403)."""

    policy = AUTHENTICATED
    http_method_names: Sequence[str] = ["post"]
    what = ""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = find_job(request.user, pk)
        if not is_own(request.user, job):
            raise PermissionDenied(f"只有申请人可以{self.what}这项任务。")
        self.act(request, job)
        return redirect("jobs:detail", pk=job.pk)

    def act(self, request: HttpRequest, job: Job) -> None:
        raise NotImplementedError


class RetryView(_OwnJobView):
    what = "重试"

    def act(self, request: HttpRequest, job: Job) -> None:
        if job.may_be_repeated:
            services.retry(job=job, user=request.user)
            messages.success(request, "已重新提交，可以离开本页，完成后在这里查看结果。")
        else:
            messages.info(request, f"任务{job.get_status_display()}，不需要重试。")


class CancelView(_OwnJobView):
    what = "取消"

    def act(self, request: HttpRequest, job: Job) -> None:
        if services.cancel(job=job):
            messages.success(request, "已取消，没有执行。需要时可以重新提交。")
        else:
            messages.info(request, f"任务{job.get_status_display()}，不能取消；只有排队中的任务可以取消。")
