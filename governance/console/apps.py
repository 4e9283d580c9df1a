"""App configuration: the console's menu, its panels, and the sealing of the audit log."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "governance.console"
    label = "console"
    verbose_name = "工作台"

    def ready(self) -> None:
        from governance.accounts.roles import Action
        from governance.console import duties
        from governance.console.administration import MENU
        from governance.console.home import register_home
        from governance.console.search import DIVISIONS
        from governance.console.views.jobs import running_jobs
        from governance.web import menu, search

        menu.register(menu.MenuItem("工作台", "console:home", "home", order=0))
        menu.register(menu.MenuItem("待办事项", "console:todo", "list-check", Action.VIEW, order=5))
        menu.register(menu.MenuItem("行政区划", "console:divisions", "sitemap", Action.VIEW, order=10))
        menu.register(menu.MenuItem("后台任务", "jobs:list", "progress", order=890, count=running_jobs))
        menu.register_group("系统管理", "settings", 900)
        for item in MENU:
            menu.register(item)
        register_home()
        search.register(DIVISIONS)
        duties.register_all()
