"""App configuration: menu and 待办."""

from django.apps import AppConfig


class ImplementationConfig(AppConfig):
    name = "governance.implementation"
    label = "implementation"
    verbose_name = "政策落实"

    def ready(self) -> None:
        from governance.accounts.roles import Action
        from governance.divisions import transfers
        from governance.implementation.models import Entry, Undertaking
        from governance.implementation.todo import register_todo
        from governance.web import menu

        transfers.stays("报送的进展是原社区的经历", Undertaking, Entry)
        menu.register(
            menu.MenuItem(
                "我的任务",
                "implementation:tasks",
                "checklist",
                Action.REPORT_OWN_MEASURES,
                order=8,
                or_action=Action.OPEN_CASE,
            )
        )
        menu.register(menu.MenuItem("政策落实", "implementation:home", "target", Action.VIEW, order=35))
        register_todo()
