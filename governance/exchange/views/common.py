"""What the pages share: files as answers, which imports a user sees, and a page of what is in memory."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.http import content_disposition_header

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.exchange.memory import Kept
from governance.exchange.models import ImportBatch
from governance.web.paging import Page, numbered_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GUIDE = (
    ("下载工作簿", "已填好现有数据"),
    ("离线填写", "WPS 或 Excel，无需联网"),
    ("上传检查", "一次列出全部错误"),
    ("核对并确认", "全部保存或全部不存"),
)
CRUMBS = (("台账工作簿", "exchange:index"),)
SUPERVISING = (Action.APPROVE_STREET_STEP, Action.COLLECT)
"""Who leads a street or works for the county sees that there were imports, and their receipts."""


def file_response(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved; never kept by caches."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


def supervises(user: Any) -> bool:
    scope = scope_of(user)
    return any(scope.may_anywhere(action) for action in SUPERVISING)


def visible_batches(user: Any) -> QuerySet[ImportBatch]:
    """A user's own imports, and for leads and the county those of their area."""
    scope = scope_of(user)
    condition = Q(pk__in=[])
    own = scope.condition(Action.IMPORT)
    if own is not None:
        condition |= Q(user=user) & own
    for action in SUPERVISING:
        area = scope.condition(action)
        if area is not None:
            condition |= area
    return ImportBatch.objects.filter(condition).select_related("user")


class BatchMixin:
    """Finds a batch; what the user may not see is the same 404 as a missing one."""

    request: HttpRequest
    kwargs: dict[str, Any]
    own_only = True
    """Files and rows are for the uploader alone."""

    def find(self) -> ImportBatch:
        user: Any = self.request.user
        rows = visible_batches(user).select_related("user", "undone_by")
        if self.own_only:
            rows = rows.filter(user=user)
        return get_object_or_404(rows, pk=self.kwargs["pk"])


def page_of(entries: list[Any], request: HttpRequest) -> Page:
    """A page of a list that is in memory already, by `?page=`."""
    return numbered_page(entries, request)


def record_url(row: Kept) -> str:
    """The page of a record; empty where it has none."""
    try:
        if row.sheet.is_per_community:
            return reverse("communities:detail", args=[row.code])
        return reverse("records:detail", args=[row.sheet.slug, row.pk])
    except NoReverseMatch:
        return ""
