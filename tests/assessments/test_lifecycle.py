"""From a draft to a published result, and everything that refuses on the way."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assessments.choices import Direction, SchemeState, Source
from assessments.drafting import Draft, Item, change_scheme, draft_of, draft_scheme
from assessments.lifecycle import (
    enact,
    finalise,
    include_new,
    newcomers,
    publish,
    reopen,
    revise,
    withdraw,
)
from assessments.models import Assessment, Scheme, Score
from assessments.scoring import exempt, write_self_report
from assessments.weights import remarks_on
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.records import once
from tests.assessments.conftest import DAY, ITEMS, score_all
from tests.factories import make_division

TODAY = date(2026, 12, 20)


def _texts(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return "；".join(error.value.messages)


def test_weights_must_make_up_a_hundred(draft, lead, clerk):
    short = replace(draft_of(draft), items=[*ITEMS[:2], replace(ITEMS[2], weight_c=3_999)])
    assert change_scheme(user=clerk, scheme=draft, draft=short)
    with pytest.raises(ValidationError) as refused:
        enact(user=lead, scheme=draft, on=DAY)
    assert "各项权重合计 99.99%，应为 100%" in _texts(refused)
    over = replace(short, items=[*ITEMS[:2], replace(ITEMS[2], weight_c=4_001)])
    with pytest.raises(ValidationError) as refused:
        change_scheme(user=clerk, scheme=draft, draft=over)
    assert "100.01%，超过了 100%" in _texts(refused)
    change_scheme(user=clerk, scheme=draft, draft=replace(short, items=ITEMS))
    made = enact(user=lead, scheme=draft, on=DAY)
    assert (made.state, made.satisfaction_c, made.previous_c) == (SchemeState.SCORING, 4_000, 3_500)


@pytest.mark.parametrize("item", [Item("一票否决事项", 1_000), Item("信访", 1_000, basis="发生的一票否决")])
def test_no_scheme_has_a_veto(item, clerk, tree):
    with pytest.raises(ValidationError) as refused:
        draft_scheme(
            user=clerk,
            division=tree.street,
            draft=Draft(2026, Direction.DOWN, "方案", items=[*ITEMS[:1], item]),
        )
    assert "第 2 项：考核不设“一票否决”" in _texts(refused)
    assert not Scheme.objects.exists()


def test_a_criterion_without_a_score_keeps_the_scheme_from_being_final(scheme, lead, tree):
    score_all(scheme)
    last = Score.objects.get(assessment__division=tree["610104001002"], criterion__name="群众满意度")
    Score.objects.filter(pk=last.pk).update(value_c=None)
    with pytest.raises(ValidationError) as refused:
        finalise(user=lead, scheme=scheme)
    assert "习武园社区 缺“群众满意度”" in _texts(refused)
    scheme.refresh_from_db()
    assert (scheme.state, scheme.mean_c) == (SchemeState.SCORING, None)
    Score.objects.filter(pk=last.pk).update(value_c=0)
    finalise(user=lead, scheme=scheme)
    scheme.refresh_from_db()
    # 90.00, and 30 % and 30 % of 89.99 with 0 for the rest: 53.994.
    results = scheme.assessments.order_by("path").values_list("result_c", flat=True)
    assert list(results) == [9_000, 5_399]
    assert (scheme.state, scheme.mean_c) == (SchemeState.FINAL, 7_200)


def test_who_is_left_out_with_a_reason_needs_no_score(scheme, lead, clerk, tree):
    score_all(scheme)
    new = scheme.assessments.get(division=tree["610104001002"])
    Score.objects.filter(assessment=new).delete()
    assert exempt(user=clerk, assessment=new, reason="当年新设立")
    assert not exempt(user=clerk, assessment=new, reason="当年新设立")
    finalise(user=lead, scheme=scheme)
    new.refresh_from_db()
    assert new.result_c is None


def test_communities_that_came_later_are_taken_in_first(scheme, lead, clerk, tree):
    score_all(scheme)
    made = make_division("610104001003", "新社区", tree.street)
    assert newcomers(scheme) == [made]
    with pytest.raises(ValidationError, match="新设的社区"):
        finalise(user=lead, scheme=scheme)
    assert include_new(user=clerk, scheme=scheme) == 1
    assert include_new(user=clerk, scheme=scheme) == 0
    with pytest.raises(ValidationError, match="新社区 缺"):
        finalise(user=lead, scheme=scheme)


def test_the_next_scheme_ends_the_one_before_and_compares_with_it(scheme, lead, clerk, tree):
    following = draft_scheme(
        user=clerk, division=tree.street, draft=Draft(2027, Direction.DOWN, "2027年度方案", items=ITEMS)
    )
    with pytest.raises(ValidationError, match="晚于上一方案"):
        enact(user=lead, scheme=following, on=DAY)
    made = enact(user=lead, scheme=following, on=date(2027, 1, 5))
    scheme.refresh_from_db()
    assert (scheme.ended_on, made.previous_c) == (date(2027, 1, 5), 4_000)
    assert "没有高于上一方案的 40.00%" in "".join(remarks_on(list(made.criteria.all()), made.previous_c))
    revise(user=lead, scheme=made, reason="满意度权重应当提高")
    scheme.refresh_from_db()
    made.refresh_from_db()
    assert (scheme.ended_on, made.state, made.in_force_on) == (None, SchemeState.DRAFT, None)


def test_once_scored_a_scheme_is_not_revised(scheme, lead):
    score_all(scheme)
    with pytest.raises(ValidationError, match="不能再修改"):
        revise(user=lead, scheme=scheme, reason="改指标")
    with pytest.raises(ValidationError, match="只有拟订中的方案能修改"):
        change_scheme(user=lead, scheme=scheme, draft=draft_of(scheme))


def test_a_result_is_published_once_final_and_may_be_reopened_before(scheme, lead):
    with pytest.raises(ValidationError, match="定稿以后"):
        publish(user=lead, scheme=scheme, on=TODAY, place="公告栏", today=TODAY)
    score_all(scheme)
    finalise(user=lead, scheme=scheme)
    with pytest.raises(ValidationError, match="请填写原因"):
        reopen(user=lead, scheme=scheme, reason=" ")
    reopen(user=lead, scheme=scheme, reason="习武园社区测评份数有误")
    assert not Assessment.objects.filter(scheme=scheme, result_c__isnull=False).exists()
    finalise(user=lead, scheme=scheme)
    for on, text in (
        (None, "请填写公开日期"),
        (date(2026, 12, 21), "不能晚于今天"),
        (date(2026, 1, 9), "不能早于"),
    ):
        with pytest.raises(ValidationError, match=text):
            publish(user=lead, scheme=scheme, on=on, place="公告栏", today=TODAY)
    with pytest.raises(ValidationError, match="公开渠道"):
        publish(user=lead, scheme=scheme, on=TODAY, place="", today=TODAY)
    publish(user=lead, scheme=scheme, on=DAY, place="社区公告栏", today=TODAY)
    with pytest.raises(ValidationError, match="还没有公开的能退回"):
        reopen(user=lead, scheme=scheme, reason="再改")
    states = Event.objects.filter(object_type="assessments.scheme", kind="transition")
    assert [event.after["state"] for event in states.order_by("pk")] == [
        *("scoring", "final", "scoring", "final", "published")
    ]


def test_only_the_lead_of_the_organiser_decides(draft, clerk, user_of):
    for role in (Role.STREET_CLERK, Role.COUNTY_LEAD):
        with pytest.raises(PermissionDenied):
            enact(user=user_of(role), scheme=draft, on=DAY)
    with pytest.raises(PermissionDenied):
        withdraw(user=user_of(Role.COMMUNITY), scheme=draft, reason="不用了")
    withdraw(user=clerk, scheme=draft, reason="重复")
    with pytest.raises(ValidationError, match="方案已撤回"):
        enact(user=user_of(Role.STREET_LEAD), scheme=draft, on=DAY)


def test_one_scheme_a_year_and_direction(draft, clerk, tree):
    same = Draft(2026, Direction.DOWN, "又一个", items=ITEMS)
    with pytest.raises(ValidationError, match="已有“考评社区”的方案"):
        draft_scheme(user=clerk, division=tree.street, draft=same)
    up = draft_scheme(user=clerk, division=tree.street, draft=replace(same, direction=Direction.UP))
    assert up.is_up
    withdraw(user=clerk, scheme=draft, reason="重复")
    draft_scheme(user=clerk, division=tree.street, draft=same)


def test_the_same_form_twice_makes_one_scheme(clerk, tree):
    token = once.new_token()
    draft = Draft(2026, Direction.DOWN, "方案", items=ITEMS)
    made = draft_scheme(user=clerk, division=tree.street, draft=draft, token=token)
    with pytest.raises(once.AlreadySubmitted):
        draft_scheme(user=clerk, division=tree.street, draft=draft, token=token)
    assert once.find_saved(clerk, token, Scheme) == made


def test_a_bureau_assesses_communities_but_has_no_street_to_be_assessed(user_of, tree):
    staff, boss = user_of(Role.COUNTY_STAFF), user_of(Role.COUNTY_LEAD)
    draft = Draft(2026, Direction.DOWN, "区级统一考核", items=ITEMS)
    with pytest.raises(ValidationError, match="由街道（乡镇）建立"):
        draft_scheme(user=staff, division=tree.county, draft=replace(draft, direction=Direction.UP))
    with pytest.raises(ValidationError, match="请选择街道"):
        draft_scheme(user=staff, division=tree.community, draft=draft)
    made = enact(user=boss, scheme=draft_scheme(user=staff, division=tree.county, draft=draft), on=DAY)
    assert made.assessments.count() == 4


def test_remarks_tell_what_the_weights_do_not_reach(draft):
    rows = list(draft.criteria.all())
    assert remarks_on(rows, 3_999) == []
    rows[2].source = Source.DIRECT
    assert "居民满意度不占权重" in "".join(remarks_on(rows, None))
    rows[2].source, rows[2].weight_c, rows[0].weight_c = Source.RESIDENTS, 3_000, 4_000
    assert "低于“居民自治”的 40.00%" in "".join(remarks_on(rows, None))


def test_the_account_of_a_community_is_written_while_scores_are_given(scheme, lead, user_of, tree):
    community = user_of(Role.COMMUNITY)
    own = scheme.assessments.get(division=tree.community)
    other = scheme.assessments.get(division=tree["610104001002"])
    assert write_self_report(user=community, assessment=own, text=" 完成换届。 ")
    assert not write_self_report(user=community, assessment=own, text="完成换届。")
    with pytest.raises(PermissionDenied):
        write_self_report(user=community, assessment=other, text="别人的")
    with pytest.raises(ValidationError, match="请勿填写身份证号"):
        write_self_report(user=community, assessment=own, text="联系 13800001234")
    score_all(scheme)
    finalise(user=lead, scheme=scheme)
    with pytest.raises(ValidationError, match="打分时才能填写自评"):
        write_self_report(user=community, assessment=own, text="补写")
