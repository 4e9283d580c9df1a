"""The whole way from an empty database, on SQLite and on PostgreSQL: equal results, exact changes.

Every run is a process of its own with its own DATA_DIR, by commands alone. PostgreSQL is the server of
TEST_POSTGRES_URL (bin/test starts it), else the one that DATABASE_URL names, else a private cluster; always
in a new database that is dropped afterwards. It asks for no database fixture, so bin/test leaves it out of
its second run, where it would only repeat itself.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.postgres import empty_database, given_url, running_postgres
from tests.workers import ROOT

pytestmark = pytest.mark.slow

COMMUNITY, STREET, DISTRICT = "610104001001", "610104001", "610104"
CELL, INPUT = "常住户数", "households_resident"

Results = dict[str, Any]


class Run:
    """A process on a database of its own."""

    def __init__(self, folder: Path, database_url: str, *arguments: object) -> None:
        folder.mkdir()
        self.results = folder / "results.json"
        self.log = folder / "log"
        environment = {k: v for k, v in os.environ.items() if k != "FIELD_KEY_FILE"} | {
            "DJANGO_SETTINGS_MODULE": "governance.settings",
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
            "SECRET_KEY": "a-key-for-the-tests-only-a-key-for-the-tests-only-0123456789",
        }
        line = [sys.executable, "-m", "tests.whole_way", *map(str, arguments), str(self.results)]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def wait(self) -> Results:
        assert self.process.wait() == 0, self.log.read_text()
        return json.loads(self.results.read_text())

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def with_one_cell_changed(book: Path, target: Path) -> None:
    """Only the sheet of communities, with one household less in one of them."""
    workbook = load_workbook(book)
    for sheet in workbook.worksheets:
        if sheet.title != "社区":
            workbook.remove(sheet)
    sheet = workbook["社区"]
    names = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == COMMUNITY)
    row[names.index(CELL)].value -= 1
    for name in ("_id", "_version"):
        # Made for another database: rows are found by their codes here.
        sheet.delete_cols([cell.value for cell in sheet[1]].index(name) + 1)
    workbook.save(target)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Results]:
    """The workbook, the workbook with one other cell, and the results where the first was exported."""
    folder = tmp_path_factory.mktemp("origin")
    book, changed = folder / "book.xlsx", folder / "changed.xlsx"
    run = Run(folder / "data", f"sqlite:///{folder / 'origin.sqlite3'}", "write", book)
    try:
        results = run.wait()
    finally:
        run.stop()
    with_one_cell_changed(book, changed)
    return book, changed, results


@pytest.fixture(scope="module")
def both(origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Results, Results]]:
    """What came out on SQLite and on PostgreSQL."""
    folder = tmp_path_factory.mktemp("both")
    book, changed, _ = origin
    sqlite = Run(folder / "sqlite", f"sqlite:///{folder / 'portal.sqlite3'}", "read", book, changed)
    try:
        with _postgres() as server, empty_database(server) as url:
            postgres = Run(folder / "postgres", url, "read", book, changed)
            try:
                yield sqlite.wait(), postgres.wait()
            finally:
                postgres.stop()
    finally:
        sqlite.stop()


def _postgres() -> AbstractContextManager[str]:
    return nullcontext(given_url()) if given_url() else running_postgres()


def by_standard(result: Results) -> dict[str, Results]:
    return {entry["standard"]: entry for entry in result["results"]}


def test_both_import_everything(both):
    for results in both:
        imported = results["imported"]
        assert imported["rows"] > 7000
        assert imported["new"] + imported["unchanged"] == imported["rows"]
        assert not imported["errors"] and not imported["conflicts"]
    assert both[0]["imported"] == both[1]["imported"]


def test_results_of_all_divisions_are_equal(origin, both):
    sqlite, postgres = (results["checks"] for results in both)
    lengths = [len(code) for code in sqlite]
    assert [lengths.count(length) for length in (12, 9, 6)] == [142, 9, 1]
    assert list(sqlite) == list(postgres)
    for code in sqlite:
        assert sqlite[code] == postgres[code], code
        # The workbook carries everything that is measured.
        assert sqlite[code] == origin[2]["checks"][code], code
    outcomes = {entry["outcome"] for code in sqlite for entry in sqlite[code]["results"]}
    assert outcomes >= {"met", "not_met", "warning", "no_data", "not_applicable"}


def test_report_is_the_same_file_every_time(both):
    for results in both:
        first, second = results["reports"]
        assert first == second
        assert first["sha256"] == first["sha256_of_file"]
        assert results["report_after"] == first, "a frozen report does not follow later changes"
    assert both[0]["reports"][0]["figures"] == both[1]["reports"][0]["figures"]
    assert both[0]["reports"][0]["sha256"] == both[1]["reports"][0]["sha256"]


def test_one_cell_changes_exactly_what_depends_on_it(both):
    for results in both:
        preview, before, after = results["changed"], results["checks"], results["checks_after"]
        assert (preview["changed"], preview["new"], preview["rows"]) == (1, 0, 142)
        assert results["again"]["changed"] == 0
        assert {code for code in before if before[code] != after[code]} == {COMMUNITY, STREET, DISTRICT}

        old, new = by_standard(before[COMMUNITY]), by_standard(after[COMMUNITY])
        depending = {name for name, entry in old.items() if INPUT in entry["inputs"]}
        assert {name for name in old if old[name] != new[name]} == depending
        for name in depending:
            assert new[name]["inputs"][INPUT] == old[name]["inputs"][INPUT] - 1
        moved = {name for name in old if old[name]["outcome"] != new[name]["outcome"]}
        assert moved, "the demonstration has this community on a boundary"
        for upper in (STREET, DISTRICT):
            _counts_follow(by_standard(before[upper]), by_standard(after[upper]), old, new, depending)
    assert both[0]["checks_after"] == both[1]["checks_after"]


def _counts_follow(before: Results, after: Results, old: Results, new: Results, depending: set[str]) -> None:
    """Above, a community that moves takes its count with it; what does not depend on the cell is the same."""
    assert set(before) == set(after)
    for name in before:
        if name not in depending:
            assert before[name] == after[name], name
            continue
        counts = dict(before[name].get("counts", {}))
        for entry, step in ((old[name], -1), (new[name], 1)):
            counts[entry["outcome"]] = counts.get(entry["outcome"], 0) + step
        assert {k: v for k, v in counts.items() if v} == after[name].get("counts", {}), name
