"""Forms of schemes and the filters of their lists."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from assessments.choices import Direction, SchemeState, Source
from assessments.drafting import Draft, Item
from assessments.lifecycle import PLACE, REASON
from assessments.scoring import REPORT
from governance.accounts.roles import Action
from governance.divisions.models import Division
from governance.exchange.forms import UploadForm
from governance.exchange.places import PlaceField
from governance.records import once
from governance.web.areas import AreaFilterForm
from governance.web.filters import FilterForm
from governance.web.forms import DateField

_SPARE = 3
"""Empty lines for further criteria."""
_MOST = 20


def _cents(value: Decimal | None) -> int | None:
    return None if value is None else int(value * 100)


class CriterionForm(forms.Form):
    """One line of the table of criteria; a line without a name is left out."""

    use_required_attribute = False

    name = forms.CharField(label="指标", max_length=30, required=False)
    weight = forms.DecimalField(
        label="权重（%）",
        required=False,
        min_value=Decimal("0.01"),
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    source = forms.ChoiceField(label="评分方式", choices=Source.choices, required=False)
    basis = forms.CharField(label="评分标准", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("name") and data.get("weight") is None and "weight" not in self.errors:
            self.add_error("weight", "请填写权重。")
        if not data.get("name") and (data.get("weight") is not None or data.get("basis")):
            self.add_error("name", "请填写指标名称；不要这一项的，整行清空。")
        return data

    @property
    def item(self) -> Item | None:
        data = self.cleaned_data
        if not data.get("name"):
            return None
        source = data.get("source") or Source.DIRECT
        return Item(data["name"], _cents(data["weight"]) or 0, source, data.get("basis", ""))


CriterionRows: type[BaseFormSet] = formset_factory(
    CriterionForm, extra=_SPARE, max_num=_MOST, validate_max=True
)


def _initial(item: Item) -> dict[str, Any]:
    weight = Decimal(item.weight_c) / 100
    return {"name": item.name, "weight": weight, "source": item.source, "basis": item.basis}


class SchemeForm(forms.Form):
    """A scheme with its criteria (`rows`), so that both are checked together."""

    year = forms.IntegerField(label="考核年度", min_value=2000, max_value=2100)
    direction = forms.ChoiceField(label="考评方向", choices=Direction.choices)
    title = forms.CharField(label="方案名称", max_length=60, help_text="如“2026 年度社区工作考核方案”")
    paper = forms.CharField(
        label="方案文件", max_length=100, required=False, help_text="名称或文号，没有的留空"
    )
    previous = forms.DecimalField(
        label="上一方案居民满意度权重（%）",
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        help_text="上一方案不在系统里的填写；在系统里的自动取用",
    )
    token = forms.CharField(required=False, widget=forms.HiddenInput)
    wide_fields = ("title",)

    def __init__(
        self,
        *args: Any,
        user: Any,
        division: Division | None = None,
        items: Sequence[Item] = (),
        chosen: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.place = division
        if division is None:
            label, error = "考核单位", {"required": "请选择考核单位。"}
            area = PlaceField(
                user=user, chosen=chosen, action=Action.CHANGE, label=label, error_messages=error
            )
            area.initial = chosen
            self.fields = {"area": area, **self.fields}
        self.initial.setdefault("token", once.new_token())
        # A bound line equal to its initial values would count as untouched and be left out.
        shown = [] if self.is_bound else [_initial(each) for each in items]
        self.rows = CriterionRows(self.data or None, prefix="criteria", initial=shown)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.rows.is_valid():
            for number, row in enumerate(self.rows, start=1):
                for name, texts in row.errors.items():
                    label = row.fields[name].label
                    self.add_error(None, [f"第 {number} 项“{label}”：{text}" for text in texts])
            self.add_error(None, [str(text) for text in self.rows.non_form_errors()])
        return data

    @property
    def division(self) -> Division:
        return self.place or self.cleaned_data["area"]

    @property
    def draft(self) -> Draft:
        data = self.cleaned_data
        return Draft(
            year=data["year"],
            direction=data["direction"],
            title=data["title"],
            paper=data["paper"],
            previous_c=_cents(data["previous"]),
            items=[row.item for row in self.rows if row.item is not None],
        )


class EnactForm(forms.Form):
    on = DateField(label="施行日期", required=False)


class PublishForm(forms.Form):
    on = DateField(label="公开日期", required=False)
    place = forms.CharField(label="公开渠道", max_length=PLACE, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=REASON, required=False)


class SelfReportForm(forms.Form):
    self_report = forms.CharField(
        label="社区自评",
        max_length=REPORT,
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=f"对照方案写本年度的工作和不足，最多 {REPORT} 字。请勿填写身份证号、手机号。",
    )


class ScoreUploadForm(UploadForm):
    file = forms.FileField(
        label="打分表",
        widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"}),
        help_text="从本页下载并填写的打分表",
        error_messages={"required": "请选择填好的打分表。", "empty": "文件是空的，请重新选择。"},
    )


class SchemeFilter(FilterForm):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    direction = forms.ChoiceField(label="考评方向", choices=[("", "全部"), *Direction.choices])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *SchemeState.choices])


class ResultFilter(AreaFilterForm):
    lookups = {"year": "scheme__year", "direction": "scheme__direction"}

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    direction = forms.ChoiceField(label="考评方向", choices=[("", "全部"), *Direction.choices])
