"""App configuration."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "governance.policies"
    label = "policies"
    verbose_name = "政策与标准"
