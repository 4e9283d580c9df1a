"""App configuration."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "governance.web"
    label = "web"
    verbose_name = "页面"
