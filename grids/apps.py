"""App configuration: what the app gives to the kernel."""

from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    label = "grids"
    verbose_name = "网格"

    def ready(self) -> None:
        from governance.policies.indicators import register_card, register_indicators
        from governance.records import tables as row_tables
        from governance.reports.sections import Part, Section, register
        from grids import cards, report, tables, transfers
        from grids.sheets import register_sheets

        register_sheets()
        transfers.register_all()
        register_card(cards.CARD)
        register_indicators(*cards.INDICATORS)
        register(Section(Part.PROGRESS, 10, "网格化管理", report.build))
        row_tables.register(tables.TABLE)
