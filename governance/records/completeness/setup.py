"""What completeness gives to the rest of the portal."""


def register_all() -> None:
    """Menu, pages of divisions and the hook after imports."""
    from governance.accounts.roles import Action
    from governance.console import links
    from governance.exchange.hooks import after_import
    from governance.records.completeness.services import revoke_filled
    from governance.web import menu

    after_import.register(revoke_filled)
    menu.register(menu.MenuItem("数据完整度", "completeness:list", "chart-bar", Action.VIEW, order=55))
    links.register(
        links.DivisionLink("数据完整度", "completeness:community", "chart-bar", action=Action.VIEW, order=30)
    )
