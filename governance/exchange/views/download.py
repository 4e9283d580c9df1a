"""Choosing and taking a download; large ones are made in the background and taken from a link."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.divisions.models import UnknownCode
from governance.exchange import downloads
from governance.exchange.exporting import ExportRefused, find_division
from governance.exchange.forms import DownloadForm
from governance.exchange.models import ExportFile
from governance.exchange.views.common import CRUMBS, file_response
from governance.jobs.models import Job
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import FormPage


class DownloadPage(FormPage):
    """Choose scope, sheets and content; the answer to the form is the file, or the job that makes it."""

    policy = Needs(Action.VIEW)
    template_name = "exchange/download.html"
    form_class = DownloadForm
    title = "下载工作簿"
    crumbs = CRUMBS
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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(files=downloads.recent(self.request.user), **kwargs)  # type: ignore[arg-type]

    def form_valid(self, form: Form) -> HttpResponse:
        assert isinstance(form, DownloadForm)
        data = form.cleaned_data
        try:
            made = downloads.download(
                division=form.division,
                user=self.request.user,  # type: ignore[arg-type]
                choice=form.choice,
                reveal=bool(data.get("reveal")),
                reason=data.get("reason") or "",
            )
        except ExportRefused as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        if isinstance(made, Job):
            return HttpResponseRedirect(reverse("jobs:detail", args=[made.pk]))
        return file_response(made.content, downloads.file_name(form.division, form.choice))


class ExportFileView(PolicyMixin, View):
    """A workbook made in the background, for the user who asked for it."""

    policy = Needs(Action.VIEW)
    model = ExportFile
    http_method_names: Sequence[str] = ["get"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user: Any = request.user
        rows = permitted(ExportFile.objects.filter(user=user, made_at__isnull=False), user, Action.VIEW)
        file = get_object_or_404(rows, pk=pk)
        try:
            content = downloads.take(file=file, user=user)
        except (FileNotFoundError, UnknownCode):
            raise Http404 from None
        except ExportRefused as error:
            raise PermissionDenied(str(error)) from error
        return file_response(content, file.file_name)
