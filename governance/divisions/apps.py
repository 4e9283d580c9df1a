"""App configuration."""

from django.apps import AppConfig


class DivisionsConfig(AppConfig):
    name = "governance.divisions"
    label = "divisions"
    verbose_name = "行政区划"
