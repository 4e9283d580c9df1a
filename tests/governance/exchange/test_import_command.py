"""The commands: one JSON object on stdout and nothing else, exit codes, and the rights of --as."""

import io
import json
import os

import pytest
from django.core.management import CommandError, call_command

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.exchange.services import prepare
from grids.models import Grid
from tests.governance.exchange.sheets import FOREIGN, STREET, column, edited, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(tree, user_of):
    return user_of(Role.STREET_CLERK)


@pytest.fixture
def run(tmp_path):
    """`run("import_workbook", content, …)` → (exit code, object on stdout)."""

    def call(name, *arguments, **options):
        given = []
        for argument in arguments:
            if isinstance(argument, bytes):
                file = tmp_path / "book.xlsx"
                file.write_bytes(argument)
                argument = str(file)
            given.append(argument)
        out, code = io.StringIO(), 0
        try:
            call_command(name, *given, stdout=out, stderr=io.StringIO(), **options)
        except SystemExit as stop:
            code = stop.code
        text = out.getvalue()
        return code, json.loads(text) if text.strip() and "--json" in arguments else None

    return call


def test_import_and_dry_run(run, clerk):
    content = workbook(网格=[{}])
    code, found = run("import_workbook", content, "--as", clerk.username, "--dry-run", "--json")
    assert (code, found["new"], Grid.objects.count()) == (0, 1, 0)
    code, found = run("import_workbook", content, "--as", clerk.username, "--json")
    assert (code, found["new"], Grid.objects.count()) == (0, 1, 1)
    assert set(found) == {"rows", "new", "changed", "unchanged", "conflicts", "errors", "notices"}
    assert Event.objects.get(kind=EventKind.IMPORT).username == clerk.username


@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_errors_exit_1_and_save_nothing(run, clerk, options):
    content = workbook(网格=[{}, {"社区代码": FOREIGN}])
    code, found = run("import_workbook", content, "--as", clerk.username, "--json", *options)
    assert code == 1 and len(found["errors"]) == 1 and Grid.objects.count() == 0
    assert set(found["errors"][0]) == {"sheet", "row", "column", "value", "message"}


def test_conflicts_need_a_decision(run, clerk, tree, tmp_path):
    run("import_workbook", workbook(网格=[{}]), "--as", clerk.username)
    file = tmp_path / "export.xlsx"
    code, nothing = run("export_workbook", STREET, str(file), "--as", clerk.username)
    assert (code, nothing) == (0, None) and os.stat(file).st_mode & 0o077 == 0
    run("import_workbook", workbook(网格=[{"户数": 320}]), "--as", clerk.username)

    def edit(book):
        book["网格"].cell(2, column(book["网格"], "户数")).value = 310

    content = edited(file.read_bytes(), edit)
    code, found = run("import_workbook", content, "--as", clerk.username, "--json")
    assert code == 1 and len(found["conflicts"]) == 1 and Grid.objects.get().households == 320
    code, found = run(
        "import_workbook", content, "--as", clerk.username, "--json", "--on-conflict", "mine", "--dry-run"
    )
    assert code == 0 and Grid.objects.get().households == 320
    code, found = run("import_workbook", content, "--as", clerk.username, "--json", "--on-conflict", "mine")
    assert code == 0 and len(found["conflicts"]) == 1 and Grid.objects.get().households == 310


def test_round_trip(run, clerk, tree, tmp_path):
    run("import_workbook", workbook(网格=[{}], 两委成员=[{}]), "--as", clerk.username)
    file = tmp_path / "export.xlsx"
    run("export_workbook", f"{STREET}000", str(file), "--as", clerk.username)
    preview = prepare(file.read_bytes(), clerk).preview
    assert (preview["rows"], preview["unchanged"]) == (4, 4)


def test_refusals(run, clerk, user_of, tmp_path):
    content = workbook(网格=[{}])
    for name, code_of_error in (("nobody", "unknown_user"), (user_of(Role.DEPARTMENT).username, "forbidden")):
        code, found = run("import_workbook", content, "--as", name, "--json")
        assert (code, found["error"]["code"]) == (1, code_of_error) and found["error"]["message"]
    assert Event.objects.filter(kind=EventKind.REFUSAL).count() == 1
    clerk.is_active = False
    clerk.save()
    assert run("import_workbook", content, "--as", clerk.username, "--json")[0] == 1
    clerk.is_active = True
    clerk.save()
    code, found = run("import_workbook", b"PK\x03\x04 no workbook", "--as", clerk.username, "--json")
    assert code == 1 and set(found["error"]) == {"code", "message"}
    code, found = run("import_workbook", str(tmp_path / "missing.xlsx"), "--as", clerk.username, "--json")
    assert (code, found["error"]["code"]) == (1, "unreadable")
    out = str(tmp_path / "x.xlsx")
    code, found = run("export_workbook", FOREIGN, out, "--as", clerk.username, "--json")
    assert (code, found["error"]["code"]) == (1, "unknown_division") and not os.path.exists(out)
    code, found = run("export_workbook", STREET, out, "--as", clerk.username, "--json", "--reveal")
    assert (code, found["error"]["code"]) == (1, "refused") and not os.path.exists(out)
    with pytest.raises(CommandError):
        run("import_workbook", content)


def test_somebody_with_an_issued_password_may_be_named(run, clerk):
    clerk.must_change_password = True
    clerk.save()
    assert run("import_workbook", workbook(网格=[{}]), "--as", clerk.username)[0] == 0
