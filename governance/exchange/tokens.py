"""The hidden `_id` of a workbook: which row of this database a line belongs to.

It is signed, so that a workbook of another database is matched by its keys and not by chance numbers.
"""

from typing import Any

from governance.crypto.index import blind_index


def row_token(sheet: str, pk: int) -> str:
    return f"{pk}.{blind_index(f'{sheet}:{pk}', 'workbook')[:10]}"


def read_token(sheet: str, cell: Any) -> int | None:
    """The id in a token of this database; None for anything else."""
    if not isinstance(cell, str):
        return None
    number, _, _ = cell.partition(".")
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number) if cell == row_token(sheet, int(number)) else None
