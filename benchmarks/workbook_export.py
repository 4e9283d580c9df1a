"""The same 20,356 communities as a prefilled workbook, against openpyxl writing the same cells."""

import io
from collections.abc import Iterator
from itertools import islice

from benchmarks import synthetic, workbook_rows
from benchmarks.ground import Ground
from benchmarks.timing import Measurement, by_turns
from governance.accounts.roles import Action
from governance.accounts.scope import forget_scope, permitted
from governance.exchange import exporting
from governance.exchange.writer import write_workbook

ROUNDS = 3


def measure(ground: Ground) -> Iterator[Measurement]:
    synthetic.clear()
    synthetic.fill_communities(ground)
    sheet = workbook_rows.community_sheet()

    def ours() -> None:
        """The exporter's own rows of one sheet: scope, prefilled cells, hidden ids, styles, drop-downs."""
        forget_scope(ground.user)
        lines = exporting._lines(sheet, ground.province, ground.user, reveal=False)
        write_workbook(io.BytesIO(), [(sheet.layout(), islice(lines, ground.rows))])

    def reference() -> None:
        """As its documentation shows: write-only mode, the same cells of the same queryset."""
        assert permitted(sheet.model._default_manager.all(), ground.user, Action.VIEW).exists()
        workbook_rows.xlsx(workbook_rows.cells(ground))

    spent, openpyxl = by_turns(ours, reference, rounds=ROUNDS)
    yield Measurement("export", "openpyxl write-only", spent, openpyxl, ground.rows, "≥ 2")
    cells = workbook_rows.cells(ground)
    layout = sheet.layout()
    padding = [None] * (len(layout.columns) - len(cells[0]))

    def write() -> None:
        write_workbook(io.BytesIO(), [(layout, ([*row, *padding] for row in cells))])

    spent, openpyxl = by_turns(write, lambda: workbook_rows.xlsx(cells), rounds=ROUNDS)
    yield Measurement("export, writing alone", "openpyxl write-only", spent, openpyxl, ground.rows, "≥ 2")
