"""Password rules of the 等保 profile: length, character classes, history, age."""

import secrets
import string
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from governance.accounts import options

_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
# Without characters that look alike on paper: issued passwords are read aloud and copied by hand.
_ISSUED = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789")


def issue_password() -> str:
    """A random password that satisfies the rules, to be changed at the first sign-in."""
    length = max(12, options.value("password_min_length"))
    characters = [secrets.choice(group) for group in _ISSUED]
    characters += [secrets.choice("".join(_ISSUED)) for _ in range(length - len(_ISSUED))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def is_expired(changed_at: datetime, now: datetime) -> bool:
    return now - changed_at > timedelta(days=options.value("password_max_age_days"))


class LengthAndClassesValidator:
    """At least the shortest length allowed, out of PASSWORD_MIN_CLASSES classes."""

    def validate(self, password: str, user: Any = None) -> None:
        classes = sum(any(character in group for character in password) for group in _CLASSES)
        classes += any(not character.isalnum() for character in password)
        if len(password) < options.value("password_min_length") or classes < settings.PASSWORD_MIN_CLASSES:
            raise ValidationError(self.get_help_text(), code="password_too_weak")

    def get_help_text(self) -> str:
        return (
            f"密码至少 {options.value('password_min_length')} 位，"
            f"且包含大写字母、小写字母、数字、符号中的 {settings.PASSWORD_MIN_CLASSES} 类。"
        )


class HistoryValidator:
    """Not the current password nor one of the last few."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        old = user.old_passwords.order_by("-pk").values_list("password", flat=True)
        hashes = [user.password, *old[: options.value("password_history")]]
        if any(encoded and check_password(password, encoded) for encoded in hashes):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return f"不能与当前密码或最近 {options.value('password_history')} 次用过的密码相同。"
