from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "governance.records"
    label = "records"
    verbose_name = "台账"

    def ready(self) -> None:
        from governance.divisions import transfers
        from governance.jobs import periodic
        from governance.records import completeness, drafts
        from governance.records.models import Attachment, EmptyConfirmation
        from governance.records.tables import MENU_GROUP
        from governance.web import menu

        transfers.register(transfers.Transfer(Attachment, transfers.Way.WITH_ROW, label="附件"))
        transfers.stays("后继社区没有记录的，重新确认为无", EmptyConfirmation)
        periodic.register(drafts.DUTY)
        completeness.register_all()
        menu.register_group(MENU_GROUP, "database", 40)
