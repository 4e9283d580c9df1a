"""Pages of 社区调整: from the draft to 沿革, by form and without a script."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from communities.models import Adjustment, Compound
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.models import Division
from governance.records import once
from governance.workflows.models import Case
from tests.factories import Tree
from tests.governance.workflows.makers import Office
from tests.registry import add_members

ClientOf = Callable[..., Client]
LIST, NEW = "/communities/adjustments/", "/communities/adjustments/new/"


def text_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def shown(text: str) -> str:
    """The words of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.fixture
def clerk(client_of: ClientOf) -> Client:
    return client_of(Role.STREET_CLERK)


@pytest.fixture
def source(filled_tree: Tree) -> Division:
    return filled_tree["610104001002"]


def split(client: Client, source: Division, **changes: str) -> Adjustment:
    data = {
        "source": source.code,
        "names": "习武园东社区\n习武园西社区",
        "effective_on": "2026.9.1",
        "basis": "青街办请示",
        "listed": "1",
        "_token": once.new_token(),
    }
    response = client.post(f"{NEW}?kind=split", data | changes)
    assert response.status_code == 302, shown(response.content.decode())
    made = Adjustment.objects.get()
    assert response.url == f"{LIST}{made.pk}/plan/"
    return made


def test_the_whole_way_of_a_split(
    filled_tree: Tree, source: Division, clerk: Client, client_of: ClientOf, user_of: Callable[..., User]
):
    assert "还没有拆分、合并方案" in text_of(clerk, LIST)
    made = split(clerk, source, _token="0" * 32)
    split(clerk, source, _token="0" * 32)
    page, plan = f"{LIST}{made.pk}/", f"{LIST}{made.pk}/plan/"
    first, second = made.successors.order_by("number")
    assert "常住户数没有分配完" in text_of(clerk, page)
    assert "调整前合计" in text_of(clerk, plan)

    figures = {f"{name}-{first.pk}": "700" for name in ("households_resident", "registered_volunteers")}
    figures |= {f"population_{name}-{first.pk}": "4,000" for name in ("resident", "urban_resident")}
    response = clerk.post(f"{plan}?part=figures", {"action": "figures", **figures})
    assert response.url == f"{plan}?part=figures"
    second.refresh_from_db()
    assert second.figures["households_resident"] == 1100
    wrong = clerk.post(
        f"{plan}?part=figures", {"action": "figures", f"households_resident-{first.pk}": "七百"}
    )
    assert wrong.status_code == 422
    assert "常住户数“七百”不是整数" in wrong.content.decode()

    compounds = list(Compound.objects.filter(division=source).order_by("name"))
    clerk.post(f"{plan}?part=compound", {"action": "assign", f"row-{compounds[1].pk}": second.pk})
    clerk.post(f"{plan}?part=facility", {"action": "all", "successor": second.pk})
    clerk.post(f"{plan}?part=grid", {"action": "ticked", "successor": second.pk, "pk": ["0"]})
    assert "请先勾选" in clerk.post(f"{plan}?part=grid", {"action": "ticked"}).content.decode()
    assert f'<option value="{second.pk}" selected>' in text_of(clerk, f"{plan}?part=compound")

    foreseen = shown(text_of(clerk, page))
    assert "前后合计相等，每条记录都有归属，可以办理。" in foreseen
    assert "社区规模（户数） 变化" in foreseen
    assert "还没有发起" in foreseen

    lead = client_of(Role.COUNTY_LEAD)
    assert ('form="start"' in text_of(clerk, page), 'form="start"' in text_of(lead, page)) == (True, False)
    assert lead.post(page, {"action": "apply", "approval": "莲政函8号"}).url == page
    assert lead.post(page, {"action": "case"}).status_code == 403
    assert Adjustment.objects.get().is_draft, "a plan is applied by its case alone"
    token = once.new_token()
    opened = {clerk.post(page, {"action": "case", "_token": token}).url for _ in range(2)}
    case = Case.objects.get()
    assert opened == {case.get_absolute_url()}
    assert case.steps.get(key="proposal").values == {"plan": made.pk}
    running = shown(text_of(clerk, page))
    assert "习武园社区拆分（方案" in running
    assert "查看办理" in running
    assert "撤回方案" not in running
    refused = clerk.post(page, {"action": "withdraw", "reason": "不办了"})
    assert "请先撤回那件办理事项" in refused.content.decode()
    Office(filled_tree, user_of).bring_to(case, "", proposal={"plan": made.pk})
    told = shown(text_of(lead, page))
    assert "转入习武园西社区" in told
    assert "演示批复文号" in told
    assert "已办结" in told
    assert "已实施" in shown(text_of(clerk, LIST))
    assert clerk.get(plan).url == page

    second.refresh_from_db()
    new = shown(text_of(clerk, f"/communities/{second.division.code}/"))
    assert "沿革 2026-09-01 承接 习武园社区 户数的 61.11%" in new
    old = shown(text_of(clerk, f"/communities/{source.code}/"))
    assert "已撤销" in old
    assert "划入 习武园东社区" in old


def test_a_merger_is_drafted_and_withdrawn(filled_tree: Tree, source: Division, clerk: Client):
    address, data = f"{NEW}?kind=merge", {"effective_on": "20260901", "basis": "青街办请示", "listed": "1"}
    assert "同一街道（乡镇）相邻的两个以上社区" in text_of(clerk, address)
    both = {"sources": [filled_tree.community.code, source.code]}
    unnamed = clerk.post(address, data | both)
    assert "请填写新设社区名称" in unnamed.content.decode()
    foreign = clerk.post(address, data | {"sources": [source.code, filled_tree.foreign_community.code]})
    assert foreign.status_code == 422
    one = clerk.post(address, data | {"sources": [source.code], "into": source.code})
    assert "合并至少要选两个社区" in one.content.decode()
    made = clerk.post(address, data | both | {"into": source.code})
    page = f"{LIST}{Adjustment.objects.get().pk}/"
    assert made.url == page
    told = shown(text_of(clerk, page))
    assert "莲湖路社区 、 习武园社区" in told
    assert "常住户数 2,700 户 2,700 户 2,700 户 0" in told
    assert clerk.post(page, {"action": "withdraw", "reason": ""}).status_code == 422
    assert clerk.post(page, {"action": "withdraw", "reason": "暂不合并"}).url == page
    assert "暂不合并" in text_of(clerk, page)


def test_who_may_see_what(filled_tree: Tree, source: Division, clerk: Client, client_of: ClientOf):
    made = split(clerk, source)
    page, plan = f"{LIST}{made.pk}/", f"{LIST}{made.pk}/plan/"
    add_members(source, party=1)
    assert "两委成员没有确定归属：演示成员0。" in text_of(clerk, page)
    reader = text_of(client_of(Role.DEPARTMENT), page)
    assert "演示成员" not in reader
    assert "两委成员有 1 条没有确定归属。" in reader
    assert text_of(client_of(Role.COUNTY_LEAD), plan, 403)
    assert text_of(client_of(Role.STREET_CLERK, filled_tree.other_street), page, 404)
    assert text_of(client_of(Role.STREET_CLERK, filled_tree.other_street), plan, 404)


def test_statements_do_not_grow_with_the_rows(filled_tree: Tree, source: Division, clerk: Client):
    made = split(clerk, source)
    for address in (f"{LIST}{made.pk}/", f"{LIST}{made.pk}/plan/?part=compound", LIST):
        clerk.get(address)
        counts = []
        for number in (1, 2):
            with CaptureQueriesContext(connection) as queries:
                assert clerk.get(address).status_code == 200
            counts.append(len(queries))
            if number == 1:
                names = [f"新小区{k} {len(counts)} {address}"[:60] for k in range(30)]
                for name in names:
                    Compound.objects.create(division=source, name=name, households=9)
        assert counts[0] == counts[1] <= 15, address
        Compound.objects.filter(name__startswith="新小区").delete()
