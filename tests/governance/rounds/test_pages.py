"""Pages of 填报任务 for each role: what stands there, equal requests, statements, 待办."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.divisions.registry import make_communities
from governance.rounds.filling import confirm, give_back
from governance.rounds.models import Reminder, Round, RoundState, RoundStreet, StreetState
from governance.rounds.reminders import remind
from tests.factories import Tree, make_division
from tests.governance.rounds.makers import round_of
from tests.registry import add_grids

ClientOf = Callable[..., Client]
UserOf = Callable[..., User]
MOST = 15


@pytest.fixture
def made(tree: Tree, user_of: UserOf) -> Round:
    return round_of(tree, user_of(Role.COUNTY_STAFF))


@pytest.fixture
def row(made: Round, tree: Tree) -> RoundStreet:
    return RoundStreet.objects.select_related("round", "division").get(round=made, division=tree.street)


def todos_of(client: Client) -> str:
    """待办 a minute later: what others did is seen by then."""
    cache.clear()
    return text_of(client, "/todo/")


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response
    return response.content.decode()


def test_a_bureau_sends_a_round_once_by_the_form(tree: Tree, client_of: ClientOf) -> None:
    client = client_of(Role.COUNTY_STAFF)
    form = client.get("/rounds/add/").context["form"]
    assert "新建填报任务" in text_of(client, "/rounds/")
    assert form.initial["streets"] == [tree.street.pk, tree.other_street.pk], "all are ticked"
    due = today() + timedelta(days=5)
    data = {
        "title": "年底台账",
        "due_on": f"{due:%Y%m%d}",
        "note": "",
        "sheets": ["grids"],
        "streets": [tree.street.pk, tree.other_street.pk],
        "token": form.initial["token"],
    }
    refused = client.post("/rounds/add/", {**data, "due_on": "2020-01-01", "streets": []})
    assert refused.status_code == 422 and "请至少选择一个街道" in refused.content.decode()
    assert not Round.objects.exists()
    answers = [client.post("/rounds/add/", data) for _ in range(2)]
    made = Round.objects.get()
    assert {answer.url for answer in answers} == {made.get_absolute_url()}
    assert RoundStreet.objects.count() == 2
    assert Event.objects.filter(object_type="rounds.round", kind="create").count() == 1
    past = client.post(f"/rounds/{made.pk}/change/", {**data, "due_on": "2020-01-01"})
    assert past.status_code == 422 and "不能早于今天" in past.content.decode()
    assert client.post(f"/rounds/{made.pk}/change/", {**data, "note": "含新设社区"}).status_code == 302
    assert "含新设社区" in text_of(client, made.get_absolute_url())


def test_who_works_for_several_bureaus_chooses_one(tree: Tree, client_of: ClientOf) -> None:
    client = client_of(Role.COUNTY_LEAD, tree.city)
    assert "?area=610102" in text_of(client, "/rounds/add/")
    form = client.get("/rounds/add/?area=610102").context["form"]
    assert form.initial["streets"] == [tree.foreign_street.pk]
    assert client.get("/rounds/add/?area=41").status_code == 404
    assert "没有可以下发任务的区划" in text_of(client_of(Role.COUNTY_STAFF, tree.street), "/rounds/add/")


def test_a_street_sees_what_is_unfilled_and_confirms(
    tree: Tree, row: RoundStreet, client_of: ClientOf
) -> None:
    add_grids(tree.community, [{}])
    client = client_of(Role.STREET_CLERK)
    assert f'href="{row.get_absolute_url()}"' in text_of(client, "/rounds/")
    todo = todos_of(client)
    assert "填报任务：上半年台账填报" in todo and "还有 10 天" in todo
    url = row.get_absolute_url()
    page = client.get(url)
    text = page.content.decode()
    assert "请逐社区核对" in text and "未填 3 项" in text and "社区 2 个社区；网格 1 个社区；" in text
    assert f'href="/records/grids/add/?area={tree["610104001002"].code}"' in text
    assert f'href="/completeness/{tree.community.code}/"' in text
    assert f'href="/records/grids/?area={tree.community.code}"' in text, "what is entered leads to its rows"
    assert tree["610104002001"].name not in text
    refused = client.post(url, {"action": "confirm", "remark": " "})
    assert refused.status_code == 422 and "还有 3 项未填，请在填报说明中写明原因" in refused.content.decode()
    for _ in range(2):
        assert client.post(url, {"action": "confirm", "remark": "两个社区刚设立"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.left) == (StreetState.CONFIRMED, 3)
    assert Event.objects.filter(object_type="rounds.roundstreet").count() == 1
    assert "提交填报完成</button>" not in text_of(client, url)
    assert "填报任务：上半年台账填报" in text_of(client, "/todo/?when=done")


def test_a_bureau_looks_reminds_and_gives_back(
    tree: Tree, made: Round, row: RoundStreet, client_of: ClientOf, user_of: UserOf
) -> None:
    bureau, street = client_of(Role.COUNTY_STAFF), client_of(Role.STREET_LEAD)
    url = made.get_absolute_url()
    assert "填报任务“上半年台账填报”尚有 2 个街道未完成" in todos_of(bureau)
    add_grids(tree.community, [{}])
    page = bureau.get(url)
    assert [(line.progress.done, line.progress.cells) for line in page.context["lines"]] == [(1, 4), (0, 4)]
    assert "12.5%" in page.content.decode()
    for expected in ("已催报 1 个街道：青年路街道", "青年路街道今天已催报过"):
        answer = bureau.post(url, {"action": "remind", "street": row.pk}, follow=True)
        assert expected in answer.content.decode()
    told = bureau.post(url, {"action": "remind", "street": "all"}, follow=True).content.decode()
    assert "已催报 1 个街道：北院门街道" in told and Reminder.objects.count() == 2
    notice = f"已催报 1 次，最近 {today():%Y-%m-%d}"
    assert notice in todos_of(street) and notice in text_of(street, row.get_absolute_url())
    confirm(user=user_of(Role.STREET_LEAD), row=row, remark="未挂牌", today=today())
    assert "尚有 1 个街道未完成" in todos_of(bureau)
    shown = text_of(bureau, url)
    assert "确认时缺 3 项。未挂牌" in shown and "按时" in shown
    empty = bureau.post(row.get_absolute_url(), {"action": "return", "reason": ""})
    assert empty.status_code == 422 and "请填写退回原因" in empty.content.decode()
    bureau.post(row.get_absolute_url(), {"action": "return", "reason": "缺网格长"})
    assert "已退回：缺网格长" in todos_of(street)
    steps = text_of(street, row.get_absolute_url()).partition("办理经过")[2]
    row.refresh_from_db()
    who = row.returned_by
    assert "退回：缺网格长" in steps and f"　{who.display_name}<" in steps, "people have names"
    assert bureau.post(url, {"action": "withdraw", "reason": ""}).status_code == 422
    bureau.post(url, {"action": "close"})
    made.refresh_from_db()
    assert made.state == RoundState.CLOSED
    assert "上半年台账填报" not in todos_of(street)
    assert "不用再填报" in text_of(street, row.get_absolute_url())
    assert "不能再修改" in bureau.get(f"{url}change/", follow=True).content.decode()


def test_what_is_late_says_so(made: Round, row: RoundStreet, client_of: ClientOf) -> None:
    Round.objects.update(due_on=today() - timedelta(days=2))
    bureau, street = client_of(Role.COUNTY_STAFF), client_of(Role.STREET_CLERK)
    assert bureau.get(made.get_absolute_url()).context["late"] == 2
    assert "已超期 2 天" in text_of(street, "/todo/?when=overdue")
    assert "已超期 2 天" in text_of(street, row.get_absolute_url())
    assert bureau.get("/rounds/?state=overdue").context["page"].total == 1
    assert bureau.get("/rounds/?state=closed").context["page"].total == 0


@pytest.mark.parametrize("role", [Role.UPPER_READER, Role.DEPARTMENT])
def test_readers_see_and_change_nothing(
    made: Round, row: RoundStreet, client_of: ClientOf, role: Role
) -> None:
    client = client_of(role)
    assert "0 / 2 个街道" in text_of(client, "/rounds/")
    for url, action in (
        (made.get_absolute_url(), {"action": "remind"}),
        (made.get_absolute_url(), {"action": "withdraw", "reason": "误发"}),
        (row.get_absolute_url(), {"action": "confirm", "remark": "代填"}),
        (row.get_absolute_url(), {"action": "return", "reason": "补"}),
    ):
        assert 'name="action"' not in text_of(client, url)
        assert client.post(url, action).status_code == 403
    assert client.get("/rounds/add/").status_code == 403
    assert not Reminder.objects.exists()


def test_others_find_nothing(tree: Tree, made: Round, row: RoundStreet, client_of: ClientOf) -> None:
    for client in (
        client_of(Role.COUNTY_STAFF, tree.foreign_county),
        client_of(Role.STREET_CLERK, tree.other_street),
        client_of(Role.COMMUNITY),
    ):
        assert client.get(row.get_absolute_url()).status_code == 404
        assert client.post(row.get_absolute_url(), {"action": "confirm"}).status_code == 404
        assert client.get(made.get_absolute_url()).status_code == 404
    listed = client_of(Role.COUNTY_STAFF, tree.foreign_county).get("/rounds/")
    assert listed.context["page"].total == 0
    assert client_of(Role.STREET_CLERK).get(made.get_absolute_url()).status_code == 404, "only its own page"


def test_statements_do_not_grow(
    tree: Tree, made: Round, row: RoundStreet, client_of: ClientOf, user_of: UserOf
) -> None:
    staff, lead = user_of(Role.COUNTY_STAFF), user_of(Role.STREET_LEAD)
    bureau, street = client_of(Role.COUNTY_STAFF), client_of(Role.STREET_LEAD)
    pages = [
        (bureau, "/rounds/"),
        (bureau, made.get_absolute_url()),
        (bureau, "/todo/"),
        (bureau, "/rounds/add/"),
        (street, "/rounds/"),
        (street, row.get_absolute_url()),
        (street, "/todo/"),
    ]

    def counts() -> list[int]:
        found = []
        for client, url in pages:
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
        return found

    few = counts()
    for number in range(4):
        make_division(f"6101040010{number + 50}", f"新增{number}社区", tree.street)
        other = make_division(f"61010403{number}", f"新增{number}街道", tree.county)
        RoundStreet.objects.create(round=made, division=other)
        round_of(tree, staff, title=f"第{number}次")
    make_communities()
    remind(user=staff, asked=made, streets=None, now=timezone.now())
    confirm(user=lead, row=row, remark="未挂牌", today=today())
    give_back(user=staff, row=row, reason="补")
    many = counts()
    assert many == few and max(few) <= MOST, list(zip(pages, few, many, strict=True))
