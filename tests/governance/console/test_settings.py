import pytest

from governance.accounts import options
from governance.accounts.models import Setting
from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from tests.factories import make_user


def body(response) -> str:
    return response.content.decode()


@pytest.fixture
def system(client_of):
    return client_of(Role.SYSTEM_ADMIN)


def test_settings_show_bounds_and_defaults(system, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        text = body(system.get("/settings/"))
    for option in options.registered():
        assert option.label in text and option.bounds in text
    assert "恢复默认" not in text


def test_a_setting_is_changed_shown_logged_and_restored(system):
    data = {option.key: option.default() for option in options.registered()} | {"session_idle_minutes": "20"}
    for _ in range(2):
        assert system.post("/settings/", data).status_code == 302
    assert Setting.objects.get().value == 20 and options.value("session_idle_minutes") == 20
    event = Event.objects.get(kind=EventKind.SETTINGS)
    assert (event.before, event.after) == ({"空闲退出": "30 分钟"}, {"空闲退出": "20 分钟"})
    text = body(system.get("/settings/"))
    assert "恢复默认" in text and "system_admin" in text
    assert system.post("/settings/session_idle_minutes/restore/").status_code == 302
    assert options.value("session_idle_minutes") == 30
    assert system.post("/settings/no_such_thing/restore/").status_code == 404


def test_bad_values_are_named_and_nothing_is_lost(system):
    data = {"session_idle_minutes": "abc", "lockout_failures": "99", "support_contact": "信息中心"}
    response = system.post("/settings/", data)
    text = body(response)
    assert response.status_code == 422 and not Setting.objects.exists()
    assert "“空闲退出”应为整数" in text and "3–10 次" in text
    assert 'value="abc"' in text and 'value="信息中心"' in text


def test_a_lower_admin_only_reads(tree, system):
    make_user("above", Role.SYSTEM_ADMIN, tree.province)
    assert "只供查看" in body(system.get("/settings/"))
    assert system.post("/settings/", {"lockout_failures": "3"}).status_code == 403
    assert system.post("/settings/lockout_failures/restore/").status_code == 403
    assert not Setting.objects.exists()


def test_name_and_contact_stand_on_the_pages(tree, client, system):
    system.post("/settings/", {"system_name": "基层治理台账", "support_contact": "信息中心 029-1"})
    login = body(client.get("/login/"))
    assert "登录 - 基层治理台账" in login and "信息中心 029-1" in login
    assert "基层治理台账" in body(system.get("/"))
    missing = body(system.get("/no-such-page/"))
    assert "基层治理台账" in missing and "信息中心 029-1" in missing
