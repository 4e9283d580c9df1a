"""Forms of cases: what a step asks for, made of its procedure, and the small ones beside it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html

from governance.divisions.models import Level
from governance.exchange.sheets import DIGITS
from governance.ledgers.values import ValueColumn, widget_of
from governance.policies.procedure_schema import ProcedureStep
from governance.policies.record_schema import RecordField
from governance.records import once
from governance.records.forms import CellField, control_of
from governance.records.places import place_field
from governance.web.filters import FilterForm
from governance.web.forms import DateField
from governance.workflows.answers import to_json, value_of, words
from governance.workflows.catalogue import Kind, kinds
from governance.workflows.engine import TEXT
from governance.workflows.models import CaseState, CaseStep
from governance.workflows.opening import NAME
from governance.workflows.papers import field_of

PHRASES = (
    "同意。",
    "拟同意，请领导审核。",
    "材料齐全，符合规定，同意上报。",
    "情况属实，同意。",
    "材料不全，请补充后再报。",
    "情况有变化，请核实后再报。",
)
"""Standard phrases offered where an opinion is written; any other text may be typed."""


class PhraseInput(forms.TextInput):
    """A text field that offers the standard phrases."""

    template_name = "workflows/phrases.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["phrases"] = PHRASES
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_phrases"
        return context


def _initial(field: RecordField, stored: dict[str, Any]) -> str:
    """What stands in the field of a stored value, as it may be typed again."""
    value = value_of(field, stored)
    if value in (None, "", []):
        return ""
    if field.type in {"number", "quantity", "money", "percent"}:
        return f"{widget_of(field).render(value):f}" if field.type != "number" else str(value)
    return words(field, value)


class StepForm(forms.Form):
    """The fields and papers of a step, and the opinion. `values` after `is_valid` is what is to be kept."""

    use_required_attribute = False

    def __init__(
        self, step: ProcedureStep, row: CaseStep, data: Any = None, files: Any = None, **kwargs: Any
    ) -> None:
        token = {once.FIELD: once.new_token(), "revision": row.case.revision}
        super().__init__(data, files, initial=token, **kwargs)
        self.step = step
        self.wide_fields = ["opinion"]
        for field in step.fields:
            column = ValueColumn(field)
            help_text = field.help
            if remark := row.remarks.get(field.key):
                help_text = format_html('<b class="err">退回意见：{}</b>　{}', remark, field.help)
            self.fields[field.key] = CellField(
                column,
                label=field.label,
                required=field.required,
                widget=control_of(column),
                help_text=help_text,
                initial=_initial(field, row.values),
            )
            if field.type == "long_text":
                self.wide_fields.append(field.key)
        for paper in step.evidence:
            self.fields[field_of(paper.key)] = forms.FileField(
                label=f"材料：{paper.label}",
                required=False,
                widget=forms.FileInput,
                help_text="必需的材料" if (is_asked := paper.required and not paper.when) else "有则上传",
            )
            # Not `required`: the paper may be there already, and whether it is missing the engine says.
            self.fields[field_of(paper.key)].is_asked = is_asked  # type: ignore[attr-defined]
        self.fields["opinion"] = forms.CharField(
            label="意见", required=False, max_length=TEXT, widget=PhraseInput, initial=row.opinion
        )
        for name in ("revision", once.FIELD):
            self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.values: dict[str, Any] = {}
        for field in self.step.fields:
            try:
                self.values[field.key] = to_json(widget_of(field).clean(data.get(field.key, "")))
            except ValueError as error:
                self.add_error(field.key, str(error))
        return data

    @property
    def token(self) -> str:
        return once.clean_token(self.data.get(once.FIELD, ""))

    def uploads(self) -> list[tuple[str, Any]]:
        """(paper, file) of each file that was sent."""
        found = [(paper.key, self.files.get(field_of(paper.key))) for paper in self.step.evidence]
        return [(key, file) for key, file in found if file]


class OpenForm(forms.Form):
    """Where a new case is and what it is called."""

    def __init__(self, kind: Kind, user: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {once.FIELD: once.new_token(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        level = Level(kind.level)
        label = "社区" if level == Level.COMMUNITY else "单位"
        self.fields["division"] = place_field(
            user, level, label=label, digits=DIGITS[level], action=kind.opener
        )
        self.fields["name"] = forms.CharField(label=kind.procedure.name, max_length=NAME)
        self.fields[once.FIELD] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.wide_fields = ["name"]

    @property
    def token(self) -> str:
        return once.clean_token(self.data.get(once.FIELD, ""))


class ReasonForm(forms.Form):
    """A reason for going back, leaving out, refusing or taking back, and to which step."""

    reason = forms.CharField(label="理由", max_length=TEXT, required=False)
    to = forms.CharField(required=False)


class DayForm(forms.Form):
    """One day of the yearly holiday notice."""

    day = DateField(label="日期")
    is_working = forms.ChoiceField(label="安排", choices=[("no", "放假"), ("yes", "上班（调休）")])
    note = forms.CharField(label="说明", max_length=80, help_text="哪个节日，依据哪份通知。")


class CaseFilter(FilterForm):
    """The conditions above the list of cases."""

    name = forms.CharField(label="事项")
    procedure = forms.ChoiceField(label="流程")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *CaseState.choices])

    lookups = {"name": "name__contains", "procedure": "slug"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "全部"), *((slug, kind.procedure.title) for slug, kind in kinds().items())]
        field = self.fields["procedure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
