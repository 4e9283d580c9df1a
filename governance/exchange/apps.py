"""App configuration."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "governance.exchange"
    label = "exchange"
    verbose_name = "台账工作簿"
