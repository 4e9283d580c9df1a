"""填报任务: sending once, confirming with what is left, giving back, ending; who may, and what is logged."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.option_services import change_options
from governance.accounts.roles import Role
from governance.accounts.services import grant
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.exchange.sheets import by_slug
from governance.records.completeness.services import confirm_empty
from governance.rounds.filling import confirm, give_back, may_confirm
from governance.rounds.models import Reminder, Round, RoundState, RoundStreet, StreetState
from governance.rounds.progress import progress_by_street, sheets_of
from governance.rounds.reminders import REMIND_DAILY, remind, remind_by_clock
from governance.rounds.services import Request, change, close, issue, withdraw
from tests.factories import Tree
from tests.governance.rounds.makers import round_of
from tests.registry import add_grids

UserOf = Callable[..., User]
DUE = date(2026, 5, 20)


def at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def street_of(made: Round, division: Division) -> RoundStreet:
    return RoundStreet.objects.select_related("division", "round").get(round=made, division=division)


@pytest.fixture
def staff(user_of: UserOf) -> User:
    return user_of(Role.COUNTY_STAFF)


@pytest.fixture
def clerk(user_of: UserOf) -> User:
    return user_of(Role.STREET_CLERK)


def test_a_round_is_a_row_and_one_for_each_street(tree: Tree, staff: User) -> None:
    made = round_of(tree, staff, sheets=("organisations", "grids"))
    assert made.sheets == ["grids", "organisations"], "in the order of the workbook"
    assert [sheet.name for sheet in sheets_of(made)] == ["网格", "社会组织"]
    rows = RoundStreet.objects.order_by("path")
    assert [row.path for row in rows] == [tree.street.path, tree.other_street.path]
    event = Event.objects.get(object_type="rounds.round")
    assert event.kind == "create" and event.after["街道"] == ["青年路街道", "北院门街道"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"),
        ({"due_on": DUE - timedelta(days=40)}, "due_on"),
        ({"note": "请联系 13800138000"}, "note"),
        ({"sheets": ()}, "sheets"),
        ({"sheets": ("grids", "nothing")}, "sheets"),
        ({"streets": ()}, "streets"),
        ({"streets": ("610104001", "610102001")}, "streets"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(tree: Tree, staff: User, wrong: Any, field: str) -> None:
    with pytest.raises(ValidationError) as told:
        round_of(tree, staff, **wrong)
    assert list(told.value.message_dict) == [field] and not Round.objects.exists()


@pytest.mark.parametrize("role", [Role.STREET_LEAD, Role.UPPER_READER, Role.DEPARTMENT, Role.SYSTEM_ADMIN])
def test_only_a_bureau_sends_and_steers(tree: Tree, staff: User, user_of: UserOf, role: Role) -> None:
    made, user = round_of(tree, staff), user_of(role)
    row = street_of(made, tree.street)
    request = Request("另一个", DUE)
    for attempt in (
        lambda: issue(user=user, division=tree.county, request=request, sheets=[], streets=[], today=DUE),
        lambda: change(user=user, asked=made, request=request, today=DUE),
        lambda: close(user=user, asked=made),
        lambda: withdraw(user=user, asked=made, reason="误发"),
        lambda: remind(user=user, asked=made, streets=None, now=at(DUE)),
        lambda: give_back(user=user, row=row, reason="再补"),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert Round.objects.get() == made and made.is_open


def test_a_street_gives_a_remark_while_something_is_left(tree: Tree, staff: User, clerk: User) -> None:
    row = street_of(round_of(tree, staff, sheets=("grids",)), tree.street)
    with pytest.raises(ValidationError, match="还有 2 项未填"):
        confirm(user=clerk, row=row, remark=" ", today=today())
    add_grids(tree.community, [{}])
    for number in range(2):
        assert confirm(user=clerk, row=row, remark="习武园社区正在调整网格", today=today()) is (number == 0)
    row.refresh_from_db()
    assert (row.state, row.left, row.confirmed_by) == (StreetState.CONFIRMED, 1, clerk)
    event = Event.objects.get(object_type="rounds.roundstreet")
    assert event.reason == "习武园社区正在调整网格" and event.after == {"state": "confirmed", "left": 1}


def test_nothing_left_needs_no_remark(tree: Tree, staff: User, clerk: User) -> None:
    made = round_of(tree, staff, sheets=("grids",))
    add_grids(tree.community, [{}])
    confirm_empty(user=clerk, division=tree["610104001002"], sheet=by_slug("grids"))
    progress = progress_by_street(made, today())
    assert progress[tree.street.path].share_text == "100.0%" and progress[tree.other_street.path].left == 2
    assert confirm(user=clerk, row=street_of(made, tree.street), remark="", today=today())


def test_the_bureau_does_not_answer_for_a_street(tree: Tree, staff: User, user_of: UserOf) -> None:
    row = street_of(round_of(tree, staff), tree.street)
    with pytest.raises(PermissionDenied):
        confirm(user=staff, row=row, remark="代填", today=today())
    with pytest.raises(PermissionDenied):
        confirm(user=user_of(Role.COMMUNITY), row=row, remark="代填", today=today())
    with pytest.raises(PermissionDenied):
        confirm(user=user_of(Role.STREET_LEAD, tree.other_street), row=row, remark="代填", today=today())
    assert may_confirm(user_of(Role.STREET_LEAD), row)
    both = user_of(Role.COUNTY_LEAD)
    grant(user=both, role=Role.STREET_LEAD, division=tree.street)
    assert may_confirm(User.objects.get(pk=both.pk), row), "who leads the street as well answers for it"


def test_a_confirmed_street_is_given_back_with_a_reason(tree: Tree, staff: User, clerk: User) -> None:
    row = street_of(round_of(tree, staff), tree.street)
    with pytest.raises(ValidationError, match="无需退回"):
        give_back(user=staff, row=row, reason="缺网格")
    confirm(user=clerk, row=row, remark="未挂牌", today=today())
    with pytest.raises(ValidationError, match="请填写退回原因"):
        give_back(user=staff, row=row, reason="")
    for number in range(2):
        assert give_back(user=staff, row=row, reason="缺网格员") is (number == 0)
    row.refresh_from_db()
    assert (row.state, row.reason, row.returned_by) == (StreetState.RETURNED, "缺网格员", staff)
    assert confirm(user=clerk, row=row, remark="已补", today=today())
    assert Event.objects.filter(object_type="rounds.roundstreet").count() == 3


def test_an_ended_round_takes_nothing_more(tree: Tree, staff: User, clerk: User) -> None:
    made = round_of(tree, staff)
    row = street_of(made, tree.street)
    with pytest.raises(ValidationError, match="请填写撤回原因"):
        withdraw(user=staff, asked=made, reason=" ")
    for number in range(2):
        assert withdraw(user=staff, asked=made, reason="发错了街道") is (number == 0)
    assert Event.objects.filter(object_type="rounds.round", kind="transition").count() == 1
    for attempt in (
        lambda: confirm(user=clerk, row=row, remark="已填", today=today()),
        lambda: remind(user=staff, asked=made, streets=None, now=timezone.now()),
        lambda: change(user=staff, asked=made, request=Request("改", today()), today=today()),
        lambda: close(user=staff, asked=made),
    ):
        with pytest.raises(ValidationError, match="已撤回"):
            attempt()


def test_day_and_note_change_until_the_end(tree: Tree, staff: User) -> None:
    made = round_of(tree, staff)
    Round.objects.update(due_on=DUE)
    after = DUE + timedelta(days=5)
    assert change(user=staff, asked=made, request=Request(made.title, DUE, "补充说明"), today=after), (
        "a day that is past may stay"
    )
    with pytest.raises(ValidationError, match="不能早于今天"):
        change(user=staff, asked=made, request=Request(made.title, DUE + timedelta(days=1)), today=after)
    assert not change(user=staff, asked=made, request=Request(made.title, DUE, "补充说明 "), today=after)
    event = Event.objects.get(object_type="rounds.round", kind="change")
    assert event.after == {"note": "补充说明"}
    assert close(user=staff, asked=made) and Round.objects.get().state == RoundState.CLOSED


def test_late_is_after_the_end_of_the_due_day(tree: Tree, staff: User) -> None:
    made = round_of(tree, staff)
    made.due_on = DUE
    row = street_of(made, tree.street)
    row.round = made
    assert not row.is_late(DUE) and row.is_late(DUE + timedelta(days=1))
    row.state, row.confirmed_at = StreetState.CONFIRMED, at(DUE, 23)
    assert not row.is_late(DUE + timedelta(days=9))
    row.confirmed_at = at(DUE + timedelta(days=1), 0)
    assert row.is_late(DUE + timedelta(days=9))
    row.state, made.ended_at = StreetState.OPEN, at(DUE)
    assert not row.is_late(DUE + timedelta(days=9)), "a round that ended in time waits for nobody"


def test_a_street_is_reminded_once_a_day(tree: Tree, staff: User, clerk: User) -> None:
    made = round_of(tree, staff)
    row, other = street_of(made, tree.street), street_of(made, tree.other_street)
    assert remind(user=staff, asked=made, streets=[row.pk], now=at(DUE)).sent == ("青年路街道",)
    told = remind(user=staff, asked=made, streets=None, now=at(DUE, 15))
    assert (told.sent, told.today) == (("北院门街道",), ("青年路街道",)) and "今天已催报过" in told.text
    assert remind(user=staff, asked=made, streets=None, now=at(DUE + timedelta(days=1))).sent == (
        "青年路街道",
        "北院门街道",
    )
    confirm(user=clerk, row=row, remark="未挂牌", today=today())
    later = remind(user=staff, asked=made, streets=[row.pk], now=at(DUE + timedelta(days=2)))
    assert later.sent == () and "已经完成" in later.text
    with pytest.raises(ValidationError, match="不在这项任务里"):
        remind(user=staff, asked=made, streets=[0], now=at(DUE))
    row.refresh_from_db()
    assert row.reminded_text == "已催报 2 次，最近 2026-05-21"
    numbers = Reminder.objects.filter(street=other).order_by("number").values_list("number", "by")
    assert list(numbers) == [(1, staff.pk), (2, staff.pk)]


def test_the_clock_reminds_before_on_and_after_the_due_day(tree: Tree, staff: User, clerk: User) -> None:
    made = round_of(tree, staff, streets=("610104001",))
    Round.objects.update(due_on=DUE, issued_at=at(DUE - timedelta(days=10)))
    sent = [remind_by_clock(now=at(DUE + timedelta(days=days))) for days in (-4, -3, -2, 0, 0, 1, 2, 30)]
    assert sent == [0, 1, 0, 1, 0, 1, 0, 0]
    stages = Reminder.objects.order_by("number").values_list("number", "stage", "by")
    assert list(stages) == [(1, "before", None), (2, "due", None), (3, "after", None)]
    change(user=staff, asked=made, request=Request(made.title, DUE + timedelta(days=20)), today=DUE)
    assert remind_by_clock(now=at(DUE + timedelta(days=18))) == 1, "another day is reminded of anew"
    confirm(user=clerk, row=street_of(made, tree.street), remark="未挂牌", today=today())
    assert remind_by_clock(now=at(DUE + timedelta(days=21))) == 0


def test_the_clock_makes_up_for_missed_days_and_follows_the_option(tree: Tree, staff: User) -> None:
    made = round_of(tree, staff, streets=("610104001",))
    Round.objects.update(due_on=DUE, issued_at=at(DUE - timedelta(days=6)))
    assert remind_by_clock(now=at(DUE - timedelta(days=6))) == 0, "sent today is news enough"
    change_options(values={"round_reminder_days": 6})
    assert remind_by_clock(now=at(DUE - timedelta(days=5))) == 1
    assert remind(user=staff, asked=made, streets=None, now=at(DUE + timedelta(days=1))).sent
    assert remind_by_clock(now=at(DUE + timedelta(days=1), 10)) == 0, "reminded today already"
    assert remind_by_clock(now=at(DUE + timedelta(days=2))) == 1
    assert list(REMIND_DAILY.due_keys(at(DUE))) == ["2026-05-20"]
    assert Event.objects.filter(reason="逾期自动催报").count() == 1
