from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "governance.records"
    label = "records"
    verbose_name = "台账"

    def ready(self) -> None:
        from governance.jobs import periodic
        from governance.records import completeness, drafts
        from governance.records.tables import MENU_GROUP
        from governance.web import menu

        periodic.register(drafts.DUTY)
        completeness.register_all()
        menu.register_group(MENU_GROUP, "database", 40)
