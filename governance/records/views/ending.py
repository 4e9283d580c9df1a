"""Ending, voiding and restoring a record: a page that says what it means and asks why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import Http404
from django.utils import timezone

from governance.accounts.roles import Action
from governance.records import services
from governance.records.lookup import row_url
from governance.records.views.common import RowMixin
from governance.web.forms import DateField
from governance.web.policy import Needs
from governance.web.views import FormPage

END_PHRASES: dict[str, tuple[str, ...]] = {
    "离任": ("任期届满", "辞职", "工作调动", "退休", "免职"),
    "离职": ("辞职", "合同期满", "工作调动", "退休", "辞退"),
    "撤销": ("网格调整", "拆迁", "与其他合并"),
    "停用": ("拆除", "租期届满", "改作他用", "另建新址"),
    "注销": ("自行解散", "迁出本社区", "与其他组织合并"),
}
"""Usual reasons by the word for ending."""

VOID_PHRASES = ("重复录入", "录入错误", "不属于本社区")
RESTORE_PHRASES = ("作废有误", "核实有效")
REVEAL_PHRASES = ("核对人员信息", "办理人事手续", "本人申请更正")


class PhraseInput(forms.TextInput):
    """A text with usual ones to choose from; anything else may be typed."""

    template_name = "records/forms/phrases.html"

    def __init__(self, phrases: Sequence[str]) -> None:
        super().__init__({"autocomplete": "off", "list": "phrases"})
        self.phrases = phrases

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"phrases": self.phrases}


class ReasonForm(forms.Form):
    one_column = True
    use_required_attribute = False

    reason = forms.CharField(
        label="原因",
        max_length=services.MOST_REASON,
        help_text="记入修改痕迹",
        error_messages={"required": "请写明原因。"},
    )

    def __init__(self, *args: Any, phrases: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        reason.widget = PhraseInput(phrases)
        if phrases:
            reason.help_text = f"可从常用说法中选择，也可自行填写；{reason.help_text}"


class EndForm(ReasonForm):
    on = DateField(error_messages={"required": "请填写日期。"})
    field_order = ("on", "reason")

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = label


class ReasonPage(RowMixin, FormPage):
    """Asks for a reason, shows which record it is about, and calls a service."""

    template_name = "records/confirm.html"
    form_class: type[forms.Form] = ReasonForm
    success_message = ""
    danger = False
    phrases: Sequence[str] = ()

    def find(self) -> None:
        super().find()
        if self.sheet.is_per_community:
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"phrases": self.phrases}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(place=self.row.division, danger=self.danger, **kwargs)

    def get_cancel_url(self) -> str:
        return row_url(self.sheet, self.row)


class EndPage(ReasonPage):
    policy = Needs(Action.CHANGE)
    form_class = EndForm

    def get_title(self) -> str:
        return f"{self.sheet.caption}{services.end_word(self.sheet)}"

    @property
    def intro(self) -> str:  # type: ignore[override]
        return f"自{self.sheet.end}起不再计入在册，历史记录保留。登记错误的请用“作废”。"

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        return f"确认{services.end_word(self.sheet)}"

    def get_form_kwargs(self) -> dict[str, Any]:
        initial = {"on": timezone.localdate().isoformat()}
        phrases = END_PHRASES.get(services.end_word(self.sheet), ())
        given = {"label": self.sheet.end, "initial": initial, "phrases": phrases}
        return super().get_form_kwargs() | given

    def perform(self, form: forms.Form) -> str:
        services.end(
            user=self.request.user,  # type: ignore[arg-type]
            sheet=self.sheet,
            row=self.row,
            on=form.cleaned_data["on"],
            reason=form.cleaned_data["reason"],
        )
        self.success_message = services.ended_text(self.sheet, str(self.row), form.cleaned_data["on"])
        return row_url(self.sheet, self.row)


class VoidPage(ReasonPage):
    policy = Needs(Action.CHANGE)
    submit_label = "确认作废"
    intro = "只用于误录、重复录入的记录：作废后不再参加任何统计，可以恢复。正常结束的请填写结束日期。"
    danger = True
    phrases = VOID_PHRASES

    def get_title(self) -> str:
        return f"作废{self.sheet.caption}"

    def perform(self, form: forms.Form) -> str:
        services.void(
            user=self.request.user,  # type: ignore[arg-type]
            sheet=self.sheet,
            row=self.row,
            reason=form.cleaned_data["reason"],
        )
        self.success_message = f"已作废：{self.row}。"
        return row_url(self.sheet, self.row)


class RestorePage(ReasonPage):
    policy = Needs(Action.CHANGE)
    submit_label = "确认恢复"
    phrases = RESTORE_PHRASES

    def get_title(self) -> str:
        return f"恢复{self.sheet.caption}"

    @property
    def intro(self) -> str:  # type: ignore[override]
        row = self.row
        if row.voided_on is None:
            return "这条记录没有作废，不需要恢复。"
        return f"于 {row.voided_on:%Y-%m-%d} 作废，原因：{row.void_reason}。恢复后重新参加统计。"

    def perform(self, form: forms.Form) -> str:
        services.restore(
            user=self.request.user,  # type: ignore[arg-type]
            sheet=self.sheet,
            row=self.row,
            reason=form.cleaned_data["reason"],
        )
        self.success_message = f"已恢复：{self.row}。"
        return row_url(self.sheet, self.row)
