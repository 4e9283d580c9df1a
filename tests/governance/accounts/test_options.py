from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from governance.accounts import options
from governance.accounts.lockout import cool_off, failure_limit
from governance.accounts.models import Setting, UserSession
from governance.accounts.option_services import change_options, may_change_options, restore_default
from governance.accounts.passwords import is_expired, issue_password
from governance.accounts.roles import Role
from governance.accounts.services import create_user
from governance.accounts.sessions import browser_name
from governance.audit.models import Event, EventKind
from tests.factories import make_user


def test_every_default_lies_inside_its_bounds():
    for option in options.registered():
        assert option.clean(option.default()) == option.default(), option.key
        assert option.bounds and option.label and option.group


def test_a_change_holds_is_logged_and_can_be_taken_back(tree, user_of):
    admin = user_of(Role.SYSTEM_ADMIN)
    assert change_options(values={"lockout_failures": 3, "lockout_minutes": 15}, by=admin) == [
        "lockout_failures"
    ]
    assert options.value("lockout_failures") == failure_limit() == 3
    event = Event.objects.get(kind=EventKind.SETTINGS)
    assert (event.before, event.after) == ({"失败几次锁定": "5 次"}, {"失败几次锁定": "3 次"})
    assert Setting.objects.get().changed_by == "system_admin"
    assert restore_default(key="lockout_failures", by=admin)
    assert not restore_default(key="lockout_failures", by=admin)
    assert options.value("lockout_failures") == 5
    assert Event.objects.filter(kind=EventKind.SETTINGS).count() == 2


def test_values_out_of_bounds_save_nothing(tree):
    with pytest.raises(ValidationError) as caught:
        change_options(values={"lockout_failures": 3, "session_idle_minutes": 1, "system_name": " "})
    assert set(caught.value.message_dict) == {"session_idle_minutes", "system_name"}
    assert not Setting.objects.exists()


def test_only_the_topmost_system_admin_changes_options(tree, user_of):
    county = user_of(Role.SYSTEM_ADMIN)
    assert may_change_options(county)
    province = make_user("above", Role.SYSTEM_ADMIN, tree.province)
    assert may_change_options(province) and not may_change_options(county)
    assert not may_change_options(user_of(Role.SECURITY_ADMIN))
    with pytest.raises(PermissionDenied, match="最高一级"):
        change_options(values={"lockout_failures": 3}, by=county)
    with pytest.raises(PermissionDenied):
        restore_default(key="lockout_failures", by=county)


def test_passwords_follow_the_options(tree):
    change_options(values={"password_min_length": 16, "password_max_age_days": 30})
    with pytest.raises(ValidationError, match="至少 16 位"):
        create_user(username="u", password="Correct-Horse-9")
    assert len(issue_password()) == 16
    now = timezone.now()
    assert is_expired(now - timedelta(days=31), now)


def test_the_lock_follows_the_options(tree):
    make_user("u")
    change_options(values={"lockout_failures": 3, "lockout_minutes": 30})
    assert cool_off() == timedelta(minutes=30)
    for _ in range(2):
        assert Client().post("/login/", {"username": "u", "password": "x"}).status_code == 422
    answer = Client().post("/login/", {"username": "u", "password": "x"})
    assert answer.status_code == 429
    assert "连续 3 次" in answer.content.decode() and "约 30 分钟" in answer.content.decode()


def test_sessions_go_idle_as_the_option_says(tree, client_of):
    from governance.accounts.sessions import SEEN_AT

    client = client_of(Role.STREET_CLERK)
    session = client.session
    session[SEEN_AT] -= 10 * 60
    session.save()
    assert client.get("/").status_code == 200
    assert UserSession.objects.get().seen_at > timezone.now() - timedelta(minutes=1)
    change_options(values={"session_idle_minutes": 5})
    session = client.session
    session[SEEN_AT] -= 10 * 60
    session.save()
    assert "ended=idle" in client.get("/").url


def test_uploads_never_exceed_the_hard_limit(tree, settings):
    settings.UPLOAD_MAX_BYTES = 3 * 1024 * 1024
    assert options.upload_max_bytes() == 3 * 1024 * 1024
    change_options(values={"upload_max_megabytes": 2})
    assert options.upload_max_bytes() == 2 * 1024 * 1024
    change_options(values={"upload_max_megabytes": 9})
    assert options.upload_max_bytes() == 3 * 1024 * 1024


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537 Edg/120.0", "Edge 120 · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/109.0 Safari/537.36", "Chrome 109 · Linux"),
        ("Mozilla/5.0 (Windows NT 6.1) Chrome/109 Safari QIHU 360SE", "360 浏览器 · Windows"),
        ("curl/8", ""),
    ],
)
def test_browsers_are_named(agent, name):
    assert browser_name(agent) == name
