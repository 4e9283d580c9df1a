"""Cases of the small tree, and their steps filled in by what the procedure asks."""

from __future__ import annotations

from datetime import date
from typing import Any

from cadres.models import TwoCommitteeMember
from demo.procedures import filled
from facilities.models import Facility
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.people.models import Person
from governance.policies.procedure_schema import ProcedureStep
from governance.workflows.catalogue import kinds, procedure_of
from governance.workflows.engine import finish_step, save_step, take_over
from governance.workflows.models import Case
from governance.workflows.opening import open_case
from governance.workflows.papers import add_paper
from tests.factories import Tree

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ROLE_OF = {
    "street": Role.STREET_CLERK,
    "street_lead": Role.STREET_LEAD,
    "county": Role.COUNTY_STAFF,
    "county_lead": Role.COUNTY_LEAD,
    "department": Role.DEPARTMENT,
}
CREDIT_CODE = "54610104MF12345678"
RULED = {"code": "610104001001", "east": "演示铁路"}
"""What a ruling says of a community of the small tree."""


class Office:
    """Opens cases and brings them forward as the users of the small tree would."""

    def __init__(self, tree: Tree, user_of: Any) -> None:
        self.tree, self.user_of = tree, user_of
        self.day = today()
        """What is filled in as the date of everything."""

    def open(self, slug: str = "lh-establishment", name: str = "演示社区", by: User | None = None) -> Case:
        kind = kinds()[slug]
        street = self.tree["610104001"]
        places = {Level.COUNTY: self.tree.county, Level.STREET: street, Level.COMMUNITY: self.tree.community}
        place: Division = places[kind.level]
        return open_case(
            user=by or self.user_of(ROLE_OF[kind.procedure.opener]), kind=kind, division=place, name=name
        )

    def worker(self, case: Case, key: str) -> User:
        return self.user_of(ROLE_OF[procedure_of(case).step(key).by])

    def fill(self, case: Case, key: str, *, papers: bool = True, **given: Any) -> None:
        """Save a step with papers, without finishing it."""
        step, user = procedure_of(case).step(key), self.worker(case, key)
        if case.slug in ("lh-ruling", "lh-outer-ruling") and key == "ruling":
            given = RULED | given
        row = case.steps.get(key=key)
        if row.holder_id not in (None, user.pk):
            take_over(user=user, case=case, key=key, revision=Case.objects.get(pk=case.pk).revision)
        for number, paper in enumerate(step.evidence if papers else ()):
            content = PDF + f"{case.pk} {key} {number}".encode()
            add_paper(user=user, case=case, key=key, paper=paper.key, name="演示.pdf", content=content)
        save_step(user=user, case=case, key=key, values=filled(step, self.day, **given))

    def finish(self, case: Case, key: str, *, on: date | None = None, **given: Any) -> Case:
        self.fill(case, key, **given)
        return self.press(case, key, on=on)

    def press_with(self, case: Case, key: str, **given: Any) -> Case:
        """Correct a step whose papers are there, and press 提交."""
        self.fill(case, key, papers=False, **given)
        return self.press(case, key)

    def press(self, case: Case, key: str, *, on: date | None = None) -> Case:
        """提交, without changing what is filled in."""
        revision = Case.objects.get(pk=case.pk).revision
        finish_step(user=self.worker(case, key), case=case, key=key, revision=revision, on=on or today())
        return Case.objects.get(pk=case.pk)

    def bring_to(self, case: Case, last: str, **given: dict[str, Any]) -> Case:
        """Finish every step before one."""
        for step in procedure_of(case).steps:
            if step.key == last:
                break
            row = case.steps.get(key=step.key)
            if row.is_live:
                if step.key == "premises":
                    self.premises(case)
                if step.key == "election":
                    self.members(case)
                case = self.finish(case, step.key, **given.get(step.key, {}))
        return Case.objects.get(pk=case.pk)

    def premises(self, case: Case) -> None:
        Facility.objects.create(
            division=Case.objects.get(pk=case.pk).result,
            name="演示服务站",
            kind="comprehensive",
            building_area_c=50_000,
            started_on=today(),
        )

    def members(self, case: Case) -> None:
        division = Case.objects.get(pk=case.pk).result
        for number, posts in enumerate(({"party_post": "secretary"}, {"committee_post": "director"})):
            TwoCommitteeMember.objects.create(
                division=division,
                person=Person.objects.create(name=f"演示{number}"),
                is_fulltime=True,
                counts_toward_quota=True,
                started_on=today(),
                **posts,
            )


def as_typed(
    step: ProcedureStep, day: date, given: dict[str, Any] | None = None, **changes: str
) -> dict[str, str]:
    """What somebody types into the fields of a step: `given` as it is kept, `changes` as they are typed."""
    found: dict[str, str] = {}
    for name, value in filled(step, day, **(given or {})).items():
        field = step.field(name)
        if field.type == "yes_no":
            value = "是" if value else "否"
        elif field.type == "choice":
            value = field.choices[value]
        elif field.type == "choices":
            value = "、".join(field.choices[each] for each in value)
        found[name] = str(value)
    return found | changes
