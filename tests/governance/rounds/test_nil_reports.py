"""Rounds that ask what happened in a span: entries in it, 零报告 where there was nothing, what is missing."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.divisions.registry import make_communities
from governance.ledgers.models import LedgerEntry
from governance.rounds.filling import confirm
from governance.rounds.models import NilReport, Round, RoundStreet, StreetState
from governance.rounds.progress import progress_of
from governance.rounds.services import Request, change, close, next_since, withdraw
from tests.factories import Tree, make_division
from tests.governance.rounds.makers import round_of
from tests.governance.rounds.test_pages import text_of
from tests.registry import add_records

EVENT, STANDING = "sx-vol-03", "sx-grid-02"
SINCE, UNTIL = date(2026, 1, 1), date(2026, 6, 30)


def happened(division: Division, on: date) -> None:
    add_records(division, [{"type": "SX-VOL-03", "started_on": on, "values": {"persons": 3}}])


@pytest.fixture
def made(tree: Tree, user_of) -> Round:
    staff = user_of(Role.COUNTY_STAFF)
    return round_of(tree, staff, sheets=(), duties=(STANDING, EVENT), since=SINCE, until=UNTIL)


@pytest.fixture
def row(tree: Tree, made: Round) -> RoundStreet:
    return RoundStreet.objects.select_related("round", "division").get(round=made, division=tree.street)


@pytest.fixture
def say(row: RoundStreet, client_of) -> Callable[..., tuple[int, str]]:
    """`say(community)`: the clerk of the street reports nothing; (status, page that follows)."""

    def post(*divisions: Division, client: Client | None = None, **data: str) -> tuple[int, str]:
        sent = {"action": "nil", "duty": EVENT, "subject": [each.pk for each in divisions], **data}
        answer = (client or client_of(Role.STREET_CLERK)).post(row.get_absolute_url(), sent, follow=True)
        return answer.status_code, answer.content.decode()

    return post


def numbers(client: Client, made: Round) -> list[str]:
    """Of the ledger of events as the bureau sees it: done / all, with entries, nothing, missing."""
    line = text_of(client, made.get_absolute_url()).partition(f"/records/{EVENT}/")[2].partition("</tr>")[0]
    return re.findall(r'<td class="num">(?:<b[^>]*>)?([^<]+)<', line)


def test_what_counts_happened_between_the_two_days(tree: Tree, made: Round, client_of) -> None:
    day = timedelta(days=1)
    happened(tree["610104001001"], SINCE)
    happened(tree["610104001002"], SINCE - day)
    happened(tree["610104002001"], UNTIL)
    happened(tree["610104002002"], UNTIL + day)
    staff = client_of(Role.COUNTY_STAFF)
    assert numbers(staff, made) == ["2 / 4", "2", "0", "2"]
    happened(tree["610104002001"], UNTIL - day)
    assert numbers(staff, made) == ["2 / 4", "2", "0", "2"], "a second entry of a community adds nothing"
    LedgerEntry.objects.filter(started_on=SINCE).update(voided_on=today())
    assert numbers(staff, made) == ["1 / 4", "1", "0", "3"]
    page = text_of(staff, made.get_absolute_url())
    assert "SX-VOL-03 志愿服务活动（2026-01-01 至 2026-06-30）" in page


def test_who_was_founded_within_the_span_is_not_asked(tree: Tree, made: Round, client_of) -> None:
    Division.objects.filter(pk=tree.community.pk).update(opened_on=SINCE + timedelta(days=1))
    assert numbers(client_of(Role.COUNTY_STAFF), made) == ["0 / 3", "0", "0", "3"]


def test_a_street_reports_nothing_once_and_takes_it_back(
    tree: Tree, made: Round, row: RoundStreet, say, client_of, user_of
) -> None:
    first, second = tree["610104001001"], tree["610104001002"]
    staff, url = client_of(Role.COUNTY_STAFF), row.get_absolute_url()
    page = text_of(client_of(Role.STREET_LEAD), url)
    assert f'name="subject" value="{first.pk}"' in page and "勾选的本期无此类事项" in page
    assert say(first, second)[0] == 200
    assert "已报零报告 2 个" not in say(first, second)[1]
    assert NilReport.objects.filter(path__startswith=tree.street.path).count() == 2
    assert numbers(staff, made) == ["2 / 4", "0", "2", "2"]
    assert progress_of(row, today()).left == 2, "what exists is still missing"
    event = Event.objects.get(object_type="rounds.roundstreet")
    assert event.after["零报告"].endswith("：莲湖路社区、习武园社区") and event.path == tree.street.path
    page = text_of(staff, url)
    assert "零报告：SX-VOL-03" in page and f"{user_of(Role.STREET_CLERK)} {today():%Y-%m-%d}" in page
    assert 'value="take-back-nil"' in page and '的零报告">撤回' not in page, "the bureau only reads it"

    for _ in range(2):
        assert say(first, client=client_of(Role.STREET_LEAD), action="take-back-nil")[0] == 200
    assert [each.division for each in NilReport.objects.all()] == [second]
    assert Event.objects.filter(object_type="rounds.roundstreet", before__has_key="零报告").count() == 1
    assert numbers(staff, made) == ["1 / 4", "0", "1", "3"]
    assert "撤回零报告：SX-VOL-03" in text_of(staff, url)


def test_nothing_reported_leaves_nothing_to_explain(tree: Tree, row: RoundStreet, say, user_of) -> None:
    clerk, both = user_of(Role.STREET_CLERK), (tree["610104001001"], tree["610104001002"])
    for community in both:
        add_records(community, [{"type": "SX-GRID-02", "values": {"verdict": "all_met"}}])
    with pytest.raises(ValidationError, match="还有 2 项未填"):
        confirm(user=clerk, row=row, remark="", today=today())
    say(*both)
    confirm(user=clerk, row=row, remark="", today=today())
    row.refresh_from_db()
    assert (row.state, row.left) == (StreetState.CONFIRMED, 0)
    status, page = say(both[0], action="take-back-nil")
    assert status == 422 and "已经提交填报完成" in page and NilReport.objects.count() == 2


def test_an_entry_that_comes_later_counts(tree: Tree, made: Round, row: RoundStreet, say, client_of) -> None:
    say(tree.community)
    happened(tree.community, UNTIL)
    staff = client_of(Role.COUNTY_STAFF)
    assert numbers(staff, made) == ["1 / 4", "1", "0", "3"]
    assert "按有记录算：莲湖路社区" in text_of(staff, row.get_absolute_url())
    status, page = say(tree.community)
    assert status == 422 and "莲湖路社区本期已有记录" in page
    LedgerEntry.objects.update(voided_on=today())
    assert numbers(staff, made) == ["1 / 4", "0", "1", "3"], "without the entry the word stands again"


def test_what_cannot_be_reported_is_told(tree: Tree, made: Round, say, user_of) -> None:
    elsewhere = (tree["610104002001"], tree.foreign_community, tree.street)
    for wrong in (say(division) for division in elsewhere):
        assert wrong[0] == 422 and "不在这项任务里" in wrong[1]
    for data in ({"duty": STANDING}, {"duty": "sx-org-02"}, {"subject": "x"}):
        status, page = say(tree.community, **data)
        assert status == 422 and "不在这项任务里" in page
    status, page = say()
    assert status == 422 and "请先勾选" in page
    close(user=user_of(Role.COUNTY_STAFF), asked=made)
    status, page = say(tree.community)
    assert status == 422 and "已结束，不能再办理" in page and "勾选的本期" not in page
    assert not NilReport.objects.exists()


def test_only_the_street_reports(tree: Tree, row: RoundStreet, say, client_of) -> None:
    for role in (Role.COUNTY_STAFF, Role.COUNTY_LEAD, Role.UPPER_READER, Role.DEPARTMENT):
        client = client_of(role)
        assert say(tree.community, client=client)[0] == 403
        assert "勾选的本期无此类事项" not in text_of(client, row.get_absolute_url())
    for client in (client_of(Role.STREET_CLERK, tree.other_street), client_of(Role.COMMUNITY)):
        assert say(tree.community, client=client)[0] == 404
    assert not NilReport.objects.exists()


def test_a_round_without_ledgers_of_events_has_no_span(tree: Tree, user_of) -> None:
    staff = user_of(Role.COUNTY_STAFF)
    made = round_of(tree, staff, duties=(STANDING,), since=UNTIL, until=SINCE)
    assert (made.since, made.until) == (None, None)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (None, UNTIL, "since"),
        (UNTIL, SINCE, "since"),
        (SINCE, date(2099, 1, 1), "until"),
    ],
)
def test_a_span_that_cannot_be_is_told_at_its_field(tree: Tree, user_of, since, until, field) -> None:
    with pytest.raises(ValidationError) as refused:
        round_of(tree, user_of(Role.COUNTY_STAFF), duties=(EVENT,), since=since, until=until)
    assert list(refused.value.error_dict) == [field] and not Round.objects.exists()


def test_spans_follow_one_another(tree: Tree, user_of, client_of) -> None:
    staff, client = user_of(Role.COUNTY_STAFF), client_of(Role.COUNTY_STAFF)
    form = client.get("/rounds/add/").context["form"]
    assert form.initial["since"] == date(today().year, 1, 1)
    due = today() + timedelta(days=5)
    data = {
        "title": "志愿服务活动",
        "due_on": f"{due:%Y%m%d}",
        "duties": [EVENT],
        "since": "20260101",
        "streets": [tree.street.pk],
        "token": form.initial["token"],
    }
    refused = client.post("/rounds/add/", {**data, "since": ""})
    assert refused.status_code == 422 and "请填写事项起始日" in refused.content.decode()
    assert client.post("/rounds/add/", data).status_code == 302
    made = Round.objects.get()
    assert (made.since, made.until) == (SINCE, due), "up to the due day where no other is given"
    after = due + timedelta(days=1)
    assert next_since(tree.county, due) == date(due.year, 1, 1), "it is not over yet"
    assert next_since(tree.county, after) == after
    assert next_since(tree.foreign_county, after) == date(after.year, 1, 1), "another bureau"
    with pytest.raises(ValidationError, match="不能早于事项截止日"):
        earlier = Request(made.title, due - timedelta(days=1))
        change(user=staff, asked=made, request=earlier, today=today())
    withdraw(user=staff, asked=made, reason="误发")
    assert next_since(tree.county, after) == date(after.year, 1, 1), "what was taken back asked for nothing"


def test_statements_do_not_grow_with_what_is_reported(
    tree: Tree, made: Round, row: RoundStreet, say, client_of
) -> None:
    pages = [(client_of(Role.COUNTY_STAFF), made), (client_of(Role.STREET_CLERK), row)]

    def counts() -> list[int]:
        found = []
        for client, shown in pages:
            client.get(shown.get_absolute_url())
            with CaptureQueriesContext(connection) as queries:
                text_of(client, shown.get_absolute_url())
            found.append(len(queries))
        return found

    few = counts()
    more = [
        make_division(f"6101040010{number + 50}", f"新增{number}社区", tree.street) for number in range(5)
    ]
    make_communities()
    for division in more[:2]:
        happened(division, SINCE)
    say(*more[2:])
    assert NilReport.objects.count() == 3
    assert counts() == few and max(few) <= 15
