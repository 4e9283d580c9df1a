"""Components: what they print, that they escape, that colour never stands alone."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from governance.web import formats
from governance.web.charts import Bar, Part, Stack, horizontal_bars, stacked_bars
from governance.web.outcomes import OUTCOMES, look


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_every_outcome_has_its_own_word_and_shape() -> None:
    assert set(OUTCOMES) == {
        "met", "not_met", "warning", "infeasible", "no_data", "not_applicable", "data_error", "information",
    }  # fmt: skip
    assert len({each.text for each in OUTCOMES.values()}) == len(OUTCOMES)
    assert all(each.text for each in OUTCOMES.values())


def test_only_the_severity_makes_a_failure_red() -> None:
    assert look("not_met", "red").css == "red"
    assert look("not_met", "amber").css == "amber"
    assert look("not_met", "grey").css == "grey"
    assert look("met", "red").css == "green"
    assert render("{% lamp 'not_met' 'amber' %}") == '<span class="lamp amber">未达标</span>'


def test_components_escape() -> None:
    source = "{% tag text 'red' %}{% figure text url '人' %}{% panel text %}{{ text }}{% endpanel %}"
    html = render(source, text="<b>", url="/a?b=1&c=2")
    assert "<b>" not in html
    assert html.count("&lt;b&gt;") == 4
    assert "b=1&amp;c=2" in html


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (60000, "600.00"),
        (12840, "128.40"),
        (0, "0.00"),
        (-5, "-0.05"),
        (None, "—"),
        (123456789, "1,234,567.89"),
    ],
)
def test_quantities_are_exact(value: int | None, shown: str) -> None:
    assert formats.area(value) == shown
    assert render("{{ value|yuan }}", value=value) == shown


def test_shares() -> None:
    assert render("{{ part|percent:whole }}", part=1, whole=3) == "33.33%"
    assert render("{{ part|percent:whole }}", part=13, whole=2000) == "0.65%"
    assert render("{{ part|percent:whole }}", part=1, whole=0) == "—"
    assert render("{{ part|percent:whole }}", part=None, whole=5) == "—"


def test_steps_mark_the_current_one() -> None:
    html = render("{% steps rows 2 %}", rows=["录入", ("核对", "2 个工作日"), "审批"])
    assert html.count('aria-current="step"') == 1
    assert '<li class="done">' in html
    assert "<small>2 个工作日</small>" in html


def test_progress_is_an_element_with_text() -> None:
    html = render("{% progress 3 4 '生成报告' %}")
    assert '<progress class="prog" value="3" max="4" aria-label="生成报告">75%</progress>' in html


def test_filter_bar_goes_to_its_own_page() -> None:
    from tests.governance.web.urls import DivisionFilter

    html = render(
        "{% filter_bar form %}", form=DivisionFilter({}), request=RequestFactory().get("/list/?a=1")
    )
    assert 'method="get" action="/list/"' in html
    assert 'for="filter_name"' in html


def test_bars_carry_their_title_and_numbers() -> None:
    svg = horizontal_bars(
        "各街道<达标>", [Bar("甲街道", 3, "3 个", url="/a"), Bar("乙街道", 6, colour="red")], target=4
    )
    assert "<title>各街道&lt;达标&gt;</title>" in svg
    assert 'width="400.0"' in svg and 'width="200.0"' in svg
    assert "stroke-dasharray" in svg
    assert "style=" not in svg
    assert 'role="group"' in svg
    assert horizontal_bars("空", []) == ""


def test_stacks_share_one_scale() -> None:
    rows = [
        Stack("甲", [Part("达标", 3, "green"), Part("未达标", 1, "red")]),
        Stack("乙", [Part("达标", 2, "green")]),
    ]
    svg = stacked_bars("结果", rows)
    assert 'width="300.0"' in svg and 'width="200.0"' in svg
    assert svg.count(">未达标</text>") == 1
    assert 'role="img"' in svg
