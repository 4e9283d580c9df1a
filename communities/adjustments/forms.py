"""Forms of a plan: split or merge, withdraw."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from communities.adjustments.drafting import Proposed
from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.divisions.codes import fold_code
from governance.divisions.models import Division, Level
from governance.records import once
from governance.records.places import MOST_OPTIONS, divisions_of, place_field
from governance.web.forms import DateField


class _PlanForm(forms.Form):
    """What both kinds ask for; `sources` and `successors` are there once it is valid."""

    use_required_attribute = False
    wide_fields = ("basis",)

    basis = forms.CharField(
        label="方案依据",
        max_length=200,
        help_text="会议纪要、请示等的名称或文号",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "请填写方案依据。"},
    )
    effective_on = DateField(
        label="生效日期",
        help_text="原社区自这一天起撤销，后继社区自这一天起设立",
        error_messages={"required": "请填写生效日期。"},
    )

    sources: list[Division]
    successors: list[Proposed]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields[once.FIELD] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=once.new_token()
        )

    def find(self, codes: list[str]) -> list[Division]:
        """Communities of the user's own streets; foreign and unknown codes get the same answer."""
        mine = permitted(Division.objects.current().communities(), self.user, Action.OPEN_CASE)
        found = {each.code: each for each in mine.filter(code__in=codes).select_related("parent")}
        missing = [code for code in codes if code not in found]
        if missing:
            raise ValidationError(f"没有找到社区 {'、'.join(missing[:5])}，请重新选择。")
        return [found[code] for code in codes]


class SplitForm(_PlanForm):
    names = forms.CharField(
        label="后继社区",
        help_text="每行一个新设社区的名称，如“莲湖路东社区”",
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "请填写后继社区的名称，每行一个。"},
    )
    keeps = forms.BooleanField(
        label="保留原社区",
        required=False,
        help_text="原社区继续存在，只划出一部分；不勾选的，原社区撤销",
    )
    listed = forms.TypedChoiceField(
        label="列入计划名单",
        choices=[("", "请选择"), ("1", "是，名单内的社区"), ("0", "否，名单外的另行统计")],
        coerce=int,
        help_text="区（县）拆分、合并计划的名单里有没有这个社区",
        error_messages={"required": "请选择是否列入计划名单。"},
    )
    field_order = ("source", "names", "keeps", "listed", "effective_on", "basis")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["source"] = place_field(
            user, Level.COMMUNITY, label="拆分的社区", digits=12, action=Action.OPEN_CASE
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("source"):
            self.add_error("source", "请选择要拆分的社区。")
            return data
        try:
            self.sources = self.find([data["source"]])
        except ValidationError as error:
            self.add_error("source", error)
            return data
        names = [name for line in data.get("names", "").splitlines() if (name := "".join(line.split()))]
        self.successors = [Proposed(name) for name in names]
        if data.get("keeps"):
            self.successors.insert(0, Proposed(self.sources[0].name, self.sources[0]))
        return data


class _CodesField(forms.CharField):
    """Codes typed one a line, where there are too many communities to show a box for each."""

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        return [code for line in str(value or "").split() if (code := fold_code(line))]


class MergeForm(_PlanForm):
    into = forms.CharField(label="合并后", required=False)
    name = forms.CharField(
        label="新设社区名称",
        max_length=60,
        required=False,
        help_text="新设一个社区的填写；保留其中一个社区的留空",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    listed = forms.IntegerField(
        label="名单内社区数",
        min_value=0,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text="要合并的社区里有几个在区（县）拆分、合并计划的名单内；名单外的不计，另行统计",
        error_messages={
            "required": "请填写有几个社区在计划名单内，没有的填 0。",
            "invalid": "请填写整数，没有的填 0。",
            "min_value": "请填写整数，没有的填 0。",
        },
    )
    field_order = ("sources", "into", "name", "listed", "effective_on", "basis")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        rows = list(divisions_of(user, Level.COMMUNITY, Action.OPEN_CASE))
        if len(rows) > MOST_OPTIONS:
            text = "每行一个 12 位社区代码"
            self.fields["sources"] = _CodesField(
                label="合并的社区", help_text=text, widget=forms.Textarea({"rows": 4})
            )
            self.fields["into"].help_text = "保留的社区的代码；新设社区的留空"
        else:
            groups = [
                (street, [(row.code, row.name) for row in group])
                for street, group in groupby(rows, key=lambda row: row.parent.name if row.parent else "")
            ]
            options: list[Any] = groups[0][1] if len(groups) == 1 else groups
            self.fields["sources"] = forms.MultipleChoiceField(
                label="合并的社区",
                choices=options,
                widget=forms.CheckboxSelectMultiple,
                help_text="同一街道（乡镇）相邻的两个以上社区",
                error_messages={"required": "请选择要合并的社区。"},
            )
            choices = [("", "新设一个社区"), *((row.code, f"保留“{row.name}”") for row in rows)]
            self.fields["into"].widget = forms.Select(choices=choices)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        codes = data.get("sources") or []
        if not codes:
            return data
        try:
            self.sources = self.find(list(dict.fromkeys(codes)))
        except ValidationError as error:
            self.add_error("sources", error)
            return data
        into, name = fold_code(data.get("into") or ""), "".join((data.get("name") or "").split())
        kept = next((each for each in self.sources if each.code == into), None)
        if into and kept is None:
            self.add_error("into", "保留的社区应是要合并的社区之一。")
        elif kept is not None and name:
            self.add_error("name", "已选择保留的社区，请不要再填写新设社区名称。")
        elif kept is None and not name:
            self.add_error("name", "请填写新设社区名称，或者选择保留其中一个社区。")
        self.successors = [Proposed(kept.name, kept) if kept else Proposed(name)]
        return data


class WithdrawForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="撤回原因", max_length=200, error_messages={"required": "请填写撤回原因。"}
    )
