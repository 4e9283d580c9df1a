"""App configuration: the report's own sections, its job and its duty."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "governance.reports"
    label = "reports"
    verbose_name = "报告"

    def ready(self) -> None:
        from governance.accounts.roles import Action
        from governance.divisions import transfers
        from governance.jobs import periodic, registry
        from governance.reports.home import register_home
        from governance.reports.jobs import FREEZE, PROGRESS_REPORT
        from governance.reports.models import DataConfirmation, Report
        from governance.reports.sections import (
            Part,
            Section,
            basics,
            principles,
            problems,
            register,
            standards,
        )
        from governance.web import menu
        from governance.web.menu import MenuItem

        transfers.stays("已定稿的报告不变", Report)
        transfers.stays("街道按报告期确认", DataConfirmation)
        register(Section(Part.BASICS, 10, "", basics.build))
        register(Section(Part.STANDARDS, 10, "社区标准达标情况", standards.build_standards))
        register(Section(Part.STANDARDS, 20, "辖区目标完成情况", standards.build_targets))
        register(Section(Part.STANDARDS, 30, "原则与要求对照", principles.build))
        register(Section(Part.PROBLEMS, 10, "", problems.build_problems))
        register(Section(Part.NEXT_STEPS, 10, "", problems.build_next_steps))
        menu.register(MenuItem("进展报告", "reports:list", "report", action=Action.DOWNLOAD_REPORT, order=60))
        menu.register(MenuItem("数据确认", "reports:confirmations", "signature", Action.VIEW, order=58))
        register_home()
        registry.register(PROGRESS_REPORT)
        periodic.register(FREEZE)
