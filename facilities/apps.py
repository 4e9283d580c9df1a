"""App configuration: what the app gives to the kernel."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "facilities"
    label = "facilities"
    verbose_name = "设施"

    def ready(self) -> None:
        from facilities import cards
        from governance.policies.indicators import register_card, register_indicators

        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
