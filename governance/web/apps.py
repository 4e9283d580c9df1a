"""App configuration."""

from django.apps import AppConfig
from django.forms import Field


class WebConfig(AppConfig):
    name = "governance.web"
    label = "web"
    verbose_name = "页面"

    def ready(self) -> None:
        # Django's own (这个字段是必填项) is no language of an office; forms may say it better still.
        Field.default_error_messages["required"] = "必填，请填写。"
