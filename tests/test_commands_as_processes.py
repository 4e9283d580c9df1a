"""Commands as scripts call them: one JSON object on stdout and nothing else, and the exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import Workbook

from governance.accounts.roles import Role
from tests.workers import ROOT, database_url

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(filled_tree, user_of, own_data_folder: Path) -> Call:
    """`call("check_standards", "610104")`: exit code, stdout and stderr of `manage.py` on the test's rows."""
    user_of(Role.STREET_CLERK)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "governance.settings",
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(own_data_folder),
        "FIELD_KEY_FILE": str(settings.FIELD_KEY_FILE),
        "SECRET_KEY": settings.SECRET_KEY,
    }

    def run(*arguments: object) -> tuple[int, str, str]:
        line = [sys.executable, "manage.py", *map(str, arguments)]
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def test_commands_answer_with_one_json_object(call: Call, tmp_path: Path):
    book, report = tmp_path / "book.xlsx", tmp_path / "new" / "report.pdf"
    assert call("export_workbook", "610104001", book, "--as", "street_clerk")[0] == 0
    for arguments, keys in (
        (("check_standards", "610104001001"), {"division", "on", "results"}),
        (("check_standards", "610104000000"), {"division", "on", "communities", "counts", "results"}),
        (("mechanisms",), {"mechanisms"}),
        (("verify_audit",), {"blocks", "events", "unsealed", "ok"}),
        (
            ("import_workbook", book, "--as", "street_clerk"),
            {"rows", "new", "changed", "unchanged", "conflicts", "errors", "notices"},
        ),
        (
            ("progress_report", "2026H1", "610104", "--out", report),
            {"division", "period", "snapshot", "figures", "pages", "sha256"},
        ),
    ):
        code, out, err = call(*arguments, "--json")
        assert code == 0, (arguments, out, err)
        assert set(json.loads(out)) == keys, arguments
        assert out.strip().count("\n") == 0, arguments
    assert report.read_bytes().startswith(b"%PDF")


@pytest.mark.one_database
def test_refusals_are_json_too_and_exit_with_1(call: Call, tmp_path: Path):
    book = tmp_path / "other.xlsx"
    Workbook().save(book)
    for arguments in (
        ("check_standards", "999999"),
        ("progress_report", "2026H9", "610104", "--out", tmp_path / "r.pdf"),
        ("import_workbook", tmp_path / "missing.xlsx", "--as", "street_clerk"),
        ("import_workbook", book, "--as", "nobody"),
        ("export_workbook", "610102", tmp_path / "x.xlsx", "--as", "street_clerk"),
    ):
        code, out, err = call(*arguments, "--json")
        assert code == 1, (arguments, out, err)
        error = json.loads(out)["error"]
        assert set(error) == {"code", "message"}, arguments
        assert any("一" <= letter <= "鿿" for letter in error["message"]), arguments
    assert not (tmp_path / "r.pdf").exists() and not (tmp_path / "x.xlsx").exists()


@pytest.mark.one_database
def test_wrong_usage_exits_with_2(call: Call):
    code, out, _ = call("check_standards", "--json")
    assert (code, out) == (2, "")
