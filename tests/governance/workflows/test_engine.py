"""The engine: gates, returns, order, clocks, uniqueness, two at once, equal requests."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from demo.procedures import filled
from governance.accounts.roles import Action, Role
from governance.audit.models import Event, EventKind
from governance.console.event_texts import summary
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.registry import make_communities
from governance.policies.figures import figures_of
from governance.policies.loader import load_policies
from governance.policies.models import Measure
from governance.policies.pack_files import PACKS, PackError
from governance.records.once import AlreadySubmitted, new_token
from governance.workflows import engine, hooks
from governance.workflows.catalogue import kinds, procedure_of
from governance.workflows.days import remove_day, set_day
from governance.workflows.deadlines import add_months
from governance.workflows.models import Case, CaseEvent, CaseState, SpecialDay, StepState, Verb
from governance.workflows.opening import open_case
from governance.workflows.papers import add_paper, remove_paper
from governance.workflows.reminders import remind_by_clock, urge
from governance.workflows.waiting import Tab, cases_in, steps_for
from tests.factories import case_street, make_division, make_user
from tests.governance.workflows.makers import PDF, ROLE_OF, Office
from tests.registry import fill_community

pytestmark = pytest.mark.django_db


def states(case: Case) -> dict[str, str]:
    return dict(case.steps.values_list("key", "state"))


def test_a_step_needs_its_fields_and_papers_by_name(office: Office):
    case = office.open()
    with pytest.raises(ValidationError) as caught:
        office.press(case, "proposal")
    told = caught.value.message_dict
    assert told["east"] == ["必填，请填写。"]
    assert told["_papers"] == ["缺少材料“设立意见”，请上传后再办理。", "缺少材料“四至图”，请上传后再办理。"]
    assert states(case)["proposal"] == StepState.ACTIVE


@pytest.mark.parametrize(
    ("slug", "key"),
    [(slug, step.key) for slug, kind in kinds().items() for step in kind.procedure.steps if step.evidence],
)
def test_every_paper_is_asked_for(slug, key):
    """Without any paper the required ones are named, whatever else is filled in."""
    from governance.workflows.answers import problems, values_of

    step = kinds()[slug].procedure.step(key)
    told = problems(step, values_of(step, filled(step, today())), set()).get("_papers", [])
    assert told == [f"缺少材料“{each.label}”，请上传后再办理。" for each in step.evidence if each.required]


def test_a_refused_meeting_sends_back_and_what_is_filled_in_stays(office: Office):
    case = office.open()
    office.finish(case, "proposal")
    case = office.finish(case, "residents", result="refused", agreed=1)
    now = states(case)
    assert now["proposal"] == StepState.RETURNED and now["residents"] == StepState.PENDING
    assert case.steps.get(key="residents").values["result"] == "refused"
    assert case.steps.get(key="proposal").values["east"] == "演示东至"


def test_return_to_any_earlier_step_with_remarks(office: Office):
    case = office.bring_to(office.open(), "review")
    staff = office.user_of(Role.COUNTY_STAFF)
    with pytest.raises(ValidationError, match="请写明退回原因"):
        engine.return_step(
            user=staff, case=case, key="review", to="proposal", reason=" ", revision=case.revision
        )
    with pytest.raises(ValidationError, match="之前已经办过"):
        engine.return_step(
            user=staff, case=case, key="review", to="approval", reason="改", revision=case.revision
        )
    engine.return_step(
        user=staff,
        case=case,
        key="review",
        to="proposal",
        reason="四至不清",
        remarks={"east": "写到路名", "unknown": "x"},
        revision=case.revision,
    )
    row = case.steps.get(key="proposal")
    assert row.state == StepState.RETURNED and row.remarks == {"east": "写到路名"}
    assert states(case)["application"] == StepState.PENDING
    assert case.steps.get(key="application").values["number"]
    event = case.events.latest("pk")
    assert (event.verb, event.text, event.by) == (Verb.RETURNED, "四至不清", staff)
    logged = summary(Event.objects.filter(kind=EventKind.TRANSITION).latest("pk"))
    # A database may keep the keys of an event in an order of its own.
    assert {"动作=退回", "步骤=提出设立意见"} <= set(re.split("[，；]", logged))
    assert "RETURNED" not in logged.upper()


def test_only_the_named_role_works_on_a_step(office: Office):
    case = office.open()
    for role in (Role.COUNTY_STAFF, Role.DEPARTMENT, Role.UPPER_READER, Role.COMMUNITY):
        with pytest.raises(PermissionDenied, match="由街道办理"):
            engine.finish_step(user=office.user_of(role), case=case, key="proposal", revision=1, on=today())
    foreign = office.user_of(Role.STREET_CLERK, office.tree["610104002"])
    with pytest.raises(PermissionDenied):
        engine.finish_step(user=foreign, case=case, key="proposal", revision=1, on=today())


def test_one_open_case_a_name_and_street(office: Office):
    case = office.open(name="演示社区")
    with pytest.raises(ValidationError, match="正在办理"):
        office.open(name="演示社区")
    assert office.open(name="另一演示社区").pk != case.pk
    engine.withdraw(
        user=office.user_of(Role.STREET_CLERK),
        case=case,
        opener=Action.OPEN_CASE,
        reason="重新提出",
        revision=case.revision,
    )
    assert office.open(name="演示社区").state == CaseState.OPEN


def test_the_second_officer_is_told_who_was_first(office: Office):
    case = office.bring_to(office.open(), "review")
    seen = case.revision
    office.finish(case, "review")
    staff = office.user_of(Role.COUNTY_STAFF)
    with pytest.raises(engine.Outdated, match=f"{staff} 已于 .* 办理“区民政局审核”，您的操作没有执行"):
        engine.return_step(
            user=office.user_of(Role.COUNTY_LEAD),
            case=case,
            key="review",
            to="proposal",
            reason="退",
            revision=seen,
        )


def test_twenty_equal_requests_make_one_transition(office: Office):
    case = office.open()
    office.fill(case, "proposal")
    token, user, refused = new_token(), office.user_of(Role.STREET_CLERK), 0
    for _ in range(20):
        try:
            engine.finish_step(user=user, case=case, key="proposal", revision=1, on=today(), token=token)
        except AlreadySubmitted:
            refused += 1
    assert refused == 19
    assert CaseEvent.objects.filter(case=case, verb=Verb.FINISHED).count() == 1
    assert Case.objects.get(pk=case.pk).revision == 2


def test_a_transition_that_breaks_off_leaves_nothing(office: Office, monkeypatch):
    case = office.bring_to(office.open(), "approval")
    office.fill(case, "approval")
    events = Event.objects.count()

    def broken(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(engine, "_turn", broken)
    with pytest.raises(RuntimeError):
        office.press(case, "approval")
    case.refresh_from_db()
    assert case.result is None and states(case)["approval"] == StepState.ACTIVE
    assert Event.objects.count() == events


def test_who_holds_a_step_and_takes_it_over(office: Office):
    case = office.open()
    clerk, lead = office.user_of(Role.STREET_CLERK), office.user_of(Role.STREET_LEAD)
    engine.save_step(user=clerk, case=case, key="proposal", values={"east": "演示路"})
    with pytest.raises(ValidationError, match="承办；要由您办理，请先点“接办”"):
        engine.save_step(user=lead, case=case, key="proposal", values={})
    assert not steps_for(lead).filter(case=case).exists()
    engine.take_over(user=lead, case=case, key="proposal", revision=case.revision)
    row = engine.save_step(user=lead, case=case, key="proposal", values={"east": "演示路二"})
    assert row.holder == lead and case.events.filter(verb=Verb.TAKEN).count() == 1


def test_an_optional_step_is_left_out_with_a_reason(office: Office):
    case = office.bring_to(office.open(), "consent")
    staff = office.user_of(Role.COUNTY_STAFF)
    with pytest.raises(ValidationError, match="必经步骤"):
        engine.skip_step(
            user=office.user_of(Role.STREET_CLERK),
            case=office.open(name="别的"),
            key="proposal",
            reason="x",
            revision=1,
        )
    with pytest.raises(ValidationError, match="请写明略过的理由"):
        engine.skip_step(user=staff, case=case, key="consent", reason="", revision=case.revision)
    engine.skip_step(user=staff, case=case, key="consent", reason="已口头同意", revision=case.revision)
    assert states(case)["consent"] == StepState.SKIPPED
    assert states(case)["consultation"] == StepState.ACTIVE


def test_the_county_refuses_with_a_reason(office: Office):
    case = office.bring_to(office.open(), "review")
    staff = office.user_of(Role.COUNTY_STAFF)
    engine.refuse(user=staff, case=case, key="review", reason="规模不足", revision=case.revision)
    case.refresh_from_db()
    assert (case.state, case.reason) == (CaseState.REFUSED, "规模不足")
    with pytest.raises(ValidationError, match="不予批准，不能再办理"):
        office.fill(case, "review")


def test_papers_are_kept_once_and_can_be_taken_out(office: Office):
    case, clerk = office.open(), office.user_of(Role.STREET_CLERK)
    args = {"user": clerk, "case": case, "key": "proposal"}
    file = add_paper(**args, paper="map", name="图.pdf", content=PDF)
    assert add_paper(**args, paper="map", name="图.pdf", content=PDF) == file
    with pytest.raises(ValidationError, match="已经作为另一种材料"):
        add_paper(**args, paper="proposal", name="图.pdf", content=PDF)
    with pytest.raises(ValidationError) as caught:
        add_paper(**args, paper="map", name="图.pdf", content=b"MZ program")
    assert "paper_map" in caught.value.message_dict
    remove_paper(**args, attachment=file.attachment_id)
    assert not case.steps.get(key="proposal").files.exists()


# --- clocks ---------------------------------------------------------------------------------------------
def test_the_election_is_due_three_months_after_the_approval(office: Office):
    approved = office.day = today() - timedelta(days=40)
    case = office.bring_to(office.open(), "filing")
    due = case.steps.get(key="election").due_on
    assert (due.year * 12 + due.month) - (approved.year * 12 + approved.month) == 3
    assert states(case)["filing"] == states(case)["premises"] == StepState.ACTIVE


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2026, 3, 31), date(2026, 6, 30)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 1, 15), date(2026, 4, 15)),
    ],
)
def test_a_month_without_the_day_ends_on_its_last(start: date, due: date):
    assert add_months(start, 3) == due


def _pack_with(tmp_path: Path, months: int, *, step: str = "") -> Path:
    root = tmp_path / f"packs{months}{step}"
    shutil.copytree(PACKS, root)
    file = root / "lianhu-2024" / "procedures" / "establishment.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for each in content["procedures"][0]["steps"]:
        if each["key"] == "election":
            each["deadline"]["months"] = months
        if each["key"] == step:
            each["fields"].pop()
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return root


@pytest.mark.slow
def test_a_deadline_changed_in_a_pack_moves_the_case(office: Office, tmp_path):
    office.day = date(2026, 8, 31)
    case = office.bring_to(office.open(), "filing")
    row = case.steps.get(key="election")
    assert row.due_on == date(2026, 11, 30)
    load_policies(root=_pack_with(tmp_path, 6))
    row.refresh_from_db()
    assert row.due_on == date(2027, 2, 28)
    assert "2026-11-30 改为 2027-02-28" in case.events.get(verb=Verb.MOVED).text
    with pytest.raises(PackError, match="version 1 has cases and cannot change"):
        load_policies(root=_pack_with(tmp_path, 6, step="premises"))


def test_working_days_follow_the_table_of_special_days(office: Office):
    SpecialDay.objects.all().delete()
    case = office.open("lh-ruling", name="演示地块")
    office.finish(case, "report")
    office.finish(case, "evidence")
    case = office.finish(case, "ruling", on=date(2027, 3, 1), ruled_on=date(2027, 3, 1))
    row = case.steps.get(key="applied")
    assert row.due_on == date(2027, 3, 29)
    admin = office.user_of(Role.SYSTEM_ADMIN)
    with pytest.raises(ValidationError, match="本来就休息"):
        set_day(user=admin, day=date(2027, 3, 6), is_working_day=False, note="周六")
    with pytest.raises(PermissionDenied):
        set_day(user=office.user_of(Role.COUNTY_LEAD), day=date(2027, 3, 2), is_working_day=False, note="x")
    assert set_day(user=admin, day=date(2027, 3, 2), is_working_day=False, note="演示假日") == 1
    row.refresh_from_db()
    assert row.due_on == date(2027, 3, 30)
    assert remove_day(user=admin, pk=SpecialDay.objects.get().pk) == 1
    row.refresh_from_db()
    assert row.due_on == date(2027, 3, 29)


def test_reminders_of_the_clock_are_sent_once(office: Office):
    case = office.open("lh-ruling", name="演示地块")
    office.finish(case, "report")
    office.finish(case, "evidence")
    case = office.finish(case, "ruling")
    row = case.steps.get(key="applied")
    day = timezone.localtime().replace(year=row.due_on.year, month=row.due_on.month, day=row.due_on.day)
    for shift, sent in ((-8, 0), (-7, 1), (-6, 0), (0, 1), (0, 0), (1, 1), (9, 0)):
        assert remind_by_clock(now=day + timedelta(days=shift)) == sent, shift
    assert case.events.filter(verb=Verb.REMINDED).count() == 3


def test_urging_once_a_day_by_who_follows_the_case(office: Office):
    case = office.open()
    staff, now = office.user_of(Role.COUNTY_STAFF), timezone.now()
    urge(user=staff, case=case, key="proposal", now=now)
    with pytest.raises(ValidationError, match="今天已经催办过"):
        urge(user=staff, case=case, key="proposal", now=now)
    with pytest.raises(PermissionDenied):
        urge(user=office.user_of(Role.DEPARTMENT), case=case, key="proposal", now=now)
    urge(user=staff, case=case, key="proposal", now=now + timedelta(days=1))
    assert case.events.filter(verb=Verb.URGED).count() == 2


def test_the_lists_of_cases(office: Office):
    clerk, staff = office.user_of(Role.STREET_CLERK), office.user_of(Role.COUNTY_STAFF)
    case = office.open()

    def tabs(user):
        return [tab.value for tab in Tab if cases_in(tab, user, today()).filter(pk=case.pk).exists()]

    assert tabs(clerk) == ["waiting", "opened", "all"] and tabs(staff) == ["all"]
    office.bring_to(case, "review")
    assert tabs(clerk) == ["done", "opened", "all"] and tabs(staff) == ["waiting", "all"]
    case.steps.filter(key="review").update(due_on=today() - timedelta(days=1))
    assert tabs(staff) == ["waiting", "overdue", "all"]
    foreign = office.user_of(Role.STREET_CLERK, office.tree["610104002"])
    assert tabs(foreign) == []


def test_a_work_item_is_admitted_only_with_three_checks_and_a_fee(office: Office):
    case = office.open("lh-admission", name="演示摸底调查")
    office.finish(case, "request")
    office.finish(case, "listed", listed=False)
    with pytest.raises(ValidationError, match="三项都为“是”"):
        office.finish(case, "checked", necessary=False)
    office.finish(case, "checked")
    with pytest.raises(ValidationError, match="经费应大于 0"):
        office.finish(case, "fee", fee=0)
    office.fill(case, "fee", papers=False, fee=200_000)
    office.press(case, "fee")
    with pytest.raises(ValidationError, match="期限不能早于准入日期"):
        office.finish(case, "admitted", until=today() - timedelta(days=1))
    assert office.finish(case, "admitted").state == CaseState.DONE
    banned = office.open("lh-admission", name="演示招商任务")
    office.finish(banned, "request")
    banned = office.finish(banned, "listed", banned="investment")
    assert (banned.state, banned.reason) == (CaseState.REFUSED, "不得进社区的类别：招商引资。")
    listed = office.open("lh-admission", name="演示清单内事项")
    office.finish(listed, "request")
    office.finish(listed, "listed", listed=True)
    assert states(listed)["fee"] == StepState.SKIPPED and states(listed)["admitted"] == StepState.ACTIVE


def test_every_procedure_ends(office: Office):
    """The first answers of every procedure lead to its end."""
    assert [procedure_of(office.open(slug, name=slug)).title for slug in ("lh-ticket", "lh-ruling")]
    for slug in ("lh-ticket", "lh-ruling", "lh-outer-ruling", "sx-decision"):
        case = office.bring_to(office.open(slug, name=f"{slug} 办结"), "")
        assert case.state == CaseState.DONE, (slug, states(case))


def test_a_decision_is_opened_by_the_template_of_its_area(office: Office):
    street = case_street("HN", office.tree)
    divisions = {
        kind: make_division(f"{street.code}00{n}", f"演示{kind}", street)
        for n, kind in enumerate("甲乙丙", 1)
    }
    make_communities()
    for name, area in (("甲", "urban"), ("乙", "rural")):
        fill_community(divisions[name], area_type=area)
    clerk = make_user("hn-clerk", Role.STREET_CLERK, street)

    def opened(slug: str, name: str) -> Case:
        return open_case(user=clerk, kind=kinds()[slug], division=divisions[name], name="演示事项")

    for slug, mine, other, text in (
        ("hn-decision-urban", "甲", "乙", "“一征三议两公开”适用于城市社区，“演示乙”登记的区域类型不同"),
        ("hn-decision-rural", "乙", "甲", "“四议两公开”适用于城镇、农村社区"),
    ):
        with pytest.raises(ValidationError, match=text):
            opened(slug, other)
        assert opened(slug, mine).state == opened(slug, "丙").state == CaseState.OPEN


@pytest.mark.parametrize("slug", kinds())
def test_every_procedure_moves_the_figures_of_its_measures(office: Office, slug):
    """Opened where its document is valid, and nowhere else."""
    kind = kinds()[slug]
    street = case_street(kind.document.code, office.tree)
    place = street if kind.level == Level.STREET else office.tree.county
    if kind.level == Level.COMMUNITY:
        place = Division.objects.filter(parent=street).first() or make_division(
            f"{street.code}001", "演示社区", street
        )
    clerk = make_user("procedure-clerk", ROLE_OF[kind.procedure.opener], office.tree.by_code["0"])
    measures = list(Measure.objects.filter(code__in=kind.procedure.all_measures()))

    def running() -> set[str]:
        cache.clear()
        found = figures_of(measures, place, today())
        return {
            figure.value.split("，")[0]
            for measure in measures
            for figure in found[measure.code]
            if figure.label == kind.procedure.title
        }

    assert running() == {"办理中 0 件"}
    open_case(user=clerk, kind=kind, division=place, name="演示事项")
    assert running() == {"办理中 1 件"}
    with pytest.raises(ValidationError, match="本流程适用的单位"):
        open_case(user=clerk, kind=kind, division=office.tree.by_code["0"], name="别处")


def test_every_gate_and_effect_of_the_packs_is_known():
    steps = [step for kind in kinds().values() for step in kind.procedure.steps]
    assert {name for step in steps for name in step.gates} <= set(hooks.gates)
    assert {name for step in steps for name in step.effects} <= set(hooks.effects)
