"""App configuration: what the community registry gives to the kernel."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    label = "communities"
    verbose_name = "社区"

    def ready(self) -> None:
        from communities.founding import make_missing_communities
        from governance.divisions.registry import register_community_maker

        register_community_maker(make_missing_communities)
