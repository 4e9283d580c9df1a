"""Forms: a progress report, 督办, local assignment, and the short ones of an undertaking's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from governance.implementation.entries import MOST_TEXT
from governance.implementation.models import Status, UrgingLevel
from governance.implementation.progress import MOST_FILES, half_year
from governance.policies.models.documents import UnitRole
from governance.records.file_types import ACCEPTED, MIB, MOST_BYTES, NAMES
from governance.web.forms import DateField

_NO_PERSONS = "请勿填写身份证号、手机号等个人信息。"


class KeyedForm(forms.Form):
    """`key` makes a form that is sent twice do its work once."""

    one_column = True
    key = forms.CharField(max_length=32, min_length=8, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4().hex, **(kwargs.get("initial") or {})}
        super().__init__(data, *args, **kwargs)


class TextForm(KeyedForm):
    """One text: a remark, a reply."""

    text = forms.CharField(
        label="内容", max_length=MOST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("text", "key")


def text_form(label: str, help_text: str = "", **kwargs: Any) -> TextForm:
    form = TextForm(**kwargs)
    form.fields["text"].label = label
    form.fields["text"].help_text = help_text or _NO_PERSONS
    return form


class FilesWidget(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; cleans to a list."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in files if each]


class ReportForm(KeyedForm):
    """Progress on one measure; filled with the last version, so that only what is new must be typed."""

    unit_name = forms.ChoiceField(label="报送单位", required=False)
    period = forms.ChoiceField(label="报送期")
    status = forms.ChoiceField(label="落实状态", choices=[("", "请选择"), *Status.choices])
    completed_on = DateField(label="完成日期", required=False, help_text="状态为“已完成”时填写。")
    text = forms.CharField(
        label="进展情况",
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=f"做了什么、到什么程度、还差什么，最多 {MOST_TEXT} 字。{_NO_PERSONS}"
        "认可后作为这项措施的落实情况写入报告。",
    )
    files = FilesField(  # type: ignore[assignment]
        label="佐证材料",
        required=False,
        help_text=f"最多 {MOST_FILES} 个，{NAMES}，每个不超过 {MOST_BYTES // MIB} MB。以前上传的仍然保留。",
        widget=FilesWidget(
            {"accept": ",".join(suffix for each in ACCEPTED for suffix in each.suffixes), "multiple": True}
        ),
    )
    field_order = ("unit_name", "period", "status", "completed_on", "text", "files", "key")

    def __init__(
        self, data: Any = None, *args: Any, units: Sequence[tuple[str, str]], today: date, **kwargs: Any
    ) -> None:
        super().__init__(data, *args, **kwargs)
        unit, period = self.fields["unit_name"], self.fields["period"]
        assert isinstance(unit, forms.ChoiceField) and isinstance(period, forms.ChoiceField)
        unit.choices = list(units)
        period.choices = [(each, _period_label(each)) for each in _periods(today)]

    def clean_files(self) -> list[Any]:
        files = self.cleaned_data["files"]
        for each in files:
            if each.size > MOST_BYTES:
                raise forms.ValidationError(f"“{each.name}”超过 {MOST_BYTES // MIB} MB，请压缩后再上传。")
        return files


def _periods(today: date) -> list[str]:
    """This half-year and the one before, which is often reported late."""
    this = half_year(today)
    before = f"{today.year}H1" if this.endswith("2") else f"{today.year - 1}H2"
    return [this, before]


def _period_label(code: str) -> str:
    return f"{code[:4]}年{'上' if code.endswith('1') else '下'}半年"


class UrgeForm(KeyedForm):
    """Level, day and words of a 督办."""

    unit_name = forms.ChoiceField(label="督办对象", required=False)
    level = forms.ChoiceField(label="督办级别", choices=UrgingLevel.choices)
    due_on = DateField(label="办理期限")
    text = forms.CharField(
        label="督办要求",
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"要办什么、办到什么程度。{_NO_PERSONS}",
    )
    field_order = ("unit_name", "level", "due_on", "text", "key")

    def __init__(self, data: Any = None, *, units: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        unit = self.fields["unit_name"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = list(units)


class AssignForm(KeyedForm):
    """A unit that answers for a measure here."""

    unit_name = forms.CharField(
        label="单位", max_length=60, help_text="与文件中单位的写法一致，如“区住建局”。"
    )
    role = forms.ChoiceField(label="职责", choices=UnitRole.choices, initial=UnitRole.RESPONSIBLE)
    field_order = ("unit_name", "role", "key")


class AccountForm(forms.Form):
    """Which unit of the portal a name in documents means."""

    one_column = True
    unit = forms.ChoiceField(label="平台中的单位")

    def __init__(self, data: Any = None, *, units: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [("", "请选择"), *units]
