"""App configuration: what the assessments app gives to the kernel."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    label = "assessments"
    verbose_name = "考核"

    def ready(self) -> None:
        from assessments import cards, figures
        from assessments.home import register_home
        from assessments.models import Assessment, Scheme
        from assessments.report import build
        from governance.accounts.roles import Action
        from governance.divisions import transfers
        from governance.policies import figures as measures
        from governance.policies.indicators import register_card, register_indicators
        from governance.policies.presentation import register_rows_page
        from governance.reports.sections import Part, Section, register
        from governance.web import menu

        transfers.stays("考核方案属于考核单位，结果属于当时的社区", Scheme, Assessment)
        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
        register_rows_page("schemes", "assessments:results")
        measures.register(figures.figures, judges=False)
        register(Section(Part.UNITS, 10, "", build))
        menu.register(
            menu.MenuItem("社区考核", "assessments:list", "report-analytics", Action.VIEW, order=58)
        )
        register_home()
