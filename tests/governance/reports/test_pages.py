"""Pages of the half-year reports: whom they show what, figures down to rows, files, asking for a report."""

import hashlib
import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.registry import make_communities
from governance.jobs.models import Job
from governance.reports.models import Period, Report
from governance.reports.origin import origin_rows
from governance.reports.periods import HalfYear
from tests.factories import Tree, make_division
from tests.registry import fill_community

AFTER, BEFORE = date(2026, 6, 16), date(2026, 6, 15)
MOST = 15


@pytest.fixture
def report(filled_tree: Tree, keep) -> Report:
    """The final report of 莲湖区 for the first half of 2026."""
    return keep(filled_tree.county, AFTER)


def body(response) -> str:
    return response.content.decode()


def page(client: Client, name: str, *args, status: int = 200) -> str:
    response = client.get(reverse(f"reports:{name}", args=args))
    assert response.status_code == status
    return body(response)


def table(text: str) -> str:
    return text.partition("<tbody>")[2].partition("</tbody>")[0]


def statements(client: Client, url: str) -> int:
    client.get(url)  # fills the cache of the menu's counts
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def number(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.]", "", text) or 0)


# --- list and detail --------------------------------------------------------------------------------------
def test_list_shows_reports_in_scope_newest_period_first(filled_tree, keep, client_of):
    for division in (filled_tree.county, filled_tree.street, filled_tree.foreign_county):
        keep(division, AFTER)
    keep(filled_tree.county, AFTER, "2026H2")
    rows = table(page(client_of(Role.COUNTY_STAFF), "list"))
    assert "新城区" not in rows
    assert rows.index("2026年下半年") < rows.index("2026年上半年")
    assert "定稿 2026H1-1" in rows and "草稿" in rows
    assert "青年路街道" in rows
    of_street = table(page(client_of(Role.STREET_CLERK), "list"))
    assert "青年路街道" in of_street and "莲湖区" not in of_street


def test_empty_list_says_what_to_do(tree, client_of):
    assert "还没有报告" in page(client_of(Role.COUNTY_STAFF), "list")


@pytest.mark.parametrize(
    ("role", "may_generate"),
    [(Role.COUNTY_STAFF, True), (Role.SYSTEM_ADMIN, True), (Role.STREET_CLERK, False)],
)
def test_only_who_may_generate_sees_the_button(report, client_of, role, may_generate):
    assert (reverse("reports:generate") in page(client_of(role), "list")) == may_generate


def test_detail_tells_what_the_report_stands_on(report, client_of):
    text = page(client_of(Role.COUNTY_STAFF), "detail", report.pk)
    for words in ("定稿 2026H1-1", "2026-06-15", "2026-06-30", report.sha256, "莲湖区"):
        assert words in text
    assert reverse("reports:pdf", args=[report.pk]) in text
    assert reverse("reports:annex", args=[report.pk]) in text
    assert len(report.figures) >= 20
    for figure in report.figures:
        assert figure["label"] in text
    # The keys of figures are for programs; a reader sees numbers and Chinese names.
    assert ">total.population_resident<" not in text and ">communities_filled<" not in text


@pytest.mark.slow
@pytest.mark.one_database  # the rows of every figure are asked for below
def test_every_link_of_a_figure_opens(report, client_of):
    client = client_of(Role.COUNTY_STAFF)
    links = re.findall(r'href="([^"]+/figures/[^"]+)"', page(client, "detail", report.pk))
    with_value = [figure for figure in report.figures if figure["value"] is not None]
    assert len(links) == len(with_value)
    for link, figure in zip(links, with_value, strict=True):
        response = client.get(link)
        assert response.status_code == 200
        assert figure["label"] in body(response)


def test_an_administrator_sees_figures_but_no_rows(report, client_of):
    client = client_of(Role.SYSTEM_ADMIN)
    assert "/figures/" not in page(client, "detail", report.pk)
    page(client, "figure", report.pk, "communities", status=403)


# --- figures down to rows -----------------------------------------------------------------------------------
@pytest.mark.slow
def test_rows_of_additive_figures_add_up(report):
    opened = 0
    for figure in report.figures:
        parts = figure["id"].split(".")
        if parts[0] == "unit":
            parts = parts[2:]
        rows = origin_rows(report=report, figure=figure["id"])
        if parts[0] in {"total", "outcomes"}:
            found = sum(number(row.text) for row in rows)
        elif parts[0] in {"count", "communities"}:
            found = len(rows)
        elif parts[0] == "communities_filled":
            found = sum(row.text == "已填报" for row in rows)
        else:
            continue
        assert found == Decimal(str(figure["value"] or 0)), figure
        opened += 1
    assert opened > 30


def test_figure_page_lists_communities_with_their_part(report, client_of):
    text = page(client_of(Role.COUNTY_STAFF), "figure", report.pk, "total.households_resident")
    assert "5400户" in text.replace(",", "").replace(" ", "")
    rows = re.findall(r"<tr>.*?</tr>", table(text), re.DOTALL)
    assert [re.search(r"\d{12}", row)[0] for row in rows] == [
        "610104001001",
        "610104001002",
        "610104002001",
        "610104002002",
    ]
    assert "暂无数据" in rows[3]
    assert reverse("communities:detail", args=["610104001001"]) in rows[0]
    parts = [number(re.search(r'class="num">([^<]*)<', row)[1]) for row in rows]
    assert parts == [900, 1800, 2700, 0]


def test_figure_of_a_standard_shows_outcomes_and_leads_to_its_clause(report, client_of):
    client = client_of(Role.COUNTY_STAFF)
    text = page(client, "figure", report.pk, "count.LH-SIZE-01.not_met")
    assert "莲湖路社区" in text and "习武园社区" not in text
    assert reverse("policies:standard", args=["LH-SIZE-01"]) in text


def test_figure_of_a_unit_below_holds_its_communities_only(report, client_of):
    name = next(f["id"] for f in report.figures if f["id"].startswith("unit.610104001."))
    rows = table(page(client_of(Role.COUNTY_STAFF), "figure", report.pk, name))
    assert "莲湖路社区" in rows and "庙后街社区" not in rows


def test_final_figures_keep_their_rows_when_the_data_change(report, filled_tree):
    fill_community(filled_tree.community, households_resident=1)
    rows = origin_rows(report=report, figure="total.households_resident")
    assert [number(row.text) for row in rows] == [900, 1800, 2700, 0]


def test_draft_is_opened_with_the_rules_of_its_own_day(filled_tree, keep, client_of, set_today):
    draft = keep(filled_tree.county, BEFORE)
    assert draft.is_draft and draft.on == BEFORE
    set_today(date(2026, 12, 1))
    figure = next(f for f in draft.figures if f["id"] == "outcomes.met")
    rows = origin_rows(report=draft, figure="outcomes.met")
    assert sum(number(row.text) for row in rows) == figure["value"]
    assert "草稿" in page(client_of(Role.COUNTY_STAFF), "figure", draft.pk, "outcomes.met")


def test_a_figure_that_is_not_in_the_report_is_not_found(report, client_of):
    page(client_of(Role.COUNTY_STAFF), "figure", report.pk, "total.nothing", status=404)


# --- files --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "attribute"), [("pdf", "file_name"), ("annex", "annex_name")])
def test_the_right_file_is_handed_out_and_logged(report, report_folder, client_of, name, attribute):
    response = client_of(Role.COUNTY_STAFF).get(reverse(f"reports:{name}", args=[report.pk]))
    content = response.content
    assert content == (report_folder / getattr(report, attribute)).read_bytes()
    disposition = unquote(response.headers["Content-Disposition"])
    assert disposition.startswith("attachment") and "莲湖区2026年上半年进展报告" in disposition
    event = Event.objects.filter(kind=EventKind.EXPORT).latest("pk")
    assert event.username == Role.COUNTY_STAFF.value
    assert event.detail["sha256"] == hashlib.sha256(content).hexdigest()
    assert event.path == report.path


def test_the_annex_holds_every_figure_and_every_community(report, report_folder):
    book = load_workbook(BytesIO((report_folder / report.annex_name).read_bytes()))
    figures, communities = book.worksheets
    assert [row[-1] for row in figures.iter_rows(min_row=2, values_only=True)] == [
        figure["id"] for figure in report.figures
    ]
    assert [row[0] for row in communities.iter_rows(min_row=2, values_only=True)] == [
        "610104001001",
        "610104001002",
        "610104002001",
        "610104002002",
    ]
    heads = [cell.value for cell in book["社区核查明细"][1]][2:]
    assert {head[:2] for head in heads} == {"SX", "LH"}, "no column for rules of other provinces"


def test_a_draft_says_so_in_the_name_of_the_file(filled_tree, keep, client_of):
    draft = keep(filled_tree.county, BEFORE)
    response = client_of(Role.COUNTY_STAFF).get(reverse("reports:pdf", args=[draft.pk]))
    assert "（草稿）.pdf" in unquote(response.headers["Content-Disposition"])


@pytest.mark.parametrize("name", ["detail", "pdf", "annex"])
def test_foreign_is_like_missing_and_a_wrong_role_is_refused(filled_tree, keep, client_of, name):
    foreign, own = keep(filled_tree.foreign_county, AFTER), keep(filled_tree.county, AFTER)
    staff = client_of(Role.COUNTY_STAFF)
    page(staff, name, foreign.pk, status=404)
    page(staff, name, own.pk + 999, status=404)
    page(client_of(Role.DEPARTMENT), name, own.pk, status=403)
    assert Event.objects.filter(kind=EventKind.REFUSAL, username=Role.DEPARTMENT.value).count() == 1
    assert not Event.objects.filter(kind=EventKind.EXPORT).exists()


def test_a_street_does_not_get_the_report_of_its_county(report, client_of):
    page(client_of(Role.STREET_CLERK), "pdf", report.pk, status=404)


def test_a_file_that_is_gone_is_not_found(report, report_folder, client_of):
    (report_folder / report.file_name).unlink()
    page(client_of(Role.COUNTY_STAFF), "pdf", report.pk, status=404)
    assert not Event.objects.filter(kind=EventKind.EXPORT).exists()


# --- asking for a report ------------------------------------------------------------------------------------
def ask(client: Client, *, token: str = "", **values: str):
    url = reverse("reports:generate")
    token = token or re.search(r'name="token" value="([^"]+)"', body(client.get(url)))[1]
    return client.post(url, {"period": "2026H1", "division": "610104", "token": token} | values)


def test_a_job_is_asked_for_and_shown(measured_tree, client_of, set_today):
    set_today(AFTER)
    response = ask(client_of(Role.COUNTY_STAFF))
    job = Job.objects.get()
    assert response.url == reverse("jobs:detail", args=[job.pk])
    assert job.payload == {"period": "2026H1", "division": "610104"}
    assert job.path == measured_tree.county.path


def test_a_double_click_makes_one_job_and_a_new_page_another(measured_tree, client_of, set_today):
    set_today(AFTER)
    client = client_of(Role.COUNTY_STAFF)
    token = "6f1c0b0e-8f6f-4a53-a3a7-0d4f2f1c9a10"
    first, second = ask(client, token=token), ask(client, token=token)
    assert first.url == second.url
    assert Job.objects.count() == 1
    ask(client)
    assert Job.objects.count() == 2


def test_divisions_to_choose_are_the_own_and_those_below(measured_tree, client_of):
    text = page(client_of(Role.COUNTY_STAFF), "generate")
    assert "莲湖区（610104）" in text and "青年路街道（610104001）" in text
    assert "新城区" not in text and "莲湖路社区（" not in text


@pytest.mark.parametrize(
    "values", [{"division": "610102"}, {"division": "610104001001"}, {"period": "2001H1"}]
)
def test_what_is_not_offered_is_refused(measured_tree, client_of, set_today, values):
    set_today(AFTER)
    response = ask(client_of(Role.COUNTY_STAFF), **values)
    assert response.status_code == 422
    assert not Job.objects.exists()


def test_a_role_without_the_right_cannot_ask(measured_tree, client_of):
    page(client_of(Role.STREET_CLERK), "generate", status=403)
    response = client_of(Role.STREET_CLERK).post(reverse("reports:generate"), {"division": "610104001"})
    assert response.status_code == 403
    assert not Job.objects.exists()


def test_a_period_that_has_not_begun_is_refused_in_the_form(measured_tree, client_of, set_today):
    """Its cut-off was moved behind today, so that the next period begins later than usual."""
    period = Period.objects.for_half_year(HalfYear(2026, 1))
    period.cut_off = date(2026, 6, 20)
    period.save()
    set_today(date(2026, 6, 18))
    response = ask(client_of(Role.COUNTY_STAFF), period="2026H2")
    assert response.status_code == 422
    assert "目前尚未开始" in body(response)
    assert not Job.objects.exists()


# --- cost ---------------------------------------------------------------------------------------------------
def test_pages_take_few_statements_whatever_the_rows(filled_tree, keep, client_of):
    client = client_of(Role.COUNTY_STAFF)

    def taken(report: Report) -> dict[str, int]:
        args = {"detail": [report.pk], "figure": [report.pk, "outcomes.not_met"]}
        names = ("list", "detail", "figure", "generate")
        return {
            name: statements(client, reverse(f"reports:{name}", args=args.get(name, []))) for name in names
        }

    few = keep(filled_tree.county, AFTER)
    before = taken(few)
    for k in range(20):
        division = make_division(f"6101040010{50 + k}", f"新增{k}社区", filled_tree.street)
        street = make_division(f"6101041{k:02d}", f"新增{k}街道", filled_tree.county)
        make_communities()
        fill_community(division, households_resident=10 + k, population_resident=100)
        keep(street, AFTER)
    Report.objects.filter(pk=few.pk).delete()
    after = taken(keep(filled_tree.county, BEFORE))
    for name, count in after.items():
        assert count <= MOST
        # A draft is measured live, which takes its rules from the policies first.
        assert count <= before[name] + (6 if name == "figure" else 0)
