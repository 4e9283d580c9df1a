"""拆7并8: what plans carried out do to the target of the county, on the measure's page and in 目标台账."""

from datetime import timedelta

import pytest

from communities.adjustments.applying import apply
from communities.models import AdjustmentKind
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.evaluation.upper import division_result
from governance.policies.figures import figures_of
from governance.policies.models import Measure
from governance.policies.target_register import register
from tests.communities.test_adjustments import ON, make_merge, make_split, settle
from tests.factories import Tree

pytestmark = pytest.mark.django_db
CODE = "LH-ADJ-02"


def value_on(tree: Tree, on) -> object:
    return next(
        trace.value for trace in division_result(division=tree.county, on=on).traces if trace.code == CODE
    )


def test_what_was_split_stays_counted_whatever_becomes_of_it(filled_tree: Tree, user_of):
    clerk, lead = user_of(Role.STREET_CLERK), user_of(Role.COUNTY_LEAD)
    source, other = filled_tree["610104001002"], filled_tree.community
    split = make_split(clerk, source, "习武园东社区", "习武园西社区", listed=1)
    settle(clerk, split)
    apply(user=lead, adjustment=split, approval="莲政函〔2026〕8号")
    east, west = (each.division for each in split.successors.order_by("number"))
    assert [value_on(filled_tree, ON - timedelta(days=1)), value_on(filled_tree, ON)] == [0, 1]

    # Both halves go into another community: the split was done all the same; one of the three is on the list.
    later = ON + timedelta(days=1)
    merged = make_merge(clerk, other, east, west, on=later, listed=1)
    apply(user=lead, adjustment=merged, approval="莲政函〔2026〕9号")
    assert [value_on(filled_tree, ON), value_on(filled_tree, later)] == [1, 2]

    measure = Measure.objects.select_related("document", "clause", "standard").get(code=CODE)
    told = {
        each.label: (each.value, each.note)
        for each in figures_of([measure], filled_tree.county, today())[CODE]
    }
    assert told["名单内已拆分"] == ("1 / 7 个（14.29%）", "")
    assert told["名单内已合并"] == ("1 / 8 个（12.50%）", "名单外另有 2 个")
    street = {each.label: each.value for each in figures_of([measure], filled_tree.street, today())[CODE]}
    assert street["名单内已拆分"] == "1 个"

    line = next(
        each
        for each in register(division=filled_tree.county, on=today(), today=today()).lines
        if each.measure.code == CODE
    )
    assert (line.value_text, line.due_text, line.outcome) == ("2 个", "未定期限", "warning")
    assert line.remedy == "计划名单内还有 13 个社区没有完成拆分、合并。"


def test_pages_ask_whether_communities_stand_on_the_list(filled_tree: Tree, client_of):
    client = client_of(Role.STREET_CLERK)
    data = {"source": "610104001002", "names": "甲社区\n乙社区", "effective_on": "20260901", "basis": "请示"}
    page = client.post(f"/communities/adjustments/new/?kind={AdjustmentKind.SPLIT.value}", data)
    assert (page.status_code, "请选择是否列入计划名单。" in page.content.decode()) == (422, True)
    both = {"sources": ["610104001001", "610104001002"], "into": "610104001001", "listed": "3"}
    page = client.post(f"/communities/adjustments/new/?kind={AdjustmentKind.MERGE.value}", data | both)
    assert "名单内的社区数应为 0 至 2" in page.content.decode()
