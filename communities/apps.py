"""App configuration: what the community registry gives to the kernel."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    label = "communities"
    verbose_name = "社区"

    def ready(self) -> None:
        from communities import cards, report
        from communities.founding import make_missing_communities
        from governance.divisions.registry import register_community_maker
        from governance.policies.indicators import register_card, register_indicators
        from governance.reports.sections import Part, Section, register

        register_community_maker(make_missing_communities)
        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
        register(Section(Part.BASICS, 20, "", report.build_basics))
        register(Section(Part.PROGRESS, 40, "社区自治与服务", report.build_progress))
