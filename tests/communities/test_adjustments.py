"""Splits and mergers: nothing lost, nothing twice, nothing done that does not hold."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum

from communities.adjustments import applying, checks, drafting, effects, figures, lineage, plan
from communities.models import Adjustment, AdjustmentKind, Community, Compound, SocialOrganisation
from facilities.models import Facility
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.divisions.models import Division, Lineage
from governance.divisions.services import check_paths
from governance.exchange.hooks import after_import
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.store import store_frozen
from governance.policies.evaluation.upper import division_result
from governance.policies.indicators import all_inputs
from governance.reports.models import DataConfirmation, Period
from governance.reports.periods import HalfYear
from governance.rounds.models import Round, RoundStreet
from grids.models import Grid
from tests.factories import Tree
from tests.registry import add_members

ON = date(2026, 9, 1)


def make_split(
    user: User, source: Division, *names: str, keeps: bool = False, on: date = ON, listed: int = 0
) -> Adjustment:
    successors = [drafting.Proposed(source.name, source)] if keeps else []
    successors += [drafting.Proposed(name) for name in names]
    return drafting.draft(
        user=user,
        kind=AdjustmentKind.SPLIT,
        sources=[source],
        successors=successors,
        basis="区民政局方案",
        effective_on=on,
        listed=listed,
        key=f"split-{source.code}-{len(names)}",
    )


def make_merge(user: User, *sources: Division, name: str = "", on: date = ON, listed: int = 0) -> Adjustment:
    into = drafting.Proposed(name) if name else drafting.Proposed(sources[0].name, sources[0])
    return drafting.draft(
        user=user,
        kind=AdjustmentKind.MERGE,
        sources=sources,
        successors=[into],
        basis="区民政局方案",
        effective_on=on,
        listed=listed,
        key=f"merge-{'-'.join(each.code[-6:] for each in sources)}",
    )


def settle(user: User, adjustment: Adjustment) -> None:
    """Halve everything: figures by hand, the second grid, compound and worker to the second community."""
    found = plan.read(adjustment)
    first, second = found.successors[:2]
    values = {
        first.pk: {name: (found.total(name) or 0) // 3 for name in plan.figure_names()},
        second.pk: dict.fromkeys(plan.figure_names()),
    }
    drafting.set_figures(user=user, adjustment=adjustment, figures=values)
    for kind in {row.kind for row in found.rows}:
        rows = [row.pk for row in found.rows if row.kind == kind]
        choices = dict.fromkeys(rows[1::2], second.pk)
        drafting.assign(user=user, adjustment=adjustment, kind=kind, choices=choices)


def street_sums(street: Division, on: date) -> dict[str, int | None]:
    """The additive figures of a street, but what a community sets up for itself, and plans carried out."""
    own = {"env_property_committee", "embedded_facilities", "listed_splits", "listed_merges"}
    sums = division_result(division=street, on=on).sums
    return {name: value for name, value in sums.items() if name not in own and all_inputs()[name].additive}


@pytest.fixture
def clerk(user_of) -> User:
    return user_of(Role.STREET_CLERK)


@pytest.fixture
def lead(user_of) -> User:
    return user_of(Role.COUNTY_LEAD)


@pytest.fixture
def source(filled_tree: Tree) -> Division:
    """习武园社区: two grids, two compounds, 16 workers, 1800 households."""
    return filled_tree["610104001002"]


def apply(lead: User, adjustment: Adjustment) -> Adjustment:
    return applying.apply(user=lead, adjustment=adjustment, approval="莲政函〔2026〕8号")


def test_a_split_keeps_every_sum_and_past_days(filled_tree: Tree, source, clerk, lead):
    street, before_day = filled_tree.street, ON - timedelta(days=1)
    before = street_sums(street, ON)
    old = {trace.code: trace.outcome for trace in community_results(division=source, on=before_day)}
    ended = Grid.objects.create(
        division=source,
        number="900",
        name="旧网格",
        kind="residential",
        households=5,
        ended_on=date(2024, 1, 1),
    )
    adjustment = make_split(clerk, source, "习武园东社区", "习武园西社区")
    settle(clerk, adjustment)
    found = plan.read(adjustment)
    assert checks.faults(found, today()) == []
    assert {line.difference for line in figures.lines(found)} == {0}
    grid = Grid.objects.filter(division=source).exclude(pk=ended.pk).order_by("pk").last()
    apply(lead, adjustment)

    assert street_sums(street, ON) == before
    east, west = (each.division for each in adjustment.successors.order_by("number"))
    assert (east.opened_on, west.opened_on) == (ON, ON)
    figures_of = {each.name: each.community.households_resident for each in (east, west)}
    assert figures_of == {"习武园东社区": 600, "习武园西社区": 1200}
    source.refresh_from_db()
    assert source.closed_on == ON
    assert source.community.households_resident == 1800
    grid.refresh_from_db()
    assert (grid.division, grid.path, grid.version) == (west, west.path, 2)
    ended.refresh_from_db()
    assert ended.division == source
    event = Event.objects.get(object_type="grids.grid", object_id=str(grid.pk))
    assert (event.before, event.after) == ({"division": source.code}, {"division": west.code})
    assert (event.path, event.reason) == (west.path, "莲政函〔2026〕8号")
    assert check_paths() == []
    shares = dict(Lineage.objects.values_list("successor__name", "households_share"))
    assert shares == {"习武园东社区": 3333, "习武园西社区": 6666}
    step = lineage.steps_of(west)[0]
    assert (step.other, step.on, step.share_text, step.is_before) == (source, ON, "66.66%", True)

    # The day before, the old community is measured by the rows it had.
    now = {trace.code: trace.outcome for trace in community_results(division=source, on=before_day)}
    assert now == old
    assert street_sums(street, before_day) == before
    assert community_results(division=west, on=before_day) == []
    assert community_results(division=source, on=ON) == []


def test_a_period_frozen_after_a_split_still_shows_the_old_community(filled_tree: Tree, source, clerk, lead):
    first = store_frozen(on=ON - timedelta(days=1), path=filled_tree.street.path)
    adjustment = make_split(clerk, source, "习武园西社区", keeps=True)
    settle(clerk, adjustment)
    apply(lead, adjustment)
    again = store_frozen(on=ON - timedelta(days=1), path=filled_tree.street.path)
    after = store_frozen(on=ON, path=filled_tree.street.path)

    def cards(run) -> list[tuple[object, ...]]:
        from communities.models import CommunityCard
        from grids.models import GridCard

        columns = ("division_id", "households_resident", "compound_count")
        rows = CommunityCard.objects.filter(run=run).order_by("path").values_list(*columns)
        grids = GridCard.objects.filter(run=run).order_by("path").values_list("division_id", "grid_count")
        return [*rows, *grids]

    assert cards(again) == cards(first)
    assert len(cards(after)) == len(cards(first)) + 2
    source.refresh_from_db()
    assert source.closed_on is None
    assert source.community.households_resident == 600


def test_two_adjustments_in_a_row_are_both_undone_for_a_past_day(filled_tree: Tree, source, clerk, lead):
    """习武园 gives a part away, then all that is left goes into 莲湖路: the day before is as it was."""
    first, day = filled_tree.community, ON - timedelta(days=1)
    before, own = street_sums(filled_tree.street, day), community_results(division=source, on=day)
    one = make_split(clerk, source, "习武园西社区", keeps=True)
    settle(clerk, one)
    apply(lead, one)
    between = community_results(division=source, on=ON)
    apply(lead, make_merge(clerk, first, source, on=ON + timedelta(days=9)))

    def told(traces) -> list[tuple[object, ...]]:
        return [(each.code, each.outcome, each.value) for each in traces]

    assert street_sums(filled_tree.street, day) == before
    assert told(community_results(division=source, on=day)) == told(own)
    assert told(community_results(division=source, on=ON)) == told(between)
    assert street_sums(filled_tree.street, today()) == before


def test_a_merger_keeps_every_sum_and_tells_twins_apart(filled_tree: Tree, source, clerk, lead):
    street, other = filled_tree.street, filled_tree.community
    before = street_sums(street, ON)
    adjustment = make_merge(clerk, other, source)
    found = plan.read(adjustment)
    assert found.successors[0].figures["households_resident"] == 2700
    assert checks.faults(found, today()) == []
    assert any("网格“001 第1网格”" in hint and "自动改开" in hint for hint in checks.hints(found))
    apply(lead, adjustment)
    after = street_sums(street, ON)
    assert after == before
    other.refresh_from_db()
    source.refresh_from_db()
    assert (other.closed_on, source.closed_on) == (None, ON)
    numbers = Grid.objects.filter(division=other).order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["001", "002", "003"]
    names = set(Compound.objects.filter(division=other).values_list("name", flat=True))
    assert names == {"小区1", "小区2", "小区1（原习武园社区）"}
    assert set(Facility.objects.filter(path=other.path).values_list("name", flat=True)) == {
        "设施1",
        "设施1（原习武园社区）",
    }
    assert not SocialOrganisation.objects.filter(division=source).exists()
    link = Lineage.objects.get()
    assert (link.predecessor, link.successor, link.households_share) == (source, other, 10000)
    assert [step.is_before for step in lineage.steps_of(other)] == [True]


def test_all_of_a_merger_may_go_into_a_new_community_of_an_old_name(filled_tree: Tree, source, clerk, lead):
    adjustment = make_merge(clerk, filled_tree.community, source, name="莲湖路社区")
    apply(lead, adjustment)
    new = adjustment.successors.get().division
    assert new.pk not in {source.pk, filled_tree.community.pk}
    assert new.community.area_type == "urban"
    assert new.community.founded_on == ON
    open_now = Division.objects.current().communities().under(filled_tree.street.path)
    assert [each.name for each in open_now] == ["莲湖路社区"]


def test_equal_requests_draft_and_apply_once(filled_tree: Tree, source, clerk, lead):
    adjustment = make_split(clerk, source, "甲社区", "乙社区")
    assert make_split(clerk, source, "甲社区", "乙社区") == adjustment
    settle(clerk, adjustment)
    apply(lead, adjustment)
    events = Event.objects.count()
    assert apply(lead, adjustment).state == "applied"
    assert Event.objects.count() == events
    assert Division.objects.filter(name="甲社区").count() == 1


def test_effects_are_those_that_come_true(filled_tree: Tree, source, clerk, lead):
    adjustment = make_split(clerk, source, "习武园西社区", keeps=True)
    settle(clerk, adjustment)
    foreseen = effects.effects(plan.read(adjustment))
    size = next(each for each in foreseen if each.code == "LH-SIZE-01")
    assert [each.outcome for each in size.before if each] == ["met"]
    assert [each.outcome for each in size.after if each] == ["not_met", "met"]
    assert [each.value_text for each in size.after if each] == ["600 户", "1,200 户"]
    assert size.is_changed
    assert foreseen[0].code.startswith(("LH-", "SX-"))
    apply(lead, adjustment)
    for place, successor in enumerate(adjustment.successors.order_by("number")):
        real = {
            trace.code: (trace.outcome, trace.value, trace.gap, trace.remedy)
            for trace in community_results(division=successor.division, on=ON)
        }
        for each in foreseen:
            told = each.after[place]
            if told is not None:
                assert real[told.code] == (told.outcome, told.value, told.gap, told.remedy)


def refusals(adjustment: Adjustment, lead: User) -> str:
    """Why it is not applied; nothing has changed then."""
    divisions, events = Division.objects.count(), Event.objects.count()
    with pytest.raises(ValidationError) as refused:
        apply(lead, adjustment)
    assert (Division.objects.count(), Event.objects.count()) == (divisions, events)
    assert Adjustment.objects.get(pk=adjustment.pk).is_draft
    return "".join(refused.value.messages)


def test_what_does_not_add_up_is_refused(filled_tree: Tree, source, clerk, lead):
    adjustment = make_split(clerk, source, "甲社区", "乙社区")
    assert "常住户数没有分配完：调整前合计 1,800 户" in refusals(adjustment, lead)
    settle(clerk, adjustment)
    first = adjustment.successors.get(number=1)
    changed = {first.pk: {"households_resident": 601}}
    drafting.set_figures(user=clerk, adjustment=adjustment, figures=changed)
    told = refusals(adjustment, lead)
    assert "常住户数调整前后不相等：调整前 1,800 户，调整后 1,801 户，相差 +1 户。" in told
    with pytest.raises(ValidationError, match="不小于 0"):
        drafting.set_figures(
            user=clerk, adjustment=adjustment, figures={first.pk: {"households_resident": -1}}
        )


def test_unassigned_rows_are_named(filled_tree: Tree, source, clerk, lead):
    adjustment = make_split(clerk, source, "甲社区", "乙社区")
    settle(clerk, adjustment)
    Compound.objects.create(division=source, name="新来小区", households=3)
    add_members(source, party=1)
    told = refusals(adjustment, lead)
    assert "小区没有确定归属：新来小区。" in told
    assert "两委成员没有确定归属：演示成员0。" in told
    hidden = "".join(checks.faults(plan.read(adjustment), today(), persons=False))
    assert "演示成员0" not in hidden
    assert "两委成员有 1 条没有确定归属。" in hidden


def test_a_person_in_office_in_both_is_settled_first(filled_tree: Tree, source, clerk, lead):
    from cadres.models import TwoCommitteeMember

    member = TwoCommitteeMember.objects.filter(division=source).first()
    TwoCommitteeMember.objects.create(
        division=filled_tree.community,
        person=member.person,
        is_fulltime=True,
        counts_toward_quota=True,
        started_on=date(2024, 1, 1),
    )
    adjustment = make_merge(clerk, filled_tree.community, source)
    assert f"“{member.person.name}”在要并入“莲湖路社区”的两个社区都在册" in refusals(adjustment, lead)


def test_days_that_cannot_be_are_refused(filled_tree: Tree, source, clerk, lead):
    late = make_merge(clerk, filled_tree.community, source, on=today() + timedelta(days=1))
    assert "还没有到" in refusals(late, lead)
    drafting.withdraw(user=clerk, adjustment=late, reason="改日再办")
    source.opened_on = ON
    source.save(update_fields=["opened_on"])
    early = make_split(clerk, source, "甲社区", "乙社区")
    assert "不晚于“习武园社区”的设立日期" in refusals(early, lead)


def test_words_about_the_data_are_taken_back_first(filled_tree: Tree, source, clerk, lead, user_of):
    adjustment = make_merge(clerk, filled_tree.community, source)
    street = filled_tree.street
    half = HalfYear(today().year + 1, 1)
    DataConfirmation.objects.create(
        division=street,
        period=Period.objects.for_half_year(half),
        confirmed_by=user_of(Role.STREET_LEAD),
    )
    asked = Round.objects.create(
        division=filled_tree.county, title="年末填报", due_on=today(), sheets=["grids"], issued_by=lead
    )
    RoundStreet.objects.create(
        round=asked, division=street, state="confirmed", confirmed_at="2026-09-01T00:00:00Z"
    )
    told = refusals(adjustment, lead)
    assert f"“青年路街道”已确认{half.label}数据" in told
    assert "填报任务“年末填报”还在进行" in told


def test_places_and_names_that_cannot_be_are_refused(filled_tree: Tree, source, clerk, lead, user_of):
    county = user_of(Role.STREET_CLERK, filled_tree.county)
    with pytest.raises(ValidationError, match="不在同一街道"):
        make_merge(county, source, filled_tree["610104002001"])
    with pytest.raises(ValidationError, match="至少要选两个"):
        make_merge(clerk, source)
    with pytest.raises(ValidationError, match="2 至 6 个社区"):
        make_split(clerk, source, "只有一个社区")
    with pytest.raises(ValidationError, match="已有“莲湖路社区”"):
        make_split(clerk, source, "莲湖路", "乙社区")
    with pytest.raises(ValidationError, match="本方案"):
        make_split(clerk, source, "甲社区", "甲居委会")
    adjustment = make_split(clerk, source, "甲社区", "乙社区")
    settle(clerk, adjustment)
    with pytest.raises(ValidationError, match="另一个草拟的调整方案"):
        make_merge(clerk, filled_tree.community, source)
    Division.objects.create(
        parent=filled_tree.street,
        path=f"{filled_tree.street.path}777",
        level=5,
        code="610104001777",
        name="甲社区",
    )
    assert "“青年路街道”已有“甲社区”（610104001777）" in refusals(adjustment, lead)


def test_only_a_street_drafts_and_only_the_county_lead_applies(
    filled_tree: Tree, source, clerk, lead, user_of
):
    with pytest.raises(PermissionDenied):
        make_split(lead, source, "甲社区", "乙社区")
    with pytest.raises(PermissionDenied):
        make_split(clerk, filled_tree["610104002001"], "甲社区", "乙社区")
    adjustment = make_split(clerk, source, "甲社区", "乙社区")
    settle(clerk, adjustment)
    for user in (clerk, user_of(Role.COUNTY_STAFF)):
        with pytest.raises(PermissionDenied):
            apply(user, adjustment)
    with pytest.raises(ValidationError, match="批准文号"):
        applying.apply(user=lead, adjustment=adjustment, approval=" ")
    apply(lead, adjustment)
    with pytest.raises(ValidationError, match="已实施"):
        drafting.withdraw(user=clerk, adjustment=adjustment, reason="不办了")


def test_rows_that_name_a_compound_follow_it_and_figures_follow_its_households(
    filled_tree: Tree, source, clerk
):
    adjustment = make_split(clerk, source, "甲社区", "乙社区")
    second = adjustment.successors.get(number=2)
    compound = Compound.objects.get(division=source, name="小区2")
    Compound.objects.filter(pk=compound.pk).update(households=200)
    grid = Grid.objects.filter(division=source).first()
    Grid.objects.filter(pk=grid.pk).update(name="小区2网格")
    kind = "communities.compound"
    drafting.assign(user=clerk, adjustment=adjustment, kind=kind, choices={compound.pk: second.pk, 0: None})
    assert drafting.follow_compounds(user=clerk, adjustment=adjustment, kind="grids.grid") == 1
    drafting.apportion(user=clerk, adjustment=adjustment)
    found = plan.read(adjustment)
    assert [row.label for row in found.rows_of(found.successors[1])] == ["小区2", "001 小区2网格"]
    assert [each.figures["households_resident"] for each in found.successors] == [600, 1200]
    assert figures.shares(10, [1, 1, 1]) == [4, 3, 3]
    assert figures.shares(7, [0, 0]) == [4, 3]


def test_a_ledger_of_a_period_is_kept_twice_in_a_merged_community(filled_tree: Tree, source, clerk, lead):
    from governance.ledgers.models import LedgerEntry

    for division, amount in ((filled_tree.community, 100), (source, 250)):
        LedgerEntry.objects.create(
            division=division, code="LH-FUND-03", period="2026", started_on=date(2026, 3, 1), amount=amount
        )
    apply(lead, make_merge(clerk, filled_tree.community, source))
    entries = LedgerEntry.objects.filter(division=filled_tree.community)
    assert list(entries.order_by("pk").values_list("name", "amount")) == [
        ("", 100),
        ("（原习武园社区）", 250),
    ]
    assert entries.aggregate(sum=Sum("amount"))["sum"] == 350


def test_the_running_results_follow_at_once(filled_tree: Tree, source, clerk, lead):
    from governance.policies.models import Finding, Scorecard

    after_import.run([""], today())
    assert Scorecard.objects.filter(division=source).exists()
    adjustment = make_split(clerk, source, "甲社区", "乙社区")
    settle(clerk, adjustment)
    apply(lead, adjustment)
    new = [each.division_id for each in adjustment.successors.all()]
    assert not Scorecard.objects.filter(division=source).exists()
    assert Scorecard.objects.filter(division__in=new).count() == 2
    assert not Finding.objects.filter(division=source, resolved_on=None).exists()
    assert Community.objects.get(division=new[0]).version == 1


def test_a_bare_community_is_split_without_any_figure(tree: Tree, clerk, lead):
    """What nobody has entered is not asked for, and stays unknown."""
    adjustment = make_split(clerk, tree.community, "甲社区", "乙社区")
    assert [line.name for line in figures.lines(plan.read(adjustment)) if not line.is_kept] == []
    apply(lead, adjustment)
    new = adjustment.successors.order_by("number").first().division.community
    assert (new.households_resident, new.area_type, new.founded_on) == (None, "", ON)
    assert set(Lineage.objects.values_list("households_share", flat=True)) == {5000}
