"""The floor of the import: read, stage, check in SQL and update, written by hand for this sheet alone.

No messages with rows and columns, no scope, no history, no audit: what is left without all of that.
"""

import io
from datetime import date, datetime
from typing import Any

from django.db import connection
from python_calamine import load_workbook

from benchmarks.workbook_rows import columns, community_sheet
from communities.models import Community
from governance.exchange.cells import ChoiceWidget, CountWidget, DateWidget, YesNoWidget

STAGING = "bench_staging"
_TABLE = Community._meta.db_table


def load(content: bytes) -> int:
    """Import a workbook; returns how many communities were updated."""
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=True)
    header, body = [str(title) for title in rows[0]], rows[1:]
    names = [f"c{number}" for number in range(len(header))]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
        cursor.execute(f"CREATE TEMPORARY TABLE {STAGING} ({', '.join(f'{name} text' for name in names)})")
        _stage(cursor, body, len(names))
        cursor.execute(f"CREATE INDEX {STAGING}_code ON {STAGING} (c0)")
        cursor.execute(f"ANALYZE {STAGING}")
        sets = _assignments(header)
        faults = _faults(cursor, header)
        assert faults == 0, f"{faults} faults in the staged rows"
        cursor.execute(
            f"UPDATE {_TABLE} SET {', '.join(sets)}, version = version + 1 FROM {STAGING} s "
            f"JOIN divisions_division d ON d.code = s.c0 WHERE {_TABLE}.division_id = d.id"
        )
        return int(cursor.rowcount)


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    return str(cell)


def _stage(cursor: Any, body: list[list[Any]], width: int) -> None:
    if connection.vendor == "postgresql":
        stream = io.StringIO()
        for row in body:
            cells = (_text(cell) for cell in row)
            stream.write("\t".join("\\N" if cell is None else cell for cell in cells) + "\n")
        stream.seek(0)
        cursor.cursor.copy_expert(f"COPY {STAGING} FROM STDIN", stream)
        return
    marks = ", ".join(["?"] * width)
    # The driver's own executemany: Django would rewrite the statement for every row.
    connection.connection.executemany(
        f"INSERT INTO {STAGING} VALUES ({marks})", ([_text(cell) for cell in row] for row in body)
    )


def _assignments(header: list[str]) -> list[str]:
    sets = []
    for number, name in enumerate(header):
        column = community_sheet().columns[name]
        if len(column.path) != 1:
            continue
        field, cell = column.path[0], f"s.c{number}"
        match column.widget:
            case ChoiceWidget():
                whens = " ".join(
                    f"WHEN '{label}' THEN '{value}'"
                    for value, label in Community._meta.get_field(field).choices or ()
                )
                sql = f"CASE {cell} {whens} ELSE '' END"
            case YesNoWidget():
                sql = f"CASE {cell} WHEN '是' THEN TRUE WHEN '否' THEN FALSE END"
            case CountWidget():
                sql = f"CAST({cell} AS integer)"
            case DateWidget():
                sql = f"CAST({cell} AS date)" if connection.vendor == "postgresql" else cell
            case _:
                sql = f"COALESCE({cell}, '')"
        sets.append(f"{field} = {sql}")
    return sets


def _faults(cursor: Any, header: list[str]) -> int:
    """Unknown and repeated codes, wrong streets, numbers that are none, words outside the lists."""
    assert header == columns()
    number = {name: f"s.c{position}" for position, name in enumerate(header)}
    checks = [
        "d.id IS NULL",
        f"{number['街道代码']} <> substr(d.code, 1, 9) AND p.code <> {number['街道代码']}",
    ]
    for name, cell in number.items():
        column = community_sheet().columns[name]
        if isinstance(column.widget, CountWidget):
            text = f"replace(CAST(CAST({cell} AS integer) AS text), '-', 'x')"
            checks.append(f"{cell} IS NOT NULL AND {text} <> {cell}")
        elif isinstance(column.widget, ChoiceWidget):
            labels = ", ".join(f"'{label}'" for label in column.widget.labels)
            checks.append(f"{cell} NOT IN ({labels})")
        if column.required:
            checks.append(f"{cell} IS NULL")
    cursor.execute(
        f"SELECT COUNT(CASE WHEN {' OR '.join(f'({check})' for check in checks)} THEN 1 END), "
        f"COUNT(*) - COUNT(DISTINCT s.c0) FROM {STAGING} s LEFT JOIN divisions_division d ON d.code = s.c0 "
        "LEFT JOIN divisions_division p ON p.id = d.parent_id"
    )
    return sum(cursor.fetchone())
