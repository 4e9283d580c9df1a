"""App configuration: menu, link of divisions, job kinds and the deletion of old files."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "governance.exchange"
    label = "exchange"
    verbose_name = "台账工作簿"

    def ready(self) -> None:
        from governance.accounts.roles import Action
        from governance.console import links
        from governance.exchange import home, jobs
        from governance.jobs import periodic, registry
        from governance.web import menu

        registry.register(jobs.CHECK)
        registry.register(jobs.APPLY)
        registry.register(jobs.EXPORT)
        periodic.register(jobs.DUTY)
        home.register_home()
        menu.register(
            menu.MenuItem("台账工作簿", "exchange:index", "file-spreadsheet", Action.VIEW, order=50)
        )
        links.register(links.DivisionLink("下载台账", "exchange:download_division", "download", order=60))
