"""What the pages of documents and standards say, and the checkup against the last frozen period."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Role
from governance.policies.comparisons import AtLeast, AtMost
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.resolve import replacement, rules_for
from governance.policies.evaluation.store import store_frozen
from governance.policies.findings import refresh
from governance.policies.indicators import all_inputs
from governance.policies.inheritance import heirs, meetings
from governance.policies.mechanisms import measure_state
from governance.policies.models import Measure, PolicyDocument, Standard, StandardValue
from governance.policies.presentation import rows_url
from governance.policies.progress import compare
from tests.factories import Tree
from tests.governance.policies.test_pages import text_of
from tests.registry import add_facilities, fill_community
from tests.snapshot import made_once

SIZE = "/policies/standards/LH-SIZE-01/"


def _measure(tree: Tree) -> None:
    for code, households in (("610104001001", 999), ("610104001002", 1000), ("610104002001", 6000)):
        fill_community(tree[code], households_resident=households, population_resident=6000)
    refresh(path="", on=timezone.localdate())


@pytest.fixture
def measured(measured_tree: Tree) -> Tree:
    """One community misses the size, one meets it, two are empty; a foreign county knows nothing."""
    made_once("policies/test_policy_pages", lambda: _measure(measured_tree))
    return measured_tree


def _total(text: str) -> int:
    return int(re.search(r"共 ([\d,]+) 条", text)[1].replace(",", ""))


def test_every_count_of_a_standard_leads_to_as_many_rows(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    checked = set()
    for code in ("LH-SIZE-01", "SX-VOL-02", "LH-FAC-01"):
        text = text_of(client, f"/policies/standards/{code}/")
        table = text.partition('id="spread"')[2].partition("</table>")[0]
        links = re.findall(r'<td class="num"><a href="([^"]+)">([\d,]+)</a>', table)
        assert links
        for url, count in links:
            url = unescape(url)
            listed = text_of(client, url)
            assert _total(listed) == int(count), url
            checked |= set(re.findall(r"outcome=(\w+)", url)) | {url.split("/")[1]}
    assert {"not_met", "met", "no_data", "findings", "policies"} <= checked


def test_a_community_sees_no_table_of_divisions(measured, client_of):
    text = text_of(client_of(Role.COMMUNITY), SIZE)
    assert 'id="spread"' not in text and "习武园社区" not in text
    assert client_of(Role.COMMUNITY).get("/matrix/610104001/").status_code == 404
    assert client_of(Role.COMMUNITY).get("/matrix/610104001001/").url == "/checkup/610104001001/"


def test_values_from_and_until_with_their_state(measured, client_of):
    standard = Standard.objects.get(measure__code="LH-SIZE-01")
    later = timezone.localdate() + timedelta(days=30)
    StandardValue.objects.create(
        standard=standard, effective_from=later, parameters={"min": 1200, "max": 5000}, clause="(四)"
    )
    text = text_of(client_of(Role.COUNTY_STAFF), SIZE)
    assert f"{later - timedelta(days=1):%Y-%m-%d}" in text and "长期" in text
    assert "尚未生效" in text and "现行" in text and "1200户至5000户" in text


def test_limits_and_bands_in_words(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    assert "两端的数都算在范围内" in text_of(client, SIZE)
    text = text_of(client, "/policies/standards/LH-CAD-03/")
    assert "分档" in text and re.search(r"常住户数(不足|不少于|超过) \d+", text)


def _rule(rules, code):
    return next(rule for rule in rules if rule.code == code)


def test_who_replaces_whom_and_why(measured):
    rules = rules_for(path="", on=timezone.localdate())
    wide, narrow = _narrower(measured, AtLeast(value=80))
    verdict = replacement(narrow, wide)
    assert verdict.holds and "替代" in verdict.reason
    _, easier = _narrower(measured, AtLeast(value=10))
    assert "要求较低" in replacement(easier, wide).reason
    assert replacement(wide, narrow) is None
    assert replacement(rules[0], rules[0]) is None
    narrow.document.status = "draft"
    assert "不是现行" in replacement(narrow, wide).reason
    narrow.document.status = "in_force"
    found = meetings([wide, narrow])
    assert [(each.text, each.place) for each in found] == [("替代", "莲湖区")]
    places = [heir.place for heir in heirs([replace(wide, replaced_in=(narrow.path,)), narrow], "x")]
    assert places == ["陕西省（莲湖区除外）", "莲湖区"]


def _narrower(tree: Tree, comparison: AtLeast | AtMost):
    """A rule of the province, and one of the county about the same indicator."""
    rules = rules_for(path="", on=timezone.localdate())
    indicator = replace(rules[0].indicator, code="x")
    pair = []
    for code, held in (("SX-VOL-02", AtLeast(value=50)), ("LH-FAC-02", comparison)):
        rule = _rule(rules, code)
        rule.standard.binding, rule.standard.area_types = "mandatory", []
        pair.append(replace(rule, indicator=indicator, comparison=held))
    return pair


def test_a_document_lists_its_standards_and_counts_what_is_live(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    text = text_of(client, reverse("policies:document", args=["lianhu-2024"]))
    part = text.partition('id="standards"')[2].partition("</table>")[0]
    assert SIZE in part and "1000户至5000户" in part
    document = PolicyDocument.objects.get(key="lianhu-2024")
    measures = Measure.objects.filter(document=document).select_related("standard")
    live = sum(measure_state(each).is_live for each in measures)
    assert f"已实现 {live}" in text
    assert f'<td class="num">{live}</td>' in text_of(client, reverse("policies:documents"))


def test_checkup_against_the_last_frozen_period(measured, client_of):
    frozen = timezone.localdate() - timedelta(days=40)
    store_frozen(on=frozen)
    fill_community(measured.community, households_resident=1000)
    fill_community(measured["610104001002"], households_resident=900)
    refresh(path="", on=timezone.localdate())
    client = client_of(Role.COUNTY_STAFF)
    text = text_of(client, "/checkup/610104001001/?theme=size")
    assert f"较 {frozen:%Y-%m-%d} 定稿" in text
    assert "999 户" in text and "好转" in text
    assert "变差</span>" in text_of(client, "/checkup/610104001002/?theme=size")
    assert "定稿：" not in text_of(client, f"/checkup/610104001001/?on={frozen:%Y%m%d}")


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (900, 950, "好转"),
        (950, 900, "变差"),
        (900, 900, "持平"),
        (None, 900, "上期缺数据"),
        (900, None, "本期缺数据"),
    ],
)
def test_better_or_worse_by_the_gap(measured, old, new, verdict):
    traces = []
    for households in (old, new):
        fill_community(measured.community, households_resident=households)
        found = community_results(division=measured.community, on=timezone.localdate())
        traces.append(next(trace for trace in found if trace.code == "LH-SIZE-01"))
    assert compare(*traces).text == verdict
    assert compare(None, traces[1]) is None


def test_checkup_filters_neighbours_and_findings(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    add_facilities(measured.community, [{"building_area_c": 1}])
    refresh(path="", on=timezone.localdate())
    text = text_of(client, "/checkup/610104001001/?outcome=problem&theme=size")
    assert 'id="LH-SIZE-01"' in text and 'id="LH-SIZE-02"' not in text and 'id="LH-FAC-01"' not in text
    assert re.search(r'href="/findings/\d+/"', text)
    assert "本街道 1 / 2" in text
    assert 'rel="next" href="/checkup/610104001002/?outcome=problem&amp;theme=size"' in text
    assert 'rel="prev"' not in text
    assert "没有符合条件的标准" in text_of(client, "/checkup/610104001002/?outcome=problem&theme=size")
    community = text_of(client_of(Role.COMMUNITY), "/checkup/610104001001/")
    assert "本街道" not in community, "a community sees itself alone"


def _cells(client: Client, url: str) -> str:
    return text_of(client, url).partition("<tbody>")[2].partition("</tbody>")[0]


def test_the_matrix_leads_to_findings_and_checkups(measured, client_of):
    client = client_of(Role.COUNTY_STAFF)
    body = _cells(client, "/matrix/610104/?theme=size")
    assert re.search(
        r'class="lamp amber" href="/findings/\d+/" title="莲湖路社区 社区规模（户数）：未达标"', body
    )
    assert 'href="/checkup/610104001002/#LH-SIZE-01" title="习武园社区 社区规模（户数）：达标"' in body
    assert "物业" not in body and "化觉巷社区" in body and "东新街社区" not in body
    body = _cells(client, "/matrix/610104/?theme=size&severity=amber")
    assert "莲湖路社区" in body and "习武园社区" not in body
    assert "没有符合条件的社区" in text_of(client, "/matrix/610104/?theme=grids&severity=amber")
    assert client.get("/matrix/610102/").status_code == 404


def test_the_matrix_before_the_first_evaluation(measured_tree, client_of):
    assert "还没有评价结果" in text_of(client_of(Role.COUNTY_STAFF), "/matrix/610104/")


def test_every_figure_leads_to_rows_that_are_on_the_page(measured, client_of):
    text = text_of(client_of(Role.COUNTY_STAFF), "/communities/610104001001/")
    for registry in {item.rows for item in all_inputs().values()}:
        if rows_url("610104001001", registry).startswith("/communities/"):
            assert f'id="{registry}"' in text, registry
