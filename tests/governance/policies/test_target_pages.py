"""目标台账: what it says on which day, pace and past years, the file, and who is told what falls due."""

import re
from datetime import date, timedelta
from fractions import Fraction
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.policies.evaluation.store import store_frozen
from governance.policies.findings import refresh
from governance.policies.models import Measure, Standard
from governance.policies.target_register import register
from tests.factories import Tree
from tests.governance.policies.test_pages import text_of
from tests.registry import add_facilities, add_organisations, fill_community

TODAY = date(2026, 6, 15)


@pytest.fixture
def measured(measured_tree: Tree) -> Tree:
    """Volunteers of 12 % and 14 %; one community has a committee, the others are empty."""
    for code, volunteers in (("610104001001", 1200), ("610104002001", 1400)):
        fill_community(measured_tree[code], population_resident=10000, registered_volunteers=volunteers)
    fill_community(
        measured_tree.community,
        population_resident=10000,
        registered_volunteers=1200,
        has_env_property_committee=True,
    )
    return measured_tree


def _line(tree: Tree, code: str, on: date = TODAY, division=None):
    lines = register(division=division or tree.county, on=on, today=TODAY).lines
    return next(line for line in lines if line.measure.code == code)


STATES = [
    ("SX-VOL-02", date(2022, 12, 7), "open", "13.00%"),
    ("SX-VOL-02", date(2024, 12, 6), "open", "13.00%"),
    ("SX-VOL-02", date(2024, 12, 7), "achieved", "13.00%"),
    ("SX-VOL-02", TODAY, "achieved", "13.00%"),
    ("SX-PROP-03", date(2021, 12, 31), "open", "25.00%"),
    ("SX-PROP-03", date(2022, 1, 1), "missed", "25.00%"),
    ("SX-PROP-03", TODAY, "missed", "25.00%"),
    ("LH-SOC-02", TODAY, "no_data", "暂无数据"),
    ("SX-COV-03", TODAY, "no_data", "暂无数据"),
    ("SX-PTY-03", TODAY, "undated", "暂无数据"),
]


def test_states_by_day(measured: Tree):
    for code, on, state, value in STATES:
        line = _line(measured, code, on)
        assert (line.state.value, line.value_text) == (state, value), (code, on)


def test_a_target_without_an_indicator_says_so(measured: Tree):
    assert "尚无核查指标" in _line(measured, "LH-CAD-08").note
    smart = _line(measured, "SX-SMART-01")
    assert (smart.due_text, smart.state.value) == ("每年 12-31（本年 2026）", "open")
    assert "底线" in _line(measured, "SX-VOL-02").note


def test_a_community_is_not_asked_for_what_only_higher_divisions_have(measured: Tree):
    lines = register(division=measured.community, on=TODAY, today=TODAY).lines
    codes = {line.measure.code: line for line in lines}
    assert "SX-FAC-01" not in codes
    assert (codes["SX-VOL-02"].state.value, codes["SX-VOL-02"].value_text) == ("missed", "12.00%")


def test_pace_from_the_pack_or_from_the_first_freeze(measured: Tree):
    on = date(2026, 6, 11)
    Measure.objects.filter(code="SX-VOL-02").update(due_on=date(2026, 6, 21), due_early_on=None)
    Standard.objects.filter(measure__code="SX-VOL-02").update(due_on=date(2026, 6, 21))
    assert _line(measured, "SX-VOL-02", on).pace is None
    store_frozen(on=date(2026, 6, 1))
    pace = _line(measured, "SX-VOL-02", on).pace
    assert (pace.last.start, pace.last.baseline, pace.expected, pace.is_ahead) == (
        date(2026, 6, 1),
        13,
        13,
        True,
    )
    pack = {"start": "2026-06-01", "baseline": "14"}
    Standard.objects.filter(measure__code="SX-VOL-02").update(pace=pack)
    line = _line(measured, "SX-VOL-02", on)
    assert line.pace.expected == 13.5
    assert line.pace_text == "当日应达 13.50%，实际 13.00%，不落后"  # it may fall to 13


def test_a_yearly_quota_has_its_pace_and_its_past_years(measured: Tree, client_of):
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), None]
    add_facilities(
        measured.community, [{"kind": "station", "started_on": day, "building_area_c": 1} for day in days]
    )
    line = _line(measured, "SX-FAC-01", division=measured.province)
    assert (line.state.value, line.due, line.value_text) == ("open", date(2026, 12, 31), "1 个")
    passed = Fraction((TODAY - date(2026, 1, 1)).days, (date(2026, 12, 31) - date(2026, 1, 1)).days)
    assert line.pace.expected == 100 * passed
    assert line.pace.is_ahead is False
    assert "贡献" in _line(measured, "SX-FAC-01").note and _line(measured, "SX-FAC-01").pace is None

    client = client_of(Role.UPPER_READER, measured.province)
    text = text_of(client, "/targets/61/SX-FAC-01/?on=2026-06-15")
    years = dict(re.findall(r'<th scope="row">(20\d\d)</th>\s*<td class="num">(\d+|—)</td>', text))
    assert years == {"2025": "2", "2024": "1", "2023": "0", "2022": "0", "2021": "0", "2020": "0"}
    assert "已到期，未达成" in text and "应达进度与实际" in text and "<polyline" in text


def test_the_register_prints_its_name_and_filters(measured: Tree, client_of):
    refresh(path="", on=timezone.localdate())
    client = client_of(Role.COUNTY_STAFF)
    text = text_of(client, "/targets/610104/")
    assert "莲湖区目标完成情况登记表" in text and "SX-VOL-02" in text
    missed = text_of(client, "/targets/610104/?state=missed")
    assert "SX-PROP-03" in missed and "SX-VOL-02" not in missed
    own = text_of(client, "/targets/610104/?document=lianhu-2024")
    assert "LH-SOC-02" in own and "SX-PROP-03" not in own
    assert client.get("/targets/").url == "/targets/610104/"
    assert client.get("/targets/610102/").status_code == 404
    assert client.get("/targets/610104/NO-SUCH-01/").status_code == 404
    assert client.get("/targets/610104/LH-SIZE-01/").status_code == 404
    assert (
        "进度" not in text_of(client, "/targets/610104/SX-COV-03/").partition("历年")[0].partition("<h2")[2]
    )


def test_the_file_has_the_lines_of_the_page_and_is_logged(measured: Tree, client_of):
    answer = client_of(Role.COUNTY_STAFF).get("/targets/610104/export/?on=2026-06-15&state=missed")
    rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    codes = {row[0]: row for row in rows[1:]}
    assert codes["SX-PROP-03"][5:9] == ("已到期，未达成", "未达标", "25.00%", "不低于100%")
    assert "SX-VOL-02" not in codes
    event = Event.objects.filter(kind="export").latest("pk")
    assert event.detail["rows"] == len(codes)


@pytest.mark.parametrize(("days", "told"), [(30, True), (31, False), (0, True), (-1, False)])
def test_who_collects_data_is_told_what_falls_due_within_a_month(measured, client_of, days: int, told: bool):
    due = timezone.localdate() + timedelta(days=days)
    Measure.objects.filter(code="LH-SOC-02").update(due_on=due)
    title = "目标到期：" + Measure.objects.get(code="LH-SOC-02").title
    assert (title in text_of(client_of(Role.COUNTY_STAFF), "/todo/")) is told
    assert title not in text_of(client_of(Role.STREET_LEAD), "/todo/")


def test_a_coverage_target_counts_its_parts(measured: Tree, client_of):
    add_organisations(measured.community, 10)
    refresh(path="", on=timezone.localdate())
    text = text_of(client_of(Role.COUNTY_STAFF), "/targets/610104/SX-VOL-02/")
    assert re.search(r"青年路街道</a></th>\s*<td class=\"num\">12.00%", text)
    assert re.search(r"北院门街道</a></th>\s*<td class=\"num\">14.00%", text)


def test_pace_from_a_freeze_costs_few_statements(measured: Tree, client_of):
    store_frozen(on=timezone.localdate() - timedelta(days=10))
    due = timezone.localdate() + timedelta(days=10)
    Measure.objects.filter(code="SX-VOL-02").update(due_on=due, due_early_on=None)
    Standard.objects.filter(measure__code="SX-VOL-02").update(due_on=due)
    refresh(path="", on=timezone.localdate())
    client = client_of(Role.COUNTY_STAFF)
    for url in ("/targets/610104/", "/targets/610104/SX-VOL-02/"):
        client.get(url)
        with CaptureQueriesContext(connection) as statements:
            text = text_of(client, url)
        assert "应达" in text
        assert len(statements) <= 15, url
