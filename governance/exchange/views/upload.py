"""The upload: a plain form; with JavaScript it shows how far it is and refuses wrong files before sending."""

from typing import Any

from django.forms import Form
from django.http import HttpResponse, JsonResponse
from django.urls import reverse

from governance.accounts import options
from governance.accounts.roles import Action
from governance.exchange import batches
from governance.exchange.forms import UploadForm
from governance.exchange.views.common import CRUMBS, GUIDE
from governance.web.policy import Needs
from governance.web.views import FormPage

SCRIPT_HEADER = "X-Upload"
"""Sent by upload.js, which goes to the address in the answer or shows the errors beside the file."""


class UploadPage(FormPage):
    policy = Needs(Action.IMPORT)
    template_name = "exchange/upload.html"
    form_class = UploadForm
    title = "上传导入"
    crumbs = CRUMBS
    submit_label = "上传并检查"
    success_message = ""
    cancel_url_name = "exchange:index"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(guide=GUIDE, most_bytes=options.upload_max_bytes(), **kwargs)

    def perform(self, form: Form) -> str:
        file = form.cleaned_data["file"]
        with batches.telling_disk_full():
            content = file.read()
        batch, job = batches.receive(
            user=self.request.user,  # type: ignore[arg-type]
            file_name=file.name,
            content=content,
        )
        return f"{reverse('jobs:detail', args=[job.pk])}?follow=1" if job else batch.get_absolute_url()

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        if self._by_script() and response.status_code == 302:
            return JsonResponse({"url": response.headers["Location"]})
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        if self._by_script():
            texts = [str(text) for errors in form.errors.values() for text in errors]
            return JsonResponse({"errors": texts}, status=422)
        return super().form_invalid(form)

    def _by_script(self) -> bool:
        return self.request.headers.get(SCRIPT_HEADER) == "1"
