"""App configuration: what the community registry gives to the kernel."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "communities"
    label = "communities"
    verbose_name = "社区"

    def ready(self) -> None:
        from django.db.models import Q

        from communities import cards, procedures, report, rulings, tables, transfers
        from communities.adjustments.lineage import as_it_was
        from communities.adjustments.progress import figures as progress
        from communities.boundaries.checks import TOLERANCE
        from communities.boundaries.circle import WALK
        from communities.boundaries.neighbours import NEAR
        from communities.founding import make_missing_communities
        from communities.search import COMMUNITIES
        from communities.sheets import register_sheets
        from governance.accounts import options
        from governance.accounts.roles import Action
        from governance.console import links
        from governance.divisions.models import Level
        from governance.divisions.registry import register_community_maker
        from governance.ledgers.subjects import register_area_condition
        from governance.policies import figures
        from governance.policies.evaluation.supposed import register_history
        from governance.policies.indicators import register_card, register_indicators
        from governance.records import tables as row_tables
        from governance.reports.sections import Part, Section, register
        from governance.web import menu, search

        register_sheets()
        procedures.register()
        rulings.register()
        options.register(TOLERANCE)
        options.register(WALK)
        options.register(NEAR)
        transfers.register_all()
        register_history(as_it_was)
        register_community_maker(make_missing_communities)
        register_area_condition(lambda types: Q(community__area_type__in=types))
        search.register(COMMUNITIES)
        register_card(cards.CARD)
        figures.register(progress, judges=False)
        register_indicators(*cards.INDICATORS)
        register(Section(Part.BASICS, 20, "", report.build_basics))
        register(Section(Part.PROGRESS, 40, "社区自治与服务", report.build_progress))
        for table in tables.TABLES:
            row_tables.register(table)
        menu.register(
            menu.MenuItem(
                "社区",
                "communities:list",
                "building-community",
                Action.VIEW,
                order=0,
                group=row_tables.MENU_GROUP,
            )
        )
        links.register(
            links.DivisionLink(
                "社区档案",
                "communities:detail",
                "building-community",
                frozenset({Level.COMMUNITY}),
                Action.VIEW,
                order=20,
            )
        )
        links.register(
            links.DivisionLink(
                "社区边界",
                "communities:boundary",
                "map-2",
                frozenset({Level.COUNTY, Level.STREET, Level.COMMUNITY}),
                Action.VIEW,
                order=25,
            )
        )
