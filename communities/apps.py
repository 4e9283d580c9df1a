"""App configuration: what the community registry gives to the kernel."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    label = "communities"
    verbose_name = "社区"

    def ready(self) -> None:
        from communities import cards
        from communities.founding import make_missing_communities
        from governance.divisions.registry import register_community_maker
        from governance.policies.indicators import register_card, register_indicators

        register_community_maker(make_missing_communities)
        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
