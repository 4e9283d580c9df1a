"""App configuration."""

from django.apps import AppConfig


class DivisionsConfig(AppConfig):
    name = "governance.divisions"
    label = "divisions"
    verbose_name = "行政区划"

    def ready(self) -> None:
        from governance.divisions import naming  # noqa: F401 - connects the receiver
