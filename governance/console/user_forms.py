"""Forms about users: a new one, a corrected one, and the reason that some steps need."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from governance.accounts.models import Unit, User
from governance.accounts.roles import Action
from governance.console.filters import units_of

_USERNAME = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9._-]{2,29}$",
    "用户名为 3–30 位字母、数字、点、横线或下划线，以字母开头，如 zhangsan。",
)
_NO_UNIT = "请选择单位；没有所需单位时，请先到“单位管理”新建。"


class UnitField(forms.ModelChoiceField):
    """A unit in use inside the administrator's divisions, shown with the name of its division."""

    def __init__(self, *, user: Any, current: Unit | None = None) -> None:
        units = units_of(user, Action.MANAGE_ACCOUNTS).select_related("division")
        usable = units.filter(closed_on=None)
        if current is not None:
            usable = usable | units.filter(pk=current.pk)
        super().__init__(
            queryset=usable,
            label="单位",
            empty_label="请选择",
            error_messages={"required": _NO_UNIT, "invalid_choice": _NO_UNIT},
        )

        # Read once, for the options and for whether there are any.
        rows = list(usable)
        self.is_useful = bool(rows)
        self.choices = [("", "请选择"), *((unit.pk, self.label_from_instance(unit)) for unit in rows)]

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.division.name}）"


class NewUserForm(forms.Form):
    """Name to sign in with, person, unit."""

    username = forms.CharField(
        label="用户名",
        validators=[_USERNAME],
        strip=True,
        max_length=30,
        help_text="登录时使用，建议用姓名拼音；以字母开头，3–30 位，今后不能修改。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    display_name = forms.CharField(label="姓名", max_length=40, help_text="真实姓名，显示在页面和日志中。")
    one_column = True

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(user=user)

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(f"用户名“{username}”已被使用，请换一个，如在后面加数字。")
        return username


class ChangeUserForm(forms.Form):
    """Person and unit of an account."""

    display_name = forms.CharField(label="姓名", max_length=40)
    one_column = True

    def __init__(self, *args: Any, user: Any, account: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitField(user=user, current=account.unit)


class ReasonForm(forms.Form):
    """Why something is done; it stands in the audit log."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请填写原因，它会记入审计日志。"},
    )
    one_column = True
