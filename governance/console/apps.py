"""App configuration."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "governance.console"
    label = "console"
    verbose_name = "工作台"
