"""Cases in every state: communities under establishment, rulings, tickets and a decision of residents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from communities.adjustments import drafting
from communities.adjustments.plan import read
from communities.models import AdjustmentKind
from demo.people import MARK
from governance.accounts.models import User
from governance.divisions.models import Division
from governance.exchange.commands import as_user
from governance.policies.procedure_schema import ProcedureStep
from governance.policies.record_schema import RecordField
from governance.workflows.answers import to_json
from governance.workflows.catalogue import kinds, procedure_of
from governance.workflows.engine import finish_step, refuse, return_step, save_step, withdraw
from governance.workflows.models import Case, CaseState
from governance.workflows.opening import open_case
from governance.workflows.papers import add_paper

USERS = {
    "street": "demo-clerk",
    "street_lead": "demo-lead",
    "county": "demo-staff",
    "county_lead": "demo-county-lead",
    "department": "demo-department",
}
_PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
STREET, COMMUNITY = "610104001", "610104001004"


def filled(step: ProcedureStep, day: date, **given: Any) -> dict[str, Any]:
    """Something invented for every field that a step asks for, as a case keeps it."""
    values = {each.key: _invented(each, day) for each in step.fields if each.required}
    return {key: to_json(value) for key, value in (values | given).items()}


def _invented(asked: RecordField, day: date) -> Any:
    match asked.type:
        case "text" | "long_text":
            return f"{MARK}{asked.label}"
        case "number":
            return 5
        case "quantity" | "money" | "percent":
            return 50_000
        case "date":
            return day
        case "yes_no":
            return True
        case "choice":
            return next(iter(asked.choices))
    return list(asked.choices)


@dataclass(frozen=True)
class Story:
    """A case: how far it has come (`until` is the step that waits), on which day, and what is special."""

    slug: str
    name: str
    place: str = STREET
    until: str = ""
    days_ago: int = 0
    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    ending: str = ""


STORIES = (
    Story(
        "lh-establishment",
        "新岸社区",
        until="filing",
        days_ago=110,
        given={"proposal": {"households": 2180, "persons": 6320}, "residents": {"present": 96, "agreed": 88}},
    ),
    Story(
        "lh-establishment",
        "河苑社区",
        until="filing",
        days_ago=20,
        given={"proposal": {"households": 1850, "persons": 5210}, "residents": {"present": 80, "agreed": 71}},
    ),
    Story(
        "lh-establishment",
        "西关里社区",
        until="review",
        days_ago=12,
        given={"proposal": {"households": 1640, "persons": 5130}, "residents": {"present": 88, "agreed": 79}},
        ending="returned",
    ),
    Story(
        "lh-establishment",
        "小园社区",
        until="review",
        days_ago=60,
        given={"proposal": {"households": 720, "persons": 2015}, "residents": {"present": 61, "agreed": 50}},
        ending="refused",
    ),
    Story(
        "lh-ruling",
        "环城铁路以西三角地",
        until="applied",
        days_ago=9,
        given={"ruling": {"code": COMMUNITY, "west": f"{MARK}环城铁路"}},
    ),
    Story("lh-outer-ruling", "与邻区交界的夹心地", until="submission", days_ago=15),
    Story("lh-ruling", "旧厂东侧通道", until="evidence", days_ago=30, ending="withdrawn"),
    Story(
        "lh-ticket", "地下车库积水", COMMUNITY, until="arrival", days_ago=6, given={"report": {"own": False}}
    ),
    Story("lh-ticket", "楼道堆放杂物", COMMUNITY, days_ago=25),
    Story("sx-decision", "小区活动室改造", COMMUNITY, until="resolved", days_ago=18),
    Story("sx-decision", "垃圾分类投放点设置", COMMUNITY, days_ago=70),
)


SPLIT, SPLIT_NAMES = "610104001007", ("青年路东社区", "青年路西社区")


def plan_a_split(today: date) -> int:
    """A split under way: planned by the street, agreed by the residents, waiting for the county's review."""
    users = {actor: User.objects.get(username=name) for actor, name in USERS.items()}
    source = Division.objects.by_code(SPLIT)
    with as_user(USERS["street"]) as clerk:
        adjustment = drafting.draft(
            user=clerk,
            kind=AdjustmentKind.SPLIT,
            sources=[source],
            successors=[drafting.Proposed(f"{MARK}{name}") for name in SPLIT_NAMES],
            basis=f"{MARK}：区民政局拆分计划",
            effective_on=today,
            listed=1,
            key="demo-split",
        )
        plan = read(adjustment)
        second = plan.successors[1].pk
        for kind in {row.kind for row in plan.rows}:
            rows = [row.pk for row in plan.rows if row.kind == kind]
            choices = dict.fromkeys(rows[1::2], second)
            drafting.assign(user=clerk, adjustment=adjustment, kind=kind, choices=choices)
        drafting.apportion(user=clerk, adjustment=adjustment)
    given = {"proposal": {"plan": adjustment.pk}, "residents": {"present": 120, "agreed": 97}}
    story = Story("lh-adjustment", "青年路第三社区拆分", until="review", days_ago=3, given=given)
    _tell(story, users, today - timedelta(days=story.days_ago))
    return 1


def tell_stories(today: date) -> int:
    """Bring every case to where it is, as the demonstration's users would; returns how many there are."""
    users = {actor: User.objects.get(username=name) for actor, name in USERS.items()}
    for story in STORIES:
        _tell(story, users, today - timedelta(days=story.days_ago))
    return len(STORIES)


def _tell(story: Story, users: dict[str, User], day: date) -> None:
    kind = kinds()[story.slug]
    place = Division.objects.by_code(story.place)
    with as_user(USERS["street"]) as clerk:
        case = open_case(user=clerk, kind=kind, division=place, name=f"{MARK}{story.name}")
    for step in procedure_of(case).steps:
        if step.key == story.until or case.state != CaseState.OPEN:
            break
        if case.steps.get(key=step.key).is_live:
            with as_user(USERS[step.by]) as user:
                case = _finish(case, step, user, day, story.given.get(step.key, {}))
    with as_user(USERS["street" if story.ending == "withdrawn" else "county"]):
        _end(case, story, users)


def _finish(case: Case, step: ProcedureStep, user: User, day: date, given: dict[str, Any]) -> Case:
    who: dict[str, Any] = {"user": user, "case": case, "key": step.key}
    for number, paper in enumerate(step.evidence):
        content = _PDF + f"% {case.pk} {step.key} {number}\n".encode()
        add_paper(**who, paper=paper.key, name=f"{MARK}{paper.label}.pdf", content=content)
    save_step(**who, values=filled(step, day, **given), opinion="同意。")
    revision = Case.objects.get(pk=case.pk).revision
    return finish_step(**who, revision=revision, on=day, opinion="同意。")


def _end(case: Case, story: Story, users: dict[str, User]) -> None:
    common: dict[str, Any] = {"case": case, "revision": case.revision}
    match story.ending:
        case "returned":
            return_step(
                **common,
                user=users["county"],
                key=story.until,
                to="proposal",
                reason=f"{MARK}：四至没有写到路名，请补充",
                remarks={"east": "请写到路名", "north": "请写到路名"},
            )
        case "refused":
            reason = f"{MARK}：户数达不到设立规模"
            refuse(**common, user=users["county"], key=story.until, reason=reason)
        case "withdrawn":
            reason, opener = f"{MARK}：两个社区已经协商一致", kinds()[story.slug].opener
            withdraw(**common, user=users["street"], opener=opener, reason=reason)
