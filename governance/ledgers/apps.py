"""App configuration: the record types of the packs join sheets, tables, figures and the loader."""

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "governance.ledgers"
    label = "ledgers"
    verbose_name = "专项台账"

    def ready(self) -> None:
        from governance.exchange import sheets
        from governance.ledgers.figures import measured
        from governance.ledgers.loading import load_record_types
        from governance.ledgers.sheets import ledger_sheets
        from governance.ledgers.tables import table_of
        from governance.policies import indicators, loader
        from governance.records import tables

        sheets.register_source(lambda: ledger_sheets().values())
        tables.register_source(table_of)
        indicators.register_source(measured)
        loader.parts.append(load_record_types)
