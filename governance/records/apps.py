from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "governance.records"
    label = "records"
    verbose_name = "台账"

    def ready(self) -> None:
        from governance.jobs import periodic
        from governance.records import completeness, drafts

        periodic.register(drafts.DUTY)
        completeness.register_all()
