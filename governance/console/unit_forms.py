"""The form of a unit, and the choice of a division by code or name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from governance.accounts.models import Unit
from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.divisions.models import Division, UnknownCode

_MOST_NAMED = 5


class DivisionField(forms.CharField):
    """A division inside the user's scope, typed as a code or as its name; cleans to a `Division`."""

    def __init__(self, *, user: Any, action: Action, **kwargs: Any) -> None:
        self.user, self.action = user, action
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        rows = permitted(Division.objects.current(), self.user, self.action)
        # What the field shows of a division is taken back as well: 青年路街道（610104001）.
        code = text.rstrip("）)").replace("(", "（").rpartition("（")[2]
        if code.isdigit():
            try:
                return rows.by_code(code)
            except UnknownCode:
                raise ValidationError(f"您的数据范围内没有代码为“{code}”的区划，请核对。") from None
        found = list(rows.filter(name=text).select_related("parent").order_by("path")[: _MOST_NAMED + 1])
        found = found or list(
            rows.filter(name__contains=text).select_related("parent").order_by("path")[: _MOST_NAMED + 1]
        )
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(f"您的数据范围内没有名为“{text}”的区划，请填代码或全称。")
        names = "、".join(
            f"{row.parent.name if row.parent else ''}{row.name} {row.code}" for row in found[:_MOST_NAMED]
        )
        raise ValidationError(
            f"有多个区划名称含“{text}”，请填代码：{names}{'等' if len(found) > 5 else ''}。"
        )


class UnitForm(forms.Form):
    """Name, place, and what its reports carry on top."""

    name = forms.CharField(label="单位名称", max_length=60, help_text="全称，如“莲湖区民政局”。")
    letterhead = forms.CharField(
        label="发文机关标志",
        max_length=60,
        required=False,
        help_text="报告首页的红色标志，如“莲湖区民政局文件”；空着则不印。",
    )
    document_prefix = forms.CharField(
        label="发文字号前缀",
        max_length=20,
        required=False,
        help_text="机关代字，如“莲民”，用于“莲民〔2026〕5 号”。",
    )
    one_column = True

    def __init__(self, *args: Any, user: Any, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        division = DivisionField(
            user=user,
            action=Action.MANAGE_ACCOUNTS,
            label="行政区划",
            help_text="区划代码（2、4、6、9、12 位）或名称，限您的数据范围内；报告以该区划的单位为发文机关。",
        )
        self.fields = {"name": self.fields.pop("name"), "division": division, **self.fields}
