"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "governance.accounts"
    label = "accounts"
    verbose_name = "用户与权限"

    def ready(self) -> None:
        from governance.accounts import signals  # noqa: F401 - connects the receivers
