"""App configuration: loader, menu, todos, figures, the duty of the clock and its option."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "governance.workflows"
    label = "workflows"
    verbose_name = "办理事项"

    def ready(self) -> None:
        from governance.accounts import options
        from governance.accounts.roles import Action
        from governance.divisions import transfers
        from governance.jobs import periodic
        from governance.policies import figures as measures
        from governance.policies import loader
        from governance.web import menu
        from governance.workflows import gates
        from governance.workflows.figures import figures
        from governance.workflows.loading import load_procedures
        from governance.workflows.models import Case, CaseStep
        from governance.workflows.reminders import DAYS_BEFORE, REMIND_DAILY
        from governance.workflows.waiting import register_home, waiting_count

        options.register(DAYS_BEFORE)
        periodic.register(REMIND_DAILY)
        loader.parts.append(load_procedures)
        measures.register(figures)
        menu.register(
            menu.MenuItem(
                "办理事项", "workflows:list", "checklist", Action.VIEW, order=56, count=waiting_count
            )
        )
        menu.register(
            menu.MenuItem(
                "节假日安排",
                "workflows:days",
                "calendar",
                Action.MANAGE_SETTINGS,
                order=921,
                group="系统管理",
            )
        )
        gates.register()
        transfers.stays("办理经过留在原来的单位名下", Case, CaseStep)
        register_home()
