"""App configuration: the console's menu, its panels, and the sealing of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from governance.web.menu import MenuItem


class ConsoleConfig(AppConfig):
    name = "governance.console"
    label = "console"
    verbose_name = "工作台"

    def ready(self) -> None:
        from governance.accounts.roles import Action
        from governance.console import duties
        from governance.console.panels import own_divisions
        from governance.console.search import DIVISIONS
        from governance.console.views.jobs import running_jobs
        from governance.web import menu, panels, search

        menu.register(menu.MenuItem("工作台", "console:home", "home", order=0))
        menu.register(menu.MenuItem("行政区划", "console:divisions", "sitemap", Action.VIEW, order=10))
        menu.register(menu.MenuItem("后台任务", "jobs:list", "progress", order=890, count=running_jobs))
        menu.register_group("系统管理", "settings", 900)
        for item in _administration():
            menu.register(item)
        panels.register(
            panels.Panel("console/panels/divisions.html", own_divisions, order=500, action=Action.VIEW)
        )
        search.register(DIVISIONS)
        duties.register_all()


def _administration() -> list[MenuItem]:
    """The pages of the three administrators; each sees only his own."""
    from governance.accounts.roles import Action
    from governance.web.menu import MenuItem

    group = "系统管理"
    return [
        MenuItem(
            "用户管理",
            "console:users",
            "users",
            Action.MANAGE_ACCOUNTS,
            order=910,
            group=group,
            or_action=Action.MANAGE_GRANTS,
        ),
        MenuItem("在线会话", "console:sessions", "clock", Action.MANAGE_GRANTS, order=912, group=group),
        MenuItem("锁定与失败登录", "console:lockouts", "lock", Action.UNLOCK, order=914, group=group),
        MenuItem(
            "角色权限表",
            "console:roles",
            "shield-check",
            Action.MANAGE_GRANTS,
            order=916,
            group=group,
            or_action=Action.MANAGE_ACCOUNTS,
        ),
        MenuItem("审计日志", "console:audit", "history", Action.READ_AUDIT, order=930, group=group),
    ]
