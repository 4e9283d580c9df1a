"""Forms of the workbook pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from governance.accounts import options
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division
from governance.exchange import sheets as registry
from governance.exchange.exporting import Choice
from governance.exchange.places import PlaceField


class DownloadForm(forms.Form):
    """Which division, which sheets, filled or empty, and whether in full (by right, with a reason)."""

    FILLED, TEMPLATE = "filled", "template"

    content = forms.ChoiceField(
        label="内容",
        required=False,
        choices=[(FILLED, "已填好现有数据，直接修改"), (TEMPLATE, "空白模板，只有列名和下拉选项")],
        initial=FILLED,
        widget=forms.RadioSelect,
    )
    sheets = forms.MultipleChoiceField(
        label="工作表",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="一张都不选时下载全部",
    )
    reveal = forms.BooleanField(
        label="完整信息",
        required=False,
        help_text="含完整的身份证号、手机号和出生日期；须填写理由，每页印有导出人和时间，导出会记入审计日志",
    )
    reason = forms.CharField(
        label="理由", required=False, max_length=200, help_text="选择“完整信息”时必填，如“换届资格审查”"
    )
    one_column = True

    def __init__(self, *args: Any, user: Any, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        scope = scope_of(user)
        self.own = [each for each in scope.divisions if scope.may(Action.VIEW, each.path)]
        area = PlaceField(
            user=user,
            chosen=self.data.get("area", chosen) or chosen,
            label="范围",
            required=len(self.own) != 1,
            error_messages={"required": "请选择范围。"},
        )
        area.initial = chosen or (self.own[0].code if self.own else "")
        self.fields = {"area": area, **self.fields}
        persons = scope.may_anywhere(Action.VIEW_PERSONS)
        sheets = self.fields["sheets"]
        assert isinstance(sheets, forms.MultipleChoiceField)
        self.offered = [each.name for each in registry.registered() if persons or each.link is None]
        sheets.choices = [(name, name) for name in self.offered]
        sheets.initial = self.offered
        if not (scope.may_anywhere(Action.REVEAL) and scope.may_anywhere(Action.EXPORT_PERSONS)):
            del self.fields["reveal"], self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reveal") and not (data.get("reason") or "").strip():
            self.add_error("reason", "导出完整信息必须填写理由，如“换届资格审查”。")
        return data

    @property
    def division(self) -> Division:
        return self.cleaned_data["area"] or self.own[0]

    @property
    def choice(self) -> Choice:
        """What is to be in the file: all that is offered when nothing is ticked."""
        names = self.cleaned_data["sheets"] or self.offered
        return Choice(tuple(names), is_template=self.cleaned_data["content"] == self.TEMPLATE)


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
