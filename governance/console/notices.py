"""Tells a user on the next page that a background job is over which he asked for in this session."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from governance.jobs import asking
from governance.jobs.models import Job, JobStatus

SESSION_KEY = "jobs-asked"
MOST = 20


class JobNoticeMiddleware:
    """Jobs asked for during a request stand in the session until their user has been told.

    A session without waiting jobs costs no statement.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with asking.collected() as ids:
            response = self.get_response(request)
        if ids and request.user.is_authenticated:
            waiting = request.session.get(SESSION_KEY, [])
            request.session[SESSION_KEY] = [*(each for each in waiting if each not in ids), *ids][-MOST:]
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if request.method != "GET" or request.headers.get("HX-Request") == "true":
            return
        if not request.user.is_authenticated or not request.session.get(SESSION_KEY):
            return
        match = request.resolver_match
        shown = kwargs.get("pk") if match and match.view_name == "jobs:detail" else None
        waiting = request.session[SESSION_KEY]
        jobs = list(Job.objects.filter(pk__in=waiting).order_by("pk"))
        for job in jobs:
            if job.is_over and job.pk != shown and job.requester_id == request.user.pk:
                _tell(request, job)
        left = [job.pk for job in jobs if not job.is_over]
        if left != waiting:
            request.session[SESSION_KEY] = left


def forget(request: HttpRequest, job: Job) -> None:
    """The user sees for himself that this job is over."""
    waiting = request.session.get(SESSION_KEY, [])
    if job.pk in waiting:
        request.session[SESSION_KEY] = [each for each in waiting if each != job.pk]


def _tell(request: HttpRequest, job: Job) -> None:
    address = reverse("jobs:detail", args=[job.pk])
    if job.status == JobStatus.DONE:
        text = format_html('后台任务“{}”已完成，<a href="{}">查看结果</a>。', job.label, address)
        messages.success(request, text)
    elif job.status == JobStatus.FAILED:
        text = format_html('后台任务“{}”失败：{}<a href="{}">查看</a>', job.label, job.error, address)
        messages.error(request, text)
