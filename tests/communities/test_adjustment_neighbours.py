"""就近合并: communities that are drawn must lie side by side."""

import pytest
from django.core.exceptions import ValidationError

from communities.adjustments import drafting
from communities.adjustments.applying import apply
from communities.adjustments.checks import plan_faults
from communities.adjustments.plan import read
from communities.boundaries.neighbours import NEAR
from communities.models import Adjustment, CommunityBoundary
from governance.accounts import options
from governance.accounts.models import Setting
from governance.accounts.roles import Role
from tests.communities.boundaries import put_in_force, square
from tests.communities.test_adjustments import ON, make_merge
from tests.factories import Tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(user_of):
    return user_of(Role.STREET_CLERK)


def test_drawn_communities_that_are_apart_are_refused_by_name(filled_tree: Tree, clerk, user_of):
    first, second = filled_tree.community, filled_tree["610104001002"]
    put_in_force(clerk, first, square(0, 0))
    adjustment = make_merge(clerk, first, second)
    assert plan_faults(read(adjustment)) == [], "one of them is not drawn"

    # Drawn after the plan: 200 m of somebody else lie between them (two squares of some 92 m).
    put_in_force(clerk, second, square(3, 0))
    (told,) = plan_faults(read(adjustment))
    assert told.startswith("“莲湖路社区”与“习武园社区”在边界图上不相邻，最近处相距 184 米")
    with pytest.raises(ValidationError, match="不相邻"):
        apply(user=user_of(Role.COUNTY_LEAD), adjustment=adjustment, approval="莲政函〔2026〕8号")
    drafting.withdraw(user=clerk, adjustment=adjustment, reason="不相邻")
    with pytest.raises(ValidationError) as refused:
        make_merge(clerk, second, first, name="新社区")
    assert "不相邻" in refused.value.message_dict["sources"][0]
    assert Adjustment.objects.count() == 1


def test_what_touches_or_lies_as_near_as_the_setting_says_is_side_by_side(filled_tree: Tree, clerk):
    first, second = filled_tree.community, filled_tree["610104001002"]
    put_in_force(clerk, first, square(0, 0))
    put_in_force(clerk, second, square(1.5, 0))
    adjustment = Adjustment.objects.create(
        division=filled_tree.street, kind="merge", effective_on=ON, basis="请示", drafted_by=clerk, key="near"
    )
    for each in (first, second):
        adjustment.sources.create(division=each)
    adjustment.successors.create(number=1, name=first.name, continues=first)

    def is_apart() -> bool:
        return any("不相邻" in each for each in plan_faults(read(adjustment)))

    assert is_apart(), "46 m are more than 20"
    Setting.objects.create(key=NEAR.key, value=60)
    options.forget()
    assert not is_apart()
    Setting.objects.all().delete()
    options.forget()
    CommunityBoundary.objects.filter(division=second).delete()
    put_in_force(clerk, second, square(1, 0))
    assert not is_apart()


def test_a_third_may_hold_two_together(filled_tree: Tree, clerk):
    from communities.boundaries.checks import Outline
    from communities.boundaries.geojson import as_shape
    from communities.boundaries.neighbours import apart

    row = [Outline(str(k), name, as_shape(square(k, 0))) for k, name in enumerate("甲乙丙")]
    assert list(apart(row, limit=0)) == []
    assert list(apart([row[2], row[0], row[1]], limit=0)) == []
    (told,) = apart([row[0], row[2]], limit=0)
    assert "“甲”与“丙”" in told
    corner = Outline("9", "丁", as_shape(square(1, 1)))
    assert list(apart([row[0], corner], limit=0)) == []
