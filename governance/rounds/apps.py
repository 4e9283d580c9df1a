"""App configuration: menu, todos, the duty of the clock and its option."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "governance.rounds"
    label = "rounds"
    verbose_name = "填报任务"

    def ready(self) -> None:
        from governance.accounts import options
        from governance.accounts.roles import Action
        from governance.divisions import transfers
        from governance.jobs import periodic
        from governance.rounds.home import register_home, waiting_count
        from governance.rounds.models import NilReport, Round, RoundStreet
        from governance.rounds.reminders import DAYS_BEFORE, REMIND_DAILY
        from governance.web import menu

        transfers.stays("填报任务下发到街道", Round, RoundStreet)
        transfers.stays("后继社区没有记录的，重新报零报告", NilReport)
        options.register(DAYS_BEFORE)
        periodic.register(REMIND_DAILY)
        menu.register(
            menu.MenuItem(
                "填报任务", "rounds:list", "clipboard-text", Action.VIEW, order=57, count=waiting_count
            )
        )
        register_home()
