"""What completeness gives to the rest of the portal."""


def register_all() -> None:
    """Menu, pages of divisions, the hook after imports, and what the home page shows."""
    from governance.accounts.roles import Action
    from governance.console import links, units
    from governance.exchange.hooks import after_import
    from governance.records.completeness import home
    from governance.records.completeness.services import revoke_filled
    from governance.web import menu, panels, todo

    after_import.register(revoke_filled)
    menu.register(menu.MenuItem("数据完整度", "completeness:list", "chart-bar", Action.VIEW, order=55))
    links.register(
        links.DivisionLink("数据完整度", "completeness:community", "chart-bar", action=Action.VIEW, order=30)
    )
    units.register(units.UnitColumn("communities", "社区（村）", home.community_cells, order=10, number=True))
    units.register(units.UnitColumn("completeness", "数据完整率", home.share_cells, order=20))
    panels.register(
        panels.Panel("completeness/panels/home.html", home.completeness_panel, order=70, action=Action.VIEW)
    )
    panels.register(
        panels.Panel(
            "completeness/panels/sheets.html", home.sheets_panel, order=56, action=Action.VIEW, aside=True
        )
    )
    todo.register(todo.Provider("drafts", home.drafts, Action.ADD))
