"""原则与要求对照 in the half-year report: every principle, and the texts accepted before the snapshot."""

from datetime import date

import pytest
from django.utils import timezone

from governance.accounts.roles import Role
from governance.implementation.progress import Progress, decide, report
from governance.policies.models import Measure
from governance.reports.compose import compose
from governance.reports.context import ReportContext
from governance.reports.document.model import OfficialDocument, Table, plain
from governance.reports.freeze import freeze
from governance.reports.models import Period
from governance.reports.periods import HalfYear
from governance.reports.sections.principles import _printable

AFTER = date(2026, 6, 16)


@pytest.fixture
def period(measured_tree):
    return Period.objects.for_half_year(HalfYear.parse("2026H1"))


def _tell(division, user_of, text, key):
    measure = Measure.objects.select_related("document__jurisdiction", "task").get(code="SX-GOAL-01")
    row = report(
        user=user_of(Role.COUNTY_LEAD),
        division=division,
        measure=measure,
        unit_name="",
        progress=Progress("lasting", text),
        key=key,
        today=AFTER,
    )
    staff = user_of(Role.COUNTY_STAFF)
    decide(user=staff, undertaking=row, report_id=row.latest_id, accept=True, key=f"{key}-d")


def _document(period, division, snapshot) -> OfficialDocument:
    return compose(ReportContext(division=division, period=period, on=period.cut_off, snapshot=snapshot))


def _texts(document) -> str:
    return "\n".join(plain(block.runs) for block in document.body if hasattr(block, "runs"))


def test_every_principle_stands_and_later_texts_change_no_frozen_report(measured_tree, period, user_of):
    county = measured_tree.county
    _tell(county, user_of, "就地化解矛盾\n建立台账", "k1")
    snapshot = freeze(period=period, today=AFTER)
    document = _document(period, county, snapshot)
    table = next(b for b in document.body if isinstance(b, Table) and b.caption == "原则与要求对照")
    titles = Measure.objects.filter(kind="principle", document__code__in=["SX", "LH"])
    assert {row[0] for row in table.rows} == set(titles.values_list("title", flat=True))
    assert [row[3] for row in table.rows].count("见下文") == 1
    assert "：就地化解矛盾\n建立台账" in _texts(document)
    _tell(county, user_of, "另一段文字", "k2")
    assert _document(period, county, snapshot) == document
    again = freeze(period=period, today=AFTER, again=True)
    assert "另一段文字" in _texts(_document(period, county, again))
    assert again.created_at <= timezone.now()
    assert "落实情况" in _texts(_document(period, measured_tree.street, again))


def test_what_no_font_prints_becomes_a_question_mark():
    assert _printable("社区——治理 ①ก") == "社区——治理 ①？"


def test_a_draft_document_stands_in_no_report(measured_tree, period):
    document = _document(period, measured_tree["511421"], freeze(period=period, today=AFTER))
    assert not [block for block in document.body if getattr(block, "caption", "") == "原则与要求对照"]
