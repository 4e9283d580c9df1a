"""撤销本次导入: what it would do, or what stands in its way; with a reason."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from governance.accounts.roles import Action
from governance.exchange import undoing
from governance.exchange.memory import CHANGED, MADE, read_record
from governance.exchange.models import BatchStatus, ImportBatch
from governance.exchange.views.common import CRUMBS, BatchMixin, record_url
from governance.web.policy import Needs
from governance.web.views import FormPage

MOST_LISTED = 50


class UndoForm(forms.Form):
    reason = forms.CharField(
        label="撤销理由",
        max_length=200,
        help_text="如“传错了文件”“第三季度数据尚未核定”，会写入修改痕迹和审计日志",
        error_messages={"required": "请填写撤销的理由。"},
    )
    one_column = True


class UndoPage(BatchMixin, FormPage):
    policy = Needs(Action.IMPORT)
    model = ImportBatch
    template_name = "exchange/undo.html"
    form_class = UndoForm
    title = "撤销本次导入"
    crumbs = CRUMBS
    submit_label = "确认撤销"
    success_message = ""
    own_only = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.batch = self.find()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_cancel_url(self) -> str:
        return self.batch.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = undoing.standing(self.batch)
        kept = read_record(self.batch.key) if standing.is_possible else None
        if kept is not None and not undoing.may_undo(self.batch, self.request.user):
            standing = undoing.Standing("只有上传人或本辖区的负责人可以撤销这次导入。")
        changed = list(standing.changed[:MOST_LISTED])
        for row in changed:
            row.url = record_url(row)
        return super().get_context_data(
            batch=self.batch,
            standing=standing,
            changed=changed,
            voided=len(kept.of(MADE)) if kept else 0,
            restored=len(kept.of(CHANGED)) if kept else 0,
            deadline=undoing.deadline(self.batch),
            **kwargs,
        )

    def perform(self, form: Form) -> str:
        if self.batch.status == BatchStatus.APPLIED and not undoing.may_undo(self.batch, self.request.user):
            raise PermissionDenied("只有上传人或本辖区的负责人可以撤销这次导入。")
        undoing.undo(batch=self.batch, user=self.request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        return self.batch.get_absolute_url()
