"""Forms of the workbook pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from governance.accounts import options
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division
from governance.web.areas import AreaField


class DownloadForm(forms.Form):
    """Which division, and whether in full; the full numbers need the right and a reason."""

    reveal = forms.BooleanField(
        label="完整信息",
        required=False,
        help_text="含完整的身份证号、手机号和出生日期；须填写理由，导出会记入审计日志",
    )
    reason = forms.CharField(label="理由", required=False, max_length=200)
    one_column = True

    def __init__(self, *args: Any, user: Any, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        scope = scope_of(user)
        self.own = [each for each in scope.divisions if scope.may(Action.VIEW, each.path)]
        area = AreaField(user=user, chosen=self.data.get("area", chosen) or chosen)
        area.label = "行政区划"
        if len(self.own) == 1:
            rest = [choice for choice in area.widget.choices if choice[0] != ""]
            area.widget.choices = [("", f"{self.own[0].name}（全部）"), *rest]
        else:
            area.required = True
        if chosen and not self.is_bound:
            area.initial = chosen
        self.fields = {"area": area, **self.fields}
        if not (scope.may_anywhere(Action.REVEAL) and scope.may_anywhere(Action.EXPORT_PERSONS)):
            del self.fields["reveal"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reveal") and not (data.get("reason") or "").strip():
            self.add_error("reason", "导出完整信息必须填写理由，如“换届资格审查”。")
        if "area" in data and data["area"] is None and len(self.own) != 1:
            self.add_error("area", "请选择行政区划。")
        return data

    @property
    def division(self) -> Division:
        return self.cleaned_data["area"] or self.own[0]


class UploadForm(forms.Form):
    """The workbook itself; what is in it is checked by the import."""

    file = forms.FileField(
        label="工作簿",
        help_text="从本系统下载并填写的 .xlsx，或一张表的 .csv",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"},
    )
    one_column = True

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > options.upload_max_bytes():
            most = options.upload_max_bytes() // (1024 * 1024)
            raise ValidationError(f"文件超过 {most} MB，请按街道分成几个文件。")
        return file
