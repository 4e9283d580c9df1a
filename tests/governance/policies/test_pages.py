"""Pages of standards, findings and documents: what they show, whom, and at what cost."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Role
from governance.divisions.models import Division
from governance.divisions.registry import make_communities
from governance.policies.findings import refresh
from governance.policies.models import Finding, PolicyDocument
from tests.factories import Tree, make_division
from tests.registry import fill_community
from tests.snapshot import made_once

MOST = 15


def _fill(tree: Tree) -> None:
    """莲湖路社区 has 999 households (one too few), 习武园社区 1,000; the others nothing."""
    for code, households in (("610104001001", 999), ("610104001002", 1000)):
        fill_community(
            tree[code],
            households_resident=households,
            population_resident=6000,
            registered_volunteers=500,
            founded_on=date(2001, 1, 1),
            party_org_kind="branch",
            boundary_east="北大街",
        )
    refresh(path="", on=timezone.localdate())


@pytest.fixture
def measured(measured_tree: Tree) -> Tree:
    made_once("policies/test_pages", lambda: _fill(measured_tree))
    return measured_tree


def more_communities(tree: Tree, count: int = 30) -> None:
    """Further communities that miss standards, measured."""
    for number in range(count):
        division = make_division(f"6101040010{50 + number}", f"新增{number}社区", tree.street)
        make_communities()
        fill_community(division, households_resident=10 + number, population_resident=100)
    refresh(path="", on=timezone.localdate())


def text_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, response
    return response.content.decode()


def statements(client: Client, url: str) -> int:
    client.get(url)  # fills the cache of the menu's counts
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_checkup_explains_every_result(measured, client_of):
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:checkup", args=["610104001001"]))
    assert "比规模下限少 1 户" in text
    assert "1000户至5000户" in text
    assert "999 户" in text
    assert "LH-SIZE-01" in text
    assert "/policies/lianhu-2024/#%28%E5%9B%9B%29" in text  # the clause (四)
    assert 'href="/communities/610104001001/#community"' in text
    assert "2024-02-29 起" in text
    assert "G05" not in text and "D10" not in text, "numbers of our own notes mean nothing to users"


def test_checkup_on_another_day_has_the_rules_of_that_day(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    url = reverse("policies:checkup", args=["610104001001"])
    assert "LH-SIZE-01" not in text_of(client, f"{url}?on=2024-02-28")
    assert "LH-SIZE-01" in text_of(client, f"{url}?on=20240229")
    assert "无法识别" in text_of(client, f"{url}?on=明天")
    assert 'href="/communities/610104001001/?on=2024-02-29#community"' in text_of(
        client, f"{url}?on=2024-02-29"
    )


def test_checkup_can_be_limited_to_an_outcome_and_grouped_by_document(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    url = reverse("policies:checkup", args=["610104001001"])
    assert "LH-SIZE-02" not in text_of(client, f"{url}?outcome=not_met")
    assert "陕西省民政厅关于学习" in text_of(client, f"{url}?by=document")


def test_checkup_of_a_community_without_data_lists_what_to_enter(measured, client_of):
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:checkup", args=["610104002001"]))
    assert "请补录" in text
    assert 'class="lamp red"' not in text


def test_checkup_and_overview_lead_to_each_other(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    response = client.get(reverse("policies:checkup", args=["610104001"]))
    assert response.url == reverse("policies:overview", args=["610104001"])
    response = client.get(reverse("policies:overview", args=["610104001001"]))
    assert response.url == reverse("policies:checkup", args=["610104001001"])
    assert client.get(reverse("policies:own_overview")).url == reverse("policies:overview", args=["610104"])
    community = client_of(Role.COMMUNITY)
    assert community.get(reverse("policies:own_overview")).url == reverse(
        "policies:checkup", args=["610104001001"]
    )


@pytest.mark.parametrize("name", ["policies:checkup", "policies:overview", "communities:detail"])
def test_foreign_and_missing_are_the_same(measured, client_of, name):
    client = client_of(Role.STREET_CLERK)
    answers = set()
    for code in ("610104002001", "610102001001", "610104001999", "abc"):
        response = client.get(reverse(name, args=[code]))
        number = response.headers["X-Request-ID"].encode()
        answers.add((response.status_code, response.content.replace(number, b"")))
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_findings_are_worst_first_and_explained(measured, client_of):
    Finding.objects.filter(standard__measure__code="LH-SIZE-01").update(opened_on=date(2020, 1, 1))
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:findings"))
    assert "比规模下限少 1 户" in text
    assert text.index("严重</small>") < text.index("一般</small>"), "severity goes before age"
    assert "东新街" not in text
    assert "已 " in text


def test_findings_of_another_street_are_not_listed(measured, client_of, user_of):
    assert "莲湖路社区" in text_of(client_of(Role.STREET_CLERK), reverse("policies:findings"))
    other = client_of(Role.STREET_CLERK, measured.other_street)
    assert "莲湖路社区" not in text_of(other, reverse("policies:findings"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("area=610104001", True),
        ("area=610104002", False),
        ("area=610104001001", True),
        ("standard=LH-SIZE-01", True),
        ("standard=LH-FAC-01", False),
        ("severity=amber", True),
        ("severity=red", False),
        ("outcome=not_met", True),
        ("outcome=data_error", False),
        ("since=19990101", True),
        ("since=20990101", False),
    ],
)
def test_findings_can_be_filtered(measured, client_of, query, shown):
    text = text_of(client_of(Role.COUNTY_STAFF), f"{reverse('policies:findings')}?{query}")
    assert ("比规模下限少 1 户" in text) is shown


def test_a_foreign_area_is_refused_like_an_unknown_one(measured, client_of):
    client = client_of(Role.STREET_CLERK)
    for code in ("610102001", "999999999"):
        text = text_of(client, f"{reverse('policies:findings')}?area={code}")
        assert "没有找到这个区划" in text
        assert "西一路街道" not in text


def test_findings_beyond_the_cap_go_in_path_order(measured, client_of, monkeypatch):
    monkeypatch.setattr("governance.policies.views.findings.COUNT_CAP", 1)
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:findings"))
    assert "已改按行政区划顺序显示" in text
    assert "比规模下限少 1 户" in text


def test_overview_counts_and_ranks(measured, client_of):
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:overview", args=["610104"]))
    assert text.index("青年路街道</a>") < text.index("北院门街道</a>"), "the street with data leads"
    assert "/policies/standards/LH-SIZE-01/?area=610104&amp;outcome=not_met#communities" in text
    assert f"{reverse('communities:list')}?area=610104" in text
    league = text.partition("下级达标情况</h2>")[2].partition("</table>")[0]
    assert '<td class="num">1</td>' in league
    assert '<td class="num">2</td>\n                  <td><a' not in league, "without data no place"
    assert "本社区" not in text.split("各项标准")[1], "a remedy for one community has no place here"


def test_overview_before_the_first_evaluation_is_measured_live(measured_tree, client_of):
    _fill(measured_tree)
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:overview", args=["610104"]))
    assert "outcome=not_met#communities" in text


def test_overview_of_a_city_without_counties_finds_its_streets(measured, client_of):
    city = make_division("6144", "无县市", measured.province)
    street = Division.objects.create(
        code="614400001", name="直管街道", level=4, parent=city, path="614400001"
    )
    Division.objects.create(code="614400001001", name="某社区", level=5, parent=street, path="614400001001")
    make_communities()
    refresh(path="", on=timezone.localdate())
    text = text_of(client_of(Role.UPPER_READER, city), reverse("policies:overview", args=["6144"]))
    assert "直管街道</a>" in text


def test_documents_clauses_measures_and_tasks(measured, client_of):
    client = client_of(Role.STREET_CLERK)
    assert "莲湖区关于进一步加强社区管理的若干措施" in text_of(client, reverse("policies:documents"))
    text = text_of(client, reverse("policies:document", args=["lianhu-2024"]))
    assert 'id="(四)"' in text
    assert "市政办发〔2023〕24号" in text
    assert "区住建局、区民政局" in text  # the two leads of task 18
    assert reverse("policies:standard", args=["LH-SIZE-01"]) in text
    assert 'id="tasks"' in text and 'id="relations"' in text and 'id="record"' in text
    assert client.get(reverse("policies:document", args=["unknown"])).status_code == 404


def test_standard_shows_values_formula_and_communities(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    url = reverse("policies:standard", args=["LH-SIZE-01"])
    text = text_of(client, url)
    assert "1000户至5000户" in text and "现行" in text and "2024-02-29" in text
    assert "莲湖路社区" in text and "习武园社区" not in text
    assert "习武园社区" in text_of(client, f"{url}?outcome=met")
    assert "庙后街社区" in text_of(client, f"{url}?outcome=no_data")
    assert "庙后街社区" not in text_of(client, f"{url}?outcome=no_data&area=610104001")
    assert client.get(reverse("policies:standard", args=["LH-NONE-01"])).status_code == 404


def test_standard_measured_above_communities_only_shows_the_division(measured, client_of):
    fill_community(measured.community, households_resident=999, population_urban_resident=10000)
    refresh(path="", on=timezone.localdate())
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:standard", args=["LH-CAD-09"]))
    assert "社区不单独判定" in text
    assert 'id="communities"' not in text


def test_standard_in_the_scope_of_a_street(measured, client_of):
    other = client_of(Role.STREET_CLERK, measured.other_street)
    assert "莲湖路社区" not in text_of(other, reverse("policies:standard", args=["LH-SIZE-01"]))


def test_every_document_shows_its_status_clauses_and_measures(measured_tree, client_of):
    client = client_of(Role.COUNTY_STAFF)
    listed = text_of(client, reverse("policies:documents"))
    for document in PolicyDocument.objects.prefetch_related("clauses", "measures"):
        assert document.title in listed
        text = text_of(client, document.get_absolute_url())
        assert document.get_status_display() in text
        assert document.jurisdiction.name in text
        assert text.count("<tr id=") == len(document.measures.all()), document.key
        for clause in document.clauses.all():
            assert clause.heading in text


def test_a_draft_has_no_colour(measured, client_of):
    PolicyDocument.objects.update(status="draft")
    text = text_of(client_of(Role.COUNTY_STAFF), reverse("policies:checkup", args=["610104001001"]))
    assert "未达标（参考）" in text
    assert 'class="lamp' not in text


def test_home_tells_open_findings(measured, client_of):
    text = text_of(client_of(Role.COUNTY_STAFF), "/")
    assert "待消除的问题" in text
    assert f"{reverse('policies:findings')}?severity=red" in text


@pytest.mark.parametrize(
    "url",
    [
        "/checkup/610104001001/",
        "/findings/",
        "/findings/?area=610104001001&severity=amber",
        "/overview/610104/",
        "/overview/610104001/",
        "/policies/",
        "/policies/lianhu-2024/",
        "/policies/standards/LH-SIZE-01/",
        "/policies/standards/LH-SIZE-01/?area=610104001&outcome=no_data",
        "/policies/standards/SX-VOL-02/",
        "/communities/",
        "/communities/610104001001/",
        "/",
    ],
)
def test_pages_take_few_statements_whatever_the_rows(measured, client_of, url):
    client = client_of(Role.COUNTY_STAFF)
    before = statements(client, url)
    more_communities(measured)
    after = statements(client, url)
    assert after <= MOST
    assert after <= before
