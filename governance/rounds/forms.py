"""Forms of rounds and the filter of their list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.exchange.sheets import Sheet
from governance.records import once
from governance.records.completeness.states import counted_sheets
from governance.rounds.duties import Duty, has_events
from governance.rounds.filling import REMARK
from governance.rounds.models import Round, RoundState
from governance.rounds.services import NOTE, REASON, TITLE, Request
from governance.web.filters import FilterForm
from governance.web.forms import DateField

_NOTE_HELP = f"街道在任务页上看到，最多 {NOTE} 字。请勿填写身份证号、手机号。"


class RequestForm(forms.Form):
    """Title, day and note: what may be changed until the round ends."""

    title = forms.CharField(
        label="任务名称", max_length=TITLE, help_text="如“2026 年上半年台账填报”。街道在待办里看到。"
    )
    due_on = DateField(label="填报期限", help_text="含当天，当天 24 时以后提交的算逾期。")
    note = forms.CharField(
        label="填报要求",
        max_length=NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_NOTE_HELP,
    )

    @property
    def asked(self) -> Request:
        data = self.cleaned_data
        return Request(data["title"], data["due_on"], data["note"])


class IssueForm(RequestForm):
    """A new round; everything is ticked at first. `token` makes a form that is sent twice send once."""

    sheets = forms.MultipleChoiceField(
        label="填报台账",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    duties = forms.MultipleChoiceField(
        label="专项台账",
        widget=forms.CheckboxSelectMultiple({"class": "long"}),
        required=False,
        help_text="按期填报的选期间，长期有效的按现有情况核对，逐次记录的按下面的事项起止日。街道和社区填的才列出。",
    )
    since = DateField(
        label="事项起始日", required=False, help_text="逐次记录的专项台账从这一天起，一般接上次任务的截止日。"
    )
    until = DateField(
        label="事项截止日", required=False, help_text="含当天，不填的到填报期限；期内没有的，街道报零报告。"
    )
    streets = forms.TypedMultipleChoiceField(
        label="街道（乡镇）",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个街道（乡镇）。"},
    )
    token = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("title", "due_on", "note", "sheets", "duties", "since", "until", "streets", "token")

    def __init__(
        self,
        *args: Any,
        offered: Sequence[Sheet],
        rows: Sequence[Division],
        duties: Sequence[Duty] = (),
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "sheets": [sheet.slug for sheet in counted_sheets()],
            "streets": [row.pk for row in rows],
            "token": once.new_token(),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for duty in duties:
            groups.setdefault(duty.group, []).append((duty.key, duty.label))
        if groups:
            self._offer("duties", list(groups.items()))
        else:
            del self.fields["duties"]
        if not has_events(duties):
            del self.fields["since"], self.fields["until"]
        self._offer("sheets", [(sheet.slug, sheet.name) for sheet in offered])
        self._offer("streets", [(row.pk, row.name) for row in rows])

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label="填报说明",
        max_length=REMARK,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有未填的必须写明原因，如“社区尚未挂牌”。请勿填写身份证号、手机号。",
    )
    one_column = True


class ReturnForm(forms.Form):
    """The fault of an empty reason is the service's, which asks for the right first."""

    reason = forms.CharField(
        label="退回原因",
        max_length=REMARK,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明还要补充什么，街道在待办里看到。",
    )
    one_column = True


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="撤回原因", max_length=REASON, required=False)


class RoundFilter(FilterForm):
    title = forms.CharField(label="任务名称", max_length=TITLE)
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *RoundState.choices, ("overdue", "进行中且已逾期")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lookups = {"title": "title__contains", "state": _by_state}  # type: ignore[misc]


def _by_state(rounds: QuerySet[Round], state: str) -> QuerySet[Round]:
    if state == "overdue":
        return rounds.filter(state=RoundState.OPEN, due_on__lt=today())
    return rounds.filter(state=state)
