"""Files of a record: the list with the upload, the file itself, and voiding one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require, scope_of
from governance.accounts.visitor import visitor
from governance.records import attachments
from governance.records.file_types import ACCEPTED, MIB, MOST_BYTES, NAMES
from governance.records.lookup import find_row
from governance.records.models import Attachment
from governance.records.tables import action_of
from governance.records.views.common import RowMixin
from governance.records.views.ending import ReasonForm
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import FormPage


class UploadForm(forms.Form):
    one_column = True
    file = forms.FileField(
        label="文件",
        help_text=f"{NAMES}，不超过 {MOST_BYTES // MIB} MB；请不要上传身份证等证件照片，除非确有需要",
        widget=forms.ClearableFileInput(
            {"accept": ",".join(suffix for each in ACCEPTED for suffix in each.suffixes)}
        ),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(f"文件超过 {MOST_BYTES // MIB} MB，请压缩或分成几个文件。")
        return file


class ViewedRowMixin(RowMixin):
    """A page about a record for whoever may see it."""

    def find(self) -> None:
        self.row = find_row(self.request.user, self.sheet, self.kwargs["pk"], action_of(self.sheet))

    def find_file(self) -> Attachment:
        """A valid file of this very record; any other is 404."""
        files = Attachment.objects.valid().of(self.row)  # type: ignore[attr-defined]
        return get_object_or_404(files.select_related("uploaded_by"), pk=self.kwargs["file"])


class AttachPage(ViewedRowMixin, FormPage):
    policy = Needs(Action.VIEW)
    template_name = "records/attachments.html"
    form_class = UploadForm
    title = "附件"
    submit_label = "上传"
    success_message = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request.user, Action.CHANGE, self.row.path)
        return super().post(request, *args, **kwargs)

    def perform(self, form: forms.Form) -> str:
        given = form.cleaned_data["file"]
        file = attachments.attach(
            user=visitor(self.request),
            sheet=self.sheet,
            row=self.row,
            name=given.name,
            content=given.read(),
        )
        messages.success(self.request, f"已上传附件“{file.name}”。")
        return reverse("records:attach", args=[self.sheet.slug, self.row.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_change = scope_of(self.request.user).may(Action.CHANGE, self.row.path)
        files = Attachment.objects.of(self.row)  # type: ignore[attr-defined]
        return super().get_context_data(
            files=list(files.select_related("uploaded_by")),
            may_change=may_change,
            may_upload=may_change and self.row.voided_on is None,
            division=self.row.division,
            **kwargs,
        )


class FileView(ViewedRowMixin, PolicyMixin, View):
    """The file itself: saved by the browser, never shown inside the portal."""

    policy = Needs(Action.VIEW)
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        file = self.find_file()
        try:
            return _given(file, attachments.read(user=visitor(request), sheet=self.sheet, file=file))
        except FileNotFoundError:
            raise Http404 from None


def _given(file: Attachment, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


class GivenFileView(PolicyMixin, View):
    """A file of a row of `owner`, for whoever may see where it belongs; each copy is logged."""

    policy = Needs(Action.VIEW)
    http_method_names = ["get"]
    owner: type[Model]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        files = Attachment.objects.filter(object_type=self.owner._meta.label_lower, voided_on=None)
        file = get_object_or_404(permitted(files, request.user), pk=kwargs["pk"])
        try:
            return _given(file, attachments.give_out(file))
        except FileNotFoundError:
            raise Http404 from None


class VoidFilePage(ViewedRowMixin, FormPage):
    policy = Needs(Action.CHANGE)
    template_name = "records/confirm.html"
    form_class = ReasonForm
    title = "作废附件"
    submit_label = "确认作废"
    intro = "作废后不再显示和下载，原文件和作废原因仍然保留备查。"
    success_message = ""

    def find(self) -> None:
        self.row = find_row(self.request.user, self.sheet, self.kwargs["pk"], Action.CHANGE)
        self.file = self.find_file()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(place=self.row.division, danger=True, **kwargs)
        return context | {"row": self.file.name}

    def get_cancel_url(self) -> str:
        return reverse("records:attach", args=[self.sheet.slug, self.row.pk])

    def perform(self, form: forms.Form) -> str:
        attachments.void(user=visitor(self.request), file=self.file, reason=form.cleaned_data["reason"])
        messages.success(self.request, f"已作废附件“{self.file.name}”。")
        return self.get_cancel_url()
