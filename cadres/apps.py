"""App configuration: what the app gives to the kernel."""

from django.apps import AppConfig


class CadresConfig(AppConfig):
    name = "cadres"
    label = "cadres"
    verbose_name = "两委与社工"

    def ready(self) -> None:
        from cadres import cards, gates, report, tables, transfers
        from cadres.sheets import register_sheets
        from governance.policies.indicators import register_card, register_indicators
        from governance.records import tables as row_tables
        from governance.reports.sections import Part, Section, register

        register_sheets()
        gates.register()
        transfers.register_all()
        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
        register(Section(Part.PROGRESS, 20, "社区工作队伍", report.build))
        for table in tables.TABLES:
            row_tables.register(table)
