"""Rounds that ask for ledgers and their periods: who has filed, by street and for the bureau."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.ledgers.models import LedgerEntry
from governance.ledgers.periods import period_of
from governance.rounds.filling import confirm
from governance.rounds.models import Round, RoundStreet
from tests.factories import Tree
from tests.governance.rounds.makers import round_of
from tests.governance.rounds.test_pages import text_of
from tests.registry import add_records, fill_community

STANDING, EVENT = "sx-grid-02", "sx-vol-03"


def yearly() -> str:
    """Last year's work funds, a community each."""
    return f"lh-fund-03:{period_of(today(), 'year').before().code}"


@pytest.fixture
def made(tree: Tree, user_of) -> Round:
    for code in ("610104001001", "610104001002"):
        fill_community(tree[code])
    return round_of(tree, user_of(Role.COUNTY_STAFF), sheets=(), duties=(STANDING, yearly()))


def test_the_form_offers_what_exists_and_periods_and_keeps_the_choice(tree: Tree, client_of) -> None:
    client = client_of(Role.COUNTY_STAFF)
    form = client.get("/rounds/add/").context["form"]
    offered = {key: label for _, group in form.fields["duties"].choices for key, label in group}
    last, this = period_of(today(), "year").before(), period_of(today(), "year")
    assert offered[yearly()].endswith(f"（{last.label}）") and f"lh-fund-03:{this.code}" in offered
    assert offered[STANDING].endswith("（现有）")
    assert offered[EVENT].endswith("（逐次）")
    assert not any(key.startswith(("sx-fund-01", "rs-")) for key in offered), "county, elsewhere"
    data = {
        "title": "年底专项台账",
        "due_on": f"{today() + timedelta(days=5):%Y%m%d}",
        "duties": [STANDING, yearly()],
        "streets": [tree.street.pk],
        "token": form.initial["token"],
    }
    assert client.post("/rounds/add/", {**data, "duties": []}).status_code == 422
    assert client.post("/rounds/add/", data).status_code == 302
    row = Round.objects.get()
    assert (row.sheets, row.duties) == ([], [STANDING, yearly()])


def test_a_ledger_of_elsewhere_is_refused(tree: Tree, user_of) -> None:
    with pytest.raises(ValidationError, match="不适用于本区划"):
        round_of(tree, user_of(Role.COUNTY_STAFF), duties=("hn-pur-06",))


def test_a_street_sees_who_is_missing_and_the_bureau_how_complete_it_is(
    tree: Tree, made: Round, client_of, user_of
) -> None:
    first, second = tree["610104001001"], tree["610104001002"]
    year = yearly().partition(":")[2]
    add_records(
        first,
        [
            {"type": "SX-GRID-02", "values": {"verdict": "all_met"}},
            {"type": "LH-FUND-03", "period": year, "values": {"source": "city", "money": 1}},
            {
                "type": "LH-FUND-03",
                "period": year,
                "name": "二",
                "values": {"source": "district", "money": 1},
            },
        ],
    )
    add_records(second, [{"type": "LH-FUND-03", "period": str(int(year) - 1), "values": {"source": "city"}}])
    add_records(second, [{"type": "SX-GRID-02", "ended_on": today(), "values": {"verdict": "all_met"}}])
    row = RoundStreet.objects.select_related("round", "division").get(round=made, division=tree.street)
    clerk, staff = client_of(Role.STREET_CLERK), client_of(Role.COUNTY_STAFF)
    page = text_of(clerk, row.get_absolute_url())
    assert page.count(f'href="/records/sx-grid-02/add/?area={second.code}"') == 1
    assert page.count(f'href="/records/lh-fund-03/add/?area={second.code}"') == 1
    assert f"add/?area={first.code}" not in page and "各社区（村）台账" not in page
    with CaptureQueriesContext(connection) as queries:
        whole = text_of(staff, made.get_absolute_url())
    assert len(queries) <= 15
    line = whole.partition('id="duties"')[2]
    assert re.findall(r"(\d+) / (\d+)</td>", line)[:1] == [("1", "4")], "both streets"
    street = whole.partition('id="streets"')[2].partition(f">{tree.street.name}<")[2].partition("</tr>")[0]
    assert "2 / 4" in street
    with pytest.raises(ValidationError, match="还有 2 项未填"):
        confirm(user=user_of(Role.STREET_CLERK), row=row, remark="", today=today())


def test_what_is_filed_is_done(tree: Tree, made: Round, client_of) -> None:
    for code in ("610104001001", "610104001002"):
        add_records(
            tree[code],
            [
                {"type": "SX-GRID-02", "values": {"verdict": "all_met"}},
                {"type": "LH-FUND-03", "period": yearly().partition(":")[2], "values": {"source": "city"}},
            ],
        )
    row = RoundStreet.objects.get(round=made, division=tree.street)
    page = text_of(client_of(Role.STREET_CLERK), row.get_absolute_url())
    assert page.count("已填齐") == 2 and "台账都已填好" in page


def test_an_entry_that_is_not_finished_is_not_filed(tree: Tree, user_of, client_of) -> None:
    period = period_of(today(), "year").before().code
    made = round_of(tree, user_of(Role.COUNTY_STAFF), sheets=(), duties=(f"sx-asm-05:{period}",))
    row = RoundStreet.objects.get(round=made, division=tree.street)
    entry = {"type": "SX-ASM-05", "period": period, "values": {"stage": "defined"}}
    add_records(tree.community, [entry])
    clerk = client_of(Role.STREET_CLERK)
    assert "已填齐" not in text_of(clerk, row.get_absolute_url())
    LedgerEntry.objects.update(status="applied")
    assert "已填齐" in text_of(clerk, row.get_absolute_url())
