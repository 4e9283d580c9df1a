"""The half-year report from the command: figures, bytes, drafts, refusals."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from governance.audit.models import Event, EventKind
from governance.reports.models import Period, Snapshot
from tests.registry import fill_community
from tests.snapshot import made_once

pytestmark = pytest.mark.slow

AFTER, BEFORE = date(2026, 6, 16), date(2026, 6, 15)


@pytest.fixture
def report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[dict[str, Any], bytes]]:
    def make(*arguments: str, code: str = "610104", period: str = "2026H1") -> tuple[dict[str, Any], bytes]:
        out = tmp_path / "report.pdf"
        capsys.readouterr()
        call_command("progress_report", period, code, "--out", str(out), "--json", *arguments)
        return json.loads(capsys.readouterr().out), out.read_bytes()

    return make


@pytest.fixture
def usual(filled_tree, report, set_today) -> tuple[dict[str, Any], bytes]:
    """The report of the county after the cut-off; setting it takes seconds."""
    set_today(AFTER)
    return made_once("the usual progress report", report)


def _text(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.mark.one_database
def test_every_figure_stands_in_the_text_exactly(usual):
    made, pdf = usual
    text = _text(pdf)
    assert made["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert made["pages"] == len(PdfReader(io.BytesIO(pdf)).pages)
    assert len(made["figures"]) >= 20
    for figure in made["figures"]:
        printed = "暂无数据" if figure["value"] is None else f"{figure['value']}{figure['unit']}"
        assert printed.replace(" ", "") in text, figure


@pytest.mark.one_database
def test_the_report_has_its_parts_tables_and_chart(usual):
    text = _text(usual[1])
    for words in ("一、基本情况", "二、主要工作进展", "三、标准落实和目标完成情况", "五、存在的主要问题"):
        assert words in text
    for words in ("六、下一步工作", "表1", "表2", "表3", "图1"):
        assert words in text


def test_twice_gives_the_same_bytes_and_one_snapshot(filled_tree, report, set_today):
    set_today(AFTER)
    first, second = report(), report()
    assert first == second
    events = Event.objects.filter(kind=EventKind.EXPORT, username="命令行", path=filled_tree.county.path)
    assert [event.detail["sha256"] for event in events] == [first[0]["sha256"]] * 2
    assert first[0]["snapshot"] == "2026H1-1"
    assert Snapshot.objects.count() == 1


def test_later_changes_show_only_after_a_new_freeze(filled_tree, report, set_today):
    set_today(AFTER)
    first, pdf = report()
    fill_community(filled_tree["610104002002"], households_resident=77)
    assert report()[1] == pdf
    again, other = report("--refreeze")
    assert again["snapshot"] == "2026H1-2"
    assert other != pdf
    households = [
        next(f["value"] for f in made["figures"] if f["id"] == "total.households_resident")
        for made in (first, again)
    ]
    assert households[1] - households[0] == 77


def test_figure_ids_are_stable_across_periods(filled_tree, keep):
    first, second = (
        {figure["id"] for figure in keep(filled_tree.county, date(2026, 12, 16), period).figures}
        for period in ("2026H1", "2026H2")
    )
    assert first and first == second


def test_before_the_cut_off_there_is_a_draft_and_no_freeze(filled_tree, report, set_today):
    set_today(BEFORE)
    made, pdf = report()
    assert made["snapshot"] is None
    assert "草稿" in _text(pdf)
    assert not Snapshot.objects.exists()


def test_streets_add_up_to_the_county(filled_tree, keep):
    def additive(code: str) -> dict[str, float]:
        return {
            figure["id"]: figure["value"] or 0
            for figure in keep(filled_tree[code], AFTER).figures
            if figure["id"].split(".")[0] in {"total", "count", "outcomes", "communities"}
        }

    county, streets = additive("610104"), [additive("610104001"), additive("610104002")]
    shared = set(county) & set(streets[0]) & set(streets[1])
    assert len(shared) > 30
    for name in shared:
        assert sum(street[name] for street in streets) == pytest.approx(county[name], abs=0.001), name


def test_a_street_that_has_entered_nothing_is_counted_in_the_county(measured_tree, keep):
    """No figure of the county may come from a street whose own report leaves it out."""
    fill_community(measured_tree.community, households_resident=1500, is_new_build=True)
    kept = [keep(measured_tree[code], AFTER) for code in ("610104", "610104001", "610104002")]
    county, *streets = [{f["id"]: f["value"] or 0 for f in report.figures} for report in kept]
    for name in county:
        if name.split(".")[0] in {"total", "count", "outcomes", "communities"}:
            assert sum(street.get(name, 0) for street in streets) == pytest.approx(county[name]), name


def test_an_area_without_data_gives_a_report_that_says_so(measured_tree, report, set_today):
    set_today(AFTER)
    made, pdf = report(code="610102")
    assert "暂无数据" in _text(pdf)
    values = {figure["id"]: figure["value"] for figure in made["figures"]}
    assert values["total.households_resident"] is None


@pytest.mark.parametrize(
    ("period", "code", "error"),
    [
        ("2027H1", "610104", "period_not_begun"),
        ("2026H9", "610104", "unknown_period"),
        ("2026H1", "990000", "unknown_division"),
        ("2026H1", "610104001001", "no_report"),
    ],
)
def test_what_cannot_be_reported_is_refused(measured_tree, capsys, tmp_path, set_today, period, code, error):
    set_today(AFTER)
    out = tmp_path / "report.pdf"
    with pytest.raises(SystemExit) as left:
        call_command("progress_report", period, code, "--out", str(out), "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == error
    assert not out.exists()
    assert Period.objects.filter(code="2026H9").count() == 0


@pytest.mark.one_database
def test_a_folder_that_is_not_there_is_made_or_refused_without_a_half_file(
    filled_tree, capsys, tmp_path, set_today
):
    set_today(AFTER)
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(SystemExit):
        call_command("progress_report", "2026H1", "610104001", "--out", str(blocked / "r.pdf"), "--json")
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "cannot_write"
    assert blocked.read_text() == "not a folder"
