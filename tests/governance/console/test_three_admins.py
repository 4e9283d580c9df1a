"""Each of the three administrators sees only his own pages: swept over all routes, and over the menu."""

import re

import pytest
from django.urls import reverse

from governance.accounts.roles import Role
from governance.web.policy import Needs, walk_urlconf

PAGES = {
    Role.SYSTEM_ADMIN: {
        "users",
        "user",
        "user_add",
        "user_change",
        "user_deactivate",
        "user_reactivate",
        "roles",
        "units",
        "unit_add",
        "unit_change",
        "unit_close",
        "unit_reopen",
        "settings",
        "setting_restore",
    },
    Role.SECURITY_ADMIN: {
        "users",
        "user",
        "roles",
        "grant",
        "revoke",
        "unlock",
        "issue_password",
        "lockouts",
        "sessions",
        "end_session",
        "end_sessions",
    },
    Role.AUDIT_ADMIN: {"audit", "event", "audit_export", "audit_verify"},
}
MENU = {
    Role.SYSTEM_ADMIN: {"用户管理", "角色权限表", "单位管理", "系统设置"},
    Role.SECURITY_ADMIN: {"用户管理", "在线会话", "锁定与失败登录", "角色权限表"},
    Role.AUDIT_ADMIN: {"审计日志"},
}
EVERY_PAGE = {f"console:{name}" for names in PAGES.values() for name in names}
KEYWORDS = {"pk": 1, "grant": 1, "session": 1, "key": "lockout_failures"}


@pytest.mark.parametrize("role", PAGES)
def test_routes_of_administration_admit_their_administrator_alone(role, user_of):
    user = user_of(role)
    routes = {route.name: route for route in walk_urlconf() if route.name in EVERY_PAGE}
    assert set(routes) == EVERY_PAGE
    admitted = {name for name, route in routes.items() if route.policy.admits(user)}
    assert admitted == {f"console:{name}" for name in PAGES[role]}
    assert all(isinstance(route.policy, Needs) for route in routes.values())


@pytest.mark.parametrize("role", [*PAGES, Role.COUNTY_LEAD])
def test_everything_else_is_refused(role, client_of):
    client = client_of(role)
    for route in walk_urlconf():
        if route.name not in EVERY_PAGE or route.name.split(":")[1] in PAGES.get(role, ()):
            continue
        names = re.findall(r"<(?:\w+:)?(\w+)>", route.pattern)
        address = reverse(route.name, kwargs={name: KEYWORDS[name] for name in names})
        assert client.get(address).status_code == 403, (role, address)
        assert client.post(address).status_code == 403, (role, address)


@pytest.mark.parametrize("role", [*PAGES, Role.COUNTY_LEAD])
def test_the_menu_names_the_own_pages_alone(role, client_of):
    text = client_of(role).get("/account/").content.decode()
    side = text[text.index('<nav class="side"') : text.index("<main")]
    everything = set().union(*MENU.values())
    assert {label for label in everything if label in side} == MENU.get(role, set())


@pytest.mark.parametrize("role", PAGES)
def test_administrators_see_no_ledger(role, client_of):
    client = client_of(role)
    for page in ("/divisions/610104/", "/communities/", "/findings/", "/workbook/", "/records/members/"):
        assert client.get(page).status_code in (403, 404), page
