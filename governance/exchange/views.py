"""Pages of the workbook: download, upload, preview, confirmation, and the list of imports."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import UnknownCode
from governance.exchange import batches, previews, storage
from governance.exchange.annotating import annotate
from governance.exchange.exporting import ExportRefused, export_workbook, find_division
from governance.exchange.forms import DownloadForm, UploadForm
from governance.exchange.models import BatchStatus, ImportBatch
from governance.exchange.reader import read_workbook
from governance.web.columns import Column
from governance.web.paging import PAGE_SIZE, Page, query_string
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import Button, Crumb, FormPage, ListPage, TemplatePage

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GUIDE = (
    ("下载工作簿", "已填好现有数据"),
    ("离线填写", "WPS 或 Excel，无需联网"),
    ("上传检查", "一次列出全部错误"),
    ("核对并确认", "全部保存或全部不存"),
)
_CRUMBS = (("台账工作簿", "exchange:index"),)
_TAB_LABELS = {
    "errors": "错误",
    "conflicts": "冲突",
    "changed": "修改",
    "new": "新增",
    "notices": "提示",
    "unchanged": "不变",
}


def file_response(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved; never kept by caches."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


def own_batches(user: Any) -> QuerySet[ImportBatch]:
    """An upload is seen by its uploader alone: it may hold what others may not see."""
    return ImportBatch.objects.filter(user=user)


class IndexPage(ListPage):
    """How it goes, and the user's own imports."""

    policy = Needs(Action.VIEW)
    template_name = "exchange/index.html"
    title = "台账工作簿"
    path_field = None
    page_size = 20
    empty_title = "还没有导入记录"
    empty_hint = "先下载工作簿，填写后上传；核对预览并确认后才会保存。"
    buttons = (
        Button("下载工作簿", "exchange:download", "download"),
        Button("上传导入", "exchange:upload", "upload", primary=True, action=Action.IMPORT),
    )
    columns: Sequence[Column] = (
        Column("文件", "file_name", url=lambda batch: batch.get_absolute_url()),
        Column("状态", lambda batch: (batch.state, batch.colour), kind="tag"),
        Column("行数", lambda batch: batch.counts.get("rows"), kind="number"),
        Column("新增", lambda batch: batch.counts.get("new"), kind="number"),
        Column("修改", lambda batch: batch.counts.get("changed"), kind="number"),
        Column("冲突", lambda batch: batch.counts.get("conflicts"), kind="number"),
        Column("错误", lambda batch: batch.counts.get("errors"), kind="number"),
        Column("上传时间", "created_at", kind="moment"),
        Column("导入时间", "applied_at", kind="moment"),
    )

    def get_queryset(self) -> QuerySet[ImportBatch]:
        return permitted(own_batches(self.request.user), self.request.user, Action.IMPORT)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(guide=GUIDE, **kwargs)


class DownloadPage(FormPage):
    """Choose a division; the answer to the form is the file."""

    policy = Needs(Action.VIEW)
    template_name = "exchange/download.html"
    form_class = DownloadForm
    title = "下载工作簿"
    crumbs = _CRUMBS
    submit_label = "下载"
    cancel_url_name = "exchange:index"

    def get_form_kwargs(self) -> dict[str, Any]:
        code = self.kwargs.get("code", "")
        if code:
            try:
                code = find_division(self.request.user, code).code  # type: ignore[arg-type]
            except UnknownCode:
                raise Http404 from None
        return super().get_form_kwargs() | {"user": self.request.user, "chosen": code}

    def form_valid(self, form: Form) -> HttpResponse:
        assert isinstance(form, DownloadForm)
        data = form.cleaned_data
        try:
            content = export_workbook(
                form.division,
                self.request.user,  # type: ignore[arg-type]
                reveal=bool(data.get("reveal")),
                reason=data.get("reason") or "",
            )
        except ExportRefused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        return file_response(content, f"{form.division.name}台账工作簿.xlsx")


class UploadPage(FormPage):
    policy = Needs(Action.IMPORT)
    template_name = "exchange/upload.html"
    form_class = UploadForm
    title = "上传导入"
    crumbs = _CRUMBS
    submit_label = "上传并检查"
    success_message = ""
    cancel_url_name = "exchange:index"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(guide=GUIDE, **kwargs)

    def perform(self, form: Form) -> str:
        file = form.cleaned_data["file"]
        batch, job = batches.receive(
            user=self.request.user,  # type: ignore[arg-type]
            file_name=file.name,
            content=file.read(),
        )
        return reverse("jobs:detail", args=[job.pk]) if job else batch.get_absolute_url()


class _BatchMixin:
    """Finds a batch of the user; anybody else's is the same 404 as a missing one."""

    request: HttpRequest
    kwargs: dict[str, Any]

    def find(self) -> ImportBatch:
        rows = permitted(own_batches(self.request.user), self.request.user, Action.IMPORT)
        return get_object_or_404(rows.select_related("user"), pk=self.kwargs["pk"])


class BatchPage(_BatchMixin, TemplatePage):
    """The preview, and after the confirmation the receipt."""

    policy = Needs(Action.IMPORT)
    model = ImportBatch
    template_name = "exchange/batch.html"
    crumbs = _CRUMBS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.batch = self.find()
        stored = batches.stored_preview(self.batch) if self.batch.has_file else None
        tab = self.request.GET.get("tab", "")
        if tab not in previews.TABS:
            tab = self._first_tab()
        entries = previews.entries(stored, tab) if stored else []
        page, rows = page_of(entries, self.request)
        return super().get_context_data(
            batch=self.batch,
            stored=stored,
            tab=tab,
            tabs=[
                {
                    "name": name,
                    "label": _TAB_LABELS[name],
                    "count": self.batch.count(name),
                    "is_on": name == tab,
                }
                for name in previews.TABS
            ],
            page=page,
            rows=rows,
            large=batches.is_large(self.batch.size),
            **kwargs,
        )

    def _first_tab(self) -> str:
        """What needs attention first."""
        order = ("errors", "conflicts", "changed", "new", "notices", "unchanged")
        return next((name for name in order if self.batch.count(name)), "unchanged")

    def get_title(self) -> str:
        titles: dict[str, str] = {BatchStatus.APPLIED: "导入结果", BatchStatus.REFUSED: "未通过的文件"}
        return titles.get(self.batch.status, "导入预览")


def page_of(entries: list[Any], request: HttpRequest) -> tuple[Page, list[Any]]:
    """A page of a list that is in memory already, by `?page=`."""
    pages = max(1, -(-len(entries) // PAGE_SIZE))
    text = request.GET.get("page", "1")
    number = min(max(int(text), 1), pages) if text.isdecimal() and len(text) < 6 else 1
    rows = entries[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]

    def link(to: int, is_there: bool) -> str:
        return query_string(request.GET, page=str(to)) if is_there else ""

    page = Page(
        rows=rows,
        total=len(entries),
        first=link(1, number > 1),
        previous=link(number - 1, number > 1),
        next=link(number + 1, number < pages),
        last=link(pages, number < pages),
        number=number,
        pages=pages,
    )
    return page, rows


class ApplyView(_BatchMixin, PolicyMixin, View):
    """The confirmation; pressed twice it saves once."""

    policy = Needs(Action.IMPORT)
    model = ImportBatch
    http_method_names: Sequence[str] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.find()
        choice = request.POST.get("on_conflict", "")
        user: Any = request.user
        try:
            if batches.is_large(batch.size) and batch.may_apply:
                if batch.count("conflicts") and not choice:
                    raise ValidationError("请先选择冲突的处理方式。")
                job = batches.confirm_later(batch=batch, user=user, on_conflict=choice)
                return redirect("jobs:detail", job.pk)
            batches.confirm(batch=batch, user=user, on_conflict=choice)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except batches.PreviewOutdated as error:
            messages.warning(request, str(error))
        return redirect(batch)


class ErrorWorkbookView(_BatchMixin, PolicyMixin, View):
    """The uploaded workbook with its errors; logged like every file with persons that leaves."""

    policy = Needs(Action.IMPORT)
    model = ImportBatch
    http_method_names: Sequence[str] = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.find()
        stored = batches.stored_preview(batch) if batch.has_file else None
        if stored is None:
            raise Http404
        workbook = read_workbook(storage.read(batch.key, storage.UPLOAD))
        content = annotate(workbook, stored["preview"]["errors"])
        rows = sum(len(sheet.rows) for sheet in workbook.sheets)
        record(
            EventKind.EXPORT,
            obj=batch,
            path=batch.path,
            detail={"rows": rows, "sha256": batch.sha256, "errors": batch.count("errors")},
        )
        stem = batch.file_name.rpartition(".")[0] or batch.file_name
        return file_response(content, f"{stem}（错误信息）.xlsx")


__all__ = ["ApplyView", "BatchPage", "Crumb", "DownloadPage", "ErrorWorkbookView", "IndexPage", "UploadPage"]
