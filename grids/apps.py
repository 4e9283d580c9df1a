"""App configuration: what the app gives to the kernel."""

from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    label = "grids"
    verbose_name = "网格"

    def ready(self) -> None:
        from governance.policies.indicators import register_card, register_indicators
        from grids import cards

        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
