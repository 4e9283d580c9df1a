"""Dates as clerks type them; forms as tables with their errors on top."""

from datetime import date

import pytest
from django import forms

from governance.web.columns import stretched
from governance.web.dates import parse_date
from governance.web.forms import DateField
from tests.governance.web.urls import DivisionFilter, SampleForm


@pytest.mark.parametrize(
    "text",
    [
        "20261201",
        "2026.12.1",
        "2026-12-01",
        "2026/12/1",
        "2026年12月1日",
        "2026年12月1",
        "２０２６１２０１",
        " 2026. 12.1 ",
    ],
)
def test_dates_are_read_in_every_usual_form(text: str) -> None:
    assert parse_date(text) == date(2026, 12, 1)


@pytest.mark.parametrize(
    "text", ["", "2026", "20261301", "20260230", "1.12.2026", "2026-12/1", "18991231", "2101.1.1", "昨天"]
)
def test_other_texts_are_no_dates(text: str) -> None:
    with pytest.raises(ValueError):
        parse_date(text)


def test_date_field_says_how_to_write_it() -> None:
    class Form(forms.Form):
        day = DateField(label="日期")

    assert Form({"day": "2026年2月28日"}).is_valid()
    form = Form({"day": "2026年2月30日"})
    assert not form.is_valid()
    assert "20261201" in form.errors["day"][0]


def test_form_is_a_table_with_labels_and_marks() -> None:
    html = str(SampleForm({"name": "", "opened": "x", "kind": "a"}))
    assert "有 2 处需要修改后才能提交" in html
    assert '<a href="#id_name">名称：' in html
    assert 'id="id_opened_error"' in html
    assert 'aria-describedby="id_opened_helptext id_opened_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<select name="kind" class="form-select"' in html
    assert 'role="group" aria-labelledby="id_works_label"' in html
    assert html.count("w3") == 3


def test_filters_ignore_what_does_not_validate() -> None:
    form = DivisionFilter({"name": "莲湖", "opened": "x"})
    assert form.is_active
    assert not form.is_valid()
    assert form.cleaned_data["name"] == "莲湖"


@pytest.mark.parametrize(
    ("wide", "spans"),
    [
        ([], []),
        ([False], [True]),
        ([False, False], [False, False]),
        ([False, False, False], [False, False, True]),
        ([False, True, False, False], [True, True, False, False]),
        ([True, False, True], [True, True, True]),
    ],
)
def test_rows_of_a_form_have_no_holes(wide: list[bool], spans: list[bool]) -> None:
    assert stretched(wide) == spans
