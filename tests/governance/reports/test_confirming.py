"""确认本街道数据: by the lead of the street, once a period, withdrawn with a reason until the cut-off."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.reports import confirming, current
from governance.reports.models import DataConfirmation, Period
from governance.reports.periods import HalfYear
from tests.factories import Tree

ClientOf = Callable[..., Client]
MAY = date(2026, 5, 4)
AFTER = date(2026, 6, 16)


@pytest.fixture
def lead(user_of: Callable[..., User]) -> User:
    return user_of(Role.STREET_LEAD)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 6, 15), "2026H1"),
        (date(2026, 6, 30), "2026H1"),
        (date(2026, 7, 1), "2026H2"),
        (date(2026, 12, 31), "2026H2"),
        (date(2027, 1, 1), "2027H1"),
    ],
)
def test_a_period_is_current_until_its_due_day(db: None, day: date, code: str) -> None:
    assert current.current_period(day).code == code
    assert not Period.objects.exists(), "looking opens no period"


def test_days_of_a_stored_period_count(db: None) -> None:
    period = Period.objects.for_half_year(HalfYear(2026, 1))
    period.due_on = date(2026, 7, 5)
    period.save()
    assert current.current_period(date(2026, 7, 5)).code == "2026H1"


def test_a_lead_confirms_once_and_withdraws_before_the_cut_off(tree: Tree, lead: User) -> None:
    for _ in range(2):
        word = confirming.confirm_data(user=lead, division=tree.street, today=MAY, note=" 已核对 ")
    assert (word.period.code, word.note, word.path) == ("2026H1", "已核对", tree.street.path)
    assert DataConfirmation.objects.count() == 1
    assert Event.objects.filter(object_type="reports.dataconfirmation").count() == 1
    with pytest.raises(ValidationError, match="请填写撤回原因"):
        confirming.withdraw(user=lead, division=tree.street, reason=" ", today=MAY)
    with pytest.raises(ValidationError, match="已定稿"):
        confirming.withdraw(user=lead, division=tree.street, reason="误", today=AFTER)
    confirming.withdraw(user=lead, division=tree.street, reason="漏报一个网格", today=date(2026, 6, 15))
    word.refresh_from_db()
    assert word.withdrawn_by == lead and word.reason == "漏报一个网格"
    again = confirming.confirm_data(user=lead, division=tree.street, today=AFTER)
    assert again.pk != word.pk and again.period == word.period, "until the due day it may still be confirmed"


@pytest.mark.parametrize("role", [Role.STREET_CLERK, Role.COUNTY_LEAD, Role.COMMUNITY, Role.UPPER_READER])
def test_nobody_else_confirms(tree: Tree, user_of: Callable[..., User], role: Role) -> None:
    with pytest.raises(PermissionDenied):
        confirming.confirm_data(user=user_of(role), division=tree.street, today=MAY)


def test_only_streets_are_confirmed(tree: Tree, user_of: Callable[..., User], lead: User) -> None:
    with pytest.raises(ValidationError, match="街道"):
        confirming.confirm_data(user=lead, division=tree.community, today=MAY)
    with pytest.raises(PermissionDenied):
        confirming.confirm_data(user=lead, division=tree.other_street, today=MAY)


def test_the_page_and_the_list(tree: Tree, client_of: ClientOf) -> None:
    client, staff = client_of(Role.STREET_LEAD), client_of(Role.COUNTY_STAFF)
    page = f"/reports/confirmations/{tree.street.code}/"
    assert "确认本街道数据</button>" in client.get(page).content.decode()
    assert "确认本街道数据</button>" not in staff.get(page).content.decode()
    assert staff.post(page).status_code == 403
    assert client.post(page, {"note": "已核对"}).status_code == 302
    shown = staff.get(page).content.decode()
    assert "已核对" in shown and "历次确认" in shown
    for state, number in (("confirmed", 1), ("open", 1), ("", 2)):
        found = staff.get(f"/reports/confirmations/?area={tree.county.code}&state={state}")
        assert found.context["page"].total == number
    assert "半年 数据确认</h1>" in found.content.decode(), "of which period"
    assert "已确认" in client.get("/").content.decode()
    refused = client.post(page, {"withdraw": "1", "reason": ""})
    assert refused.status_code == 422 and "请填写撤回原因" in refused.content.decode()
    assert client.get(f"/reports/confirmations/{tree.foreign_street.code}/").status_code == 404
    assert client.get(f"/reports/confirmations/{tree.community.code}/").status_code == 404


def test_numbers_of_streets_are_those_of_the_list(tree: Tree, client_of: ClientOf) -> None:
    client_of(Role.STREET_LEAD).post(f"/reports/confirmations/{tree.street.code}/")
    city = client_of(Role.UPPER_READER)
    text = city.get("/").content.decode()
    assert "1 / 2 个街道" in text and "0 / 1 个街道" in text
    url = f"/reports/confirmations/?area={tree.county.code}"
    assert city.get(url).context["page"].total == 2
