"""App configuration: the record types of the packs join sheets, tables, figures and the loader."""

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "governance.ledgers"
    label = "ledgers"
    verbose_name = "专项台账"

    def ready(self) -> None:
        from governance.accounts.roles import Action
        from governance.exchange import sheets
        from governance.ledgers import duties, measures, transfers
        from governance.ledgers.figures import measured
        from governance.ledgers.loading import load_record_types
        from governance.ledgers.rounds import LedgerDuties
        from governance.ledgers.sheets import ledger_sheets
        from governance.ledgers.tables import table_of
        from governance.policies import figures, indicators, loader
        from governance.records import tables
        from governance.rounds.duties import register_duties
        from governance.web import menu, todo

        transfers.register_all()
        sheets.register_source(lambda: ledger_sheets().values())
        tables.register_source(table_of)
        indicators.register_source(measured)
        loader.parts.append(load_record_types)
        figures.register(measures.figures)
        figures.register_league(measures.league)
        todo.register(todo.Provider("ledgers", duties.todos, Action.ADD, todo.A_MINUTE))
        register_duties(LedgerDuties())
        menu.register(
            menu.MenuItem("专项台账", "ledgers:index", "clipboard-data", Action.VIEW, 95, tables.MENU_GROUP)
        )
