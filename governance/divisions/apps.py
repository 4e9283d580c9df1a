"""App configuration."""

from django.apps import AppConfig


class DivisionsConfig(AppConfig):
    name = "governance.divisions"
    label = "divisions"
    verbose_name = "行政区划"

    def ready(self) -> None:
        from governance.divisions import (
            naming,  # noqa: F401 - connects the receiver
            transfers,
        )
        from governance.divisions.models import DivisionName

        transfers.stays("名称仍是原社区的名称", DivisionName)
