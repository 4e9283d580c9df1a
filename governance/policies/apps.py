"""App configuration: menu, home panel and the pages about a division."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "governance.policies"
    label = "policies"
    verbose_name = "政策与标准"

    def ready(self) -> None:
        from governance.accounts.roles import Action
        from governance.console import links
        from governance.divisions import transfers
        from governance.divisions.models import Level
        from governance.exchange.hooks import after_import, effects
        from governance.jobs import periodic
        from governance.policies import figures, models, registry_figures, standard_figures, upkeep
        from governance.policies.counts import urgent_findings
        from governance.policies.effects import watch
        from governance.policies.home import register_home
        from governance.policies.panels import findings_panel
        from governance.web import menu, panels

        transfers.stays("原社区的问题随撤销消除，后继社区重新核查", models.Finding)
        transfers.stays("标准值由上级区划规定", models.LocalValue)
        after_import.register(upkeep.after_import)
        effects.register(watch)
        periodic.register(upkeep.MEASURE_DAILY)
        view = Action.VIEW
        menu.register(menu.MenuItem("辖区概览", "policies:own_overview", "layout-dashboard", view, order=20))
        menu.register(
            menu.MenuItem(
                "问题清单", "policies:findings", "alert-triangle", view, order=30, count=urgent_findings
            )
        )
        for page in ("policies:checkup", "policies:matrix"):
            menu.belongs(page, "policies:own_overview")
        menu.register(menu.MenuItem("目标台账", "policies:own_targets", "flag", view, order=40))
        menu.register(menu.MenuItem("政策文件", "policies:documents", "book-2", view, order=70))
        menu.register(menu.MenuItem("地方标准值", "policies:values", "adjustments", view, order=71))
        panels.register(panels.Panel("policies/panels/findings.html", findings_panel, order=40, action=view))
        figures.register(standard_figures.figures)
        figures.register(standard_figures.pages, judges=False)
        figures.register(registry_figures.figures, judges=False)
        figures.register_league(standard_figures.league)
        register_home()
        community = frozenset({Level.COMMUNITY})
        above = frozenset(Level) - community
        links.register(
            links.DivisionLink("辖区概览", "policies:overview", "layout-dashboard", above, view, order=10)
        )
        links.register(
            links.DivisionLink("达标对照表", "policies:matrix", "list-check", above, view, order=15)
        )
        links.register(
            links.DivisionLink("目标台账", "policies:targets", "flag", frozenset(Level), view, order=20)
        )
        links.register(
            links.DivisionLink("社区体检", "policies:checkup", "stethoscope", community, view, order=10)
        )
