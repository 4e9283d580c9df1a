"""Accounts of the demonstration: one for every role, one password, kept for the owner alone."""

import json
import stat

import pytest
from django.contrib.auth import authenticate

from demo.accounts import ACCOUNTS, FILE, accounts_table, load_accounts
from demo.people import MARK
from governance.accounts.models import DivisionGrant, Unit, User
from governance.accounts.roles import ADMIN_ROLES, Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def folder(tree, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_one_account_for_every_role(folder):
    load_accounts()
    assert {account.role for account in ACCOUNTS} == set(Role)
    grants = DivisionGrant.objects.select_related("permission", "user", "content_object")
    held = {(each.user.username, each.role, each.content_object.code) for each in grants}
    assert held == {(account.username, account.role, account.division) for account in ACCOUNTS}
    assert not Unit.objects.exclude(name__startswith=MARK).exists()
    assert not User.objects.exclude(display_name__startswith=MARK).exists()


def test_password_signs_in_without_a_change(folder, rf):
    password = load_accounts()
    user = authenticate(rf.post("/login/"), username="demo-clerk", password=password)
    assert user is not None and not user.must_change_password
    content = json.loads((folder / FILE).read_text())
    assert content["password"] == password
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_second_run_changes_nothing(folder):
    first = load_accounts()
    rows = list(User.objects.order_by("pk").values_list("pk", "password"))
    assert load_accounts() == first
    assert list(User.objects.order_by("pk").values_list("pk", "password")) == rows


def test_lost_file_gives_a_new_password(folder):
    first = load_accounts()
    (folder / FILE).unlink()
    second = load_accounts()
    assert second != first
    assert User.objects.get(username="demo-audit").check_password(second)


def test_table_names_every_account_and_changed_passwords(folder):
    password = load_accounts()
    user = User.objects.get(username="demo-lead")
    user.set_password("Another-Horse-9")
    user.save()
    lines = accounts_table(password).splitlines()
    assert sum(password in line for line in lines) == len(ACCOUNTS) - 1
    assert next(line for line in lines if "demo-lead" in line).endswith("（已修改）")


def test_administrators_hold_nothing_else(folder):
    by_name = {account.username: account.role for account in ACCOUNTS}
    assert len(by_name) == len(ACCOUNTS)
    assert set(by_name.values()) >= ADMIN_ROLES
