"""App configuration: what the app gives to the kernel."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "facilities"
    label = "facilities"
    verbose_name = "设施"

    def ready(self) -> None:
        from facilities import cards, gates, report, tables, transfers
        from facilities.sheets import register_sheets
        from governance.policies.indicators import register_card, register_indicators
        from governance.records import tables as row_tables
        from governance.reports.sections import Part, Section, register

        register_sheets()
        gates.register()
        transfers.register_all()
        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
        register(Section(Part.PROGRESS, 30, "服务设施建设", report.build))
        row_tables.register(tables.TABLE)
