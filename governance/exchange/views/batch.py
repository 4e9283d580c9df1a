"""One import: the preview with its decisions, the confirmation, and afterwards the receipt."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from governance.accounts.roles import Action
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.exchange import batches, previews, storage, undoing
from governance.exchange.annotating import annotate
from governance.exchange.memory import Record, read_record
from governance.exchange.models import BatchStatus, ImportBatch
from governance.exchange.reader import read_workbook
from governance.exchange.views.common import CRUMBS, BatchMixin, file_response, page_of, record_url
from governance.jobs.models import Job
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import TemplatePage

SAVED = "saved"
_LABELS = {
    SAVED: "保存的记录",
    "errors": "错误",
    "conflicts": "冲突",
    "changed": "修改",
    "new": "新增",
    "notices": "提示",
    "unchanged": "不变",
}
_FIRST = ("errors", "conflicts", "changed", "new", "notices", "unchanged")
"""What needs attention first; a file that was saved had no errors."""


class BatchPage(BatchMixin, TemplatePage):
    """The preview for the uploader; the receipt for him and for whoever looks after the area."""

    policy = Needs(Action.IMPORT)
    model = ImportBatch
    template_name = "exchange/batch.html"
    crumbs = CRUMBS
    own_only = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.batch = self.find()
        is_own = batch.user_id == self.request.user.pk
        is_saved = batch.applied_at is not None
        stored = batches.stored_preview(batch) if batch.has_file and is_own else None
        kept = read_record(batch.key) if batch.has_file and is_saved else None
        names = ((SAVED,) if is_saved else ()) + (_FIRST[is_saved:] if is_own else ())
        tab = self.request.GET.get("tab", "")
        if tab not in names:
            tab = SAVED if is_saved else next((name for name in _FIRST if batch.count(name)), "unchanged")
        entries, sheets, sheet = self._entries(stored, kept, tab)
        page = page_of(entries, self.request)
        if tab == SAVED:
            for row in page.rows:
                row.url = record_url(row)
        elif stored:
            previews.add_decisions(page.rows, batch.decisions)
        return super().get_context_data(
            batch=batch,
            is_own=is_own,
            is_saved=is_saved,
            stored=stored,
            kept=kept,
            tab=tab,
            tabs=[
                {
                    "name": name,
                    "label": _LABELS[name],
                    "count": len(kept.rows) if kept and name == SAVED else batch.count(name),
                    "is_on": name == tab,
                }
                for name in names
                if name != SAVED or kept
            ],
            sheets=sheets,
            sheet=sheet,
            page=page,
            rows=page.rows,
            undecided=undecided(batch),
            earlier=batches.earlier(batch) if is_own and not is_saved else None,
            job=self._job() if batch.status == BatchStatus.WAITING else None,
            large=batches.is_large(batch.size),
            deadline=undoing.deadline(batch),
            may_undo=batch.status == BatchStatus.APPLIED
            and kept is not None
            and undoing.may_undo(batch, self.request.user),
            **kwargs,
        )

    def _entries(
        self, stored: dict[str, Any] | None, kept: Record | None, tab: str
    ) -> tuple[list[Any], dict[str, int], str]:
        """The lines of a tab, how many each sheet has of them, and the sheet they are filtered by."""
        wanted = self.request.GET.get("sheet", "")
        if tab == SAVED:
            counts = {name: len(rows) for name, rows in kept.by_sheet().items()} if kept else {}
            wanted = wanted if wanted in counts else ""
            rows = kept.rows if kept else []
            return [row for row in rows if not wanted or row.sheet.name == wanted], counts, wanted
        if stored is None:
            return [], {}, ""
        counts = previews.sheet_counts(stored, tab)
        wanted = wanted if wanted in counts else ""
        return previews.entries(stored, tab, wanted), counts, wanted

    def _job(self) -> Job | None:
        return Job.objects.filter(key=f"{batches.CHECK_KIND}:{self.batch.key}").first()

    def get_title(self) -> str:
        titles: dict[str, str] = {
            BatchStatus.APPLIED: "导入回执",
            BatchStatus.UNDONE: "导入回执",
            BatchStatus.REFUSED: "未通过的文件",
        }
        return titles.get(self.batch.status, "导入预览")


def undecided(batch: ImportBatch) -> int:
    """How many conflicting fields have no decision of their own."""
    fields = batch.counts.get("conflict_fields", batch.count("conflicts"))
    return max(0, fields - len(batch.decisions)) if batch.status == BatchStatus.PREVIEWED else 0


class DecideView(BatchMixin, PolicyMixin, View):
    """Notes the decisions on the conflicts of one page of the preview."""

    policy = Needs(Action.IMPORT)
    model = ImportBatch
    http_method_names: Sequence[str] = ["post"]
    prefix = "choice:"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.find()
        choices = {
            name.removeprefix(self.prefix): str(value)
            for name, value in request.POST.items()
            if name.startswith(self.prefix)
        }
        try:
            batch = batches.decide(batch=batch, choices=choices)
            left = undecided(batch)
            text = f"还有 {left} 处没有选择。" if left else "全部冲突已选择，可以确认导入。"
            messages.success(request, f"已记下本页的选择；{text}")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        page = request.POST.get("page", "")
        tail = f"&page={page}" if page.isdecimal() else ""
        return redirect(f"{reverse('exchange:batch', args=[batch.pk])}?tab=conflicts{tail}")


class ApplyView(BatchMixin, PolicyMixin, View):
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
                if undecided(batch) and not choice:
                    raise ValidationError("请先选择冲突的处理方式。")
                job = batches.confirm_later(batch=batch, user=user, on_conflict=choice)
                return redirect(f"{reverse('jobs:detail', args=[job.pk])}?follow=1")
            with batches.telling_disk_full():
                batches.confirm(batch=batch, user=user, on_conflict=choice)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except batches.PreviewOutdated as error:
            messages.warning(request, str(error))
        return redirect(batch)


class ErrorWorkbookView(BatchMixin, PolicyMixin, View):
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
