"""辖区概览: league, themes, single standards, and the change since the last frozen period."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.evaluation.store import store_frozen
from governance.policies.evaluation.upper import upper_results
from governance.policies.findings import refresh
from governance.policies.outcomes import Outcome
from governance.policies.views.district import difference_text, measure, relations
from tests.factories import Tree
from tests.registry import fill_community
from tests.snapshot import made_once

ClientOf = Callable[..., Client]


def _freeze_and_measure(tree: Tree) -> None:
    store_frozen(on=today() - timedelta(days=1))
    fill_community(tree.community, households_resident=3000, population_resident=9000)
    refresh(path="", on=today())


@pytest.fixture
def frozen_tree(filled_tree: Tree) -> Tree:
    """The filled tree, frozen yesterday, then mended in one community and measured today."""
    made_once("policies/test_overview", lambda: _freeze_and_measure(filled_tree))
    return filled_tree


def page(client: Client, code: str, query: str = "") -> dict:
    answer = client.get(f"/overview/{code}/{query}")
    assert answer.status_code == 200
    return {**answer.context_data, "text": answer.content.decode()}


def test_the_whole_is_the_sum_of_its_parts(frozen_tree: Tree) -> None:
    county = frozen_tree.county
    now, _, _ = relations(county.path)
    summed = measure(now, county, list(county.children.current()))
    [directly] = upper_results(relation=now, level=county.level)
    assert summed.own.as_json() == directly.as_json()
    assert summed.own.sums == directly.sums


def test_ranks_shares_and_the_change_since_the_last_freeze(frozen_tree: Tree, client_of: ClientOf) -> None:
    seen = page(client_of(Role.COUNTY_STAFF), "610104")
    lines = [line for line, _ in seen["units"]]
    shares = [line.share for line in lines if line.is_judged]
    assert shares == sorted(shares, reverse=True)
    assert next(line.rank for line in lines if line.is_judged) == 1
    assert seen["before_on"] == today() - timedelta(days=1)
    for line in lines:
        assert line.change_text in seen["text"]
    assert "上期" in seen["text"] and "达标率排名" in seen["text"]


def test_a_theme_and_a_standard_narrow_everything(frozen_tree: Tree, client_of: ClientOf) -> None:
    client = client_of(Role.COUNTY_STAFF)
    whole = page(client, "610104")
    by_theme = page(client, "610104", "?theme=size")
    codes = {line.trace.code for _, lines in by_theme["groups"] for line in lines}
    assert codes and all(code.split("-")[1] in {"SIZE", "BND", "ADJ"} for code in codes)
    assert len(by_theme["theme_stacks"]) == 1
    one = page(client, "610104", "?standard=LH-SIZE-01")
    [trace] = [trace for trace in whole["own"].traces if trace.code == "LH-SIZE-01"]
    met = sum(line.counts.get(Outcome.MET, 0) for line, _ in one["units"])
    assert met == trace.counts.get(Outcome.MET, 0)
    assert "看全部" in one["text"]
    assert page(client, "610104", "?standard=nonsense")["chosen"] is False


@pytest.mark.slow
def test_numbers_lead_to_lists_of_as_many(frozen_tree: Tree, client_of: ClientOf) -> None:
    client = client_of(Role.COUNTY_STAFF)
    seen = page(client, "610104")
    followed = 0
    for tile in seen["tiles"]:
        if tile.get("url") and "/findings/" in tile["url"]:
            assert client.get(tile["url"]).context["page"].total == tile["value"]
            followed += 1
    for _, lines in seen["groups"]:
        for line in lines[:3]:
            for cell in line.cells:
                if cell.url:
                    assert client.get(cell.url).context["page"].total == cell.value
                    followed += 1
    assert followed > 5


def test_without_a_freeze_nothing_is_compared(filled_tree: Tree, client_of: ClientOf) -> None:
    refresh(path="", on=today())
    seen = page(client_of(Role.STREET_LEAD), "610104001")
    assert seen["before_on"] is None and "较上期" not in seen["text"]
    assert difference_text(3, None) == "" and difference_text(3, 3) == "与上期持平"
    assert difference_text(3, 1) == "较上期 +2" and difference_text(1, 3) == "较上期 -2"


def test_few_statements(frozen_tree: Tree, client_of: ClientOf) -> None:
    for role, code in ((Role.COUNTY_STAFF, "610104"), (Role.UPPER_READER, "6101")):
        client = client_of(role)
        cache.clear()
        client.get("/todo/")
        page(client, code)
        with CaptureQueriesContext(connection) as seen:
            page(client, code)
        assert len(seen) <= 15
