"""Forms of signing in and of passwords."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError

from governance.accounts import options


class SignInForm(AuthenticationForm):
    """User name and password."""

    one_column = True
    error_messages = {"inactive": "该账号已停用，请联系系统管理员。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"

    def get_invalid_login_error(self) -> ValidationError:
        text = (
            "用户名或密码不正确，请核对后重试（注意大小写）。"
            f"连续 {options.value('lockout_failures')} 次失败将锁定 {options.value('lockout_minutes')} 分钟。"
        )
        return ValidationError(text, code="invalid_login")


class ChangePasswordForm(PasswordChangeForm):
    """The old password and twice the new one."""

    one_column = True
    error_messages = {
        "password_mismatch": "两次输入的新密码不一致，请重新输入。",
        "password_incorrect": "原密码不正确，请重新输入。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "原密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password1"].help_text = (
            f"至少 {options.value('password_min_length')} 位，包含大写字母、小写字母、数字、符号中的 "
            f"{settings.PASSWORD_MIN_CLASSES} 类；不与用户名相近，不用常见密码，"
            f"不与当前密码或最近 {options.value('password_history')} 次用过的相同。"
        )
        self.fields["new_password2"].label = "再输一次"
        self.fields["new_password2"].help_text = ""
