"""What procedures do to the community registry: the community an approval founds, its ledger and code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from communities.adjustments.applying import apply
from communities.adjustments.cases import EFFECT, PLAN, PLAN_GATE, PROPOSAL, other_cases
from communities.adjustments.checks import faults, plan_faults
from communities.adjustments.plan import read
from communities.choices import Establishment
from communities.founding import register_community
from communities.models import Adjustment, Community
from communities.rulings import too_long
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.services import OpenRefused
from governance.exchange.cells.codes import CreditCodeWidget
from governance.exchange.hooks import after_import
from governance.workflows.catalogue import procedure_of
from governance.workflows.hooks import Finishing, register_effect, register_gate
from governance.workflows.models import StepState


def village_assembly(doing: Finishing) -> Iterable[str]:
    """A converted village needs its assembly (LH-EST-01)."""
    if doing.answers.get(f"{PROPOSAL}.village") and doing.values.get("meeting") != "assembly":
        yield "村转居的应由村民会议通过，会议形式请改为“村民会议”并上传其记录。"


def found_community(doing: Finishing) -> None:
    """At the approval: the community with a code of the portal's own, shown as 建设中 until on the ledger."""
    if doing.values.get("result") == "refused":
        return
    answers = doing.answers
    if doing.case.result_id is not None:
        # Approved anew after a return: the community is there already.
        return
    proposed = {key.removeprefix(f"{PROPOSAL}."): value for key, value in answers.items()}
    if long := list(too_long(proposed)):
        raise ValidationError({"_gates": [f"{text}请退回“提出设立意见”修改。" for text in long]})
    try:
        community = register_community(
            street=doing.case.division,
            name=re.sub(r"\s", "", doing.case.name),
            opened_on=doing.values["approved_on"],
            basis=doing.values["number"],
            facts={
                "boundary_east": answers.get(f"{PROPOSAL}.east") or "",
                "boundary_south": answers.get(f"{PROPOSAL}.south") or "",
                "boundary_west": answers.get(f"{PROPOSAL}.west") or "",
                "boundary_north": answers.get(f"{PROPOSAL}.north") or "",
                "households_resident": answers.get(f"{PROPOSAL}.households"),
                "population_resident": answers.get(f"{PROPOSAL}.persons"),
                "is_converted_village": answers.get(f"{PROPOSAL}.village"),
                "is_new_build": True,
                "establishment": Establishment.BUILDING,
            },
        )
    except OpenRefused as error:
        raise ValidationError({"_gates": str(error)}) from error
    doing.case.result = community.division
    transaction.on_commit(lambda: after_import.run([community.path], doing.on))


def _community_of(doing: Finishing) -> Community:
    if doing.case.result_id is None:
        raise ValidationError({"_gates": "社区还没有批准设立，请先办理批准。"})
    return Community.objects.select_for_update(of=("self",)).get(division_id=doing.case.result_id)


def put_on_ledger(doing: Finishing) -> None:
    """After the final inspection: a community like any other."""
    community = _community_of(doing)
    before = {"establishment": community.establishment, "ledger_number": community.ledger_number}
    community.establishment, community.ledger_number = "", doing.values["number"]
    community.version += 1
    community.save()
    after = {"establishment": "", "ledger_number": community.ledger_number}
    record(EventKind.CHANGE, obj=community, before=before, after=after, reason=doing.case.name)


def register_credit_code(doing: Finishing) -> None:
    """The certificate's code, its check digit verified."""
    community = _community_of(doing)
    try:
        code = CreditCodeWidget().clean(doing.values["code"])
    except ValueError as error:
        raise ValidationError({"code": str(error)}) from error
    before, community.credit_code = community.credit_code, code
    community.version += 1
    community.save()
    record(EventKind.CHANGE, obj=community, before={"credit_code": before}, after={"credit_code": code})


def _adjustment_of(doing: Finishing) -> Adjustment | None:
    number = doing.answers.get(f"{PROPOSAL}.{PLAN}")
    return Adjustment.objects.filter(pk=number or 0, division_id=doing.case.division_id).first()


def adjustment_planned(doing: Finishing) -> Iterable[str]:
    """The plan that the case names is a draft of the same street in which all adds up (LH-ADJ-01)."""
    adjustment = _adjustment_of(doing)
    if adjustment is None:
        yield f"本街道没有编号为 {doing.answers.get(f'{PROPOSAL}.{PLAN}')} 的调整方案，请核对方案编号。"
    elif not adjustment.is_draft:
        yield f"这份调整方案{adjustment.get_state_display()}，不能再用，请另拟方案。"
    else:
        yield from other_cases(adjustment, doing.case)
        yield from plan_faults(read(adjustment), persons=False)


def adjustment_ready(doing: Finishing) -> Iterable[str]:
    """Nothing stands in the way of carrying the plan out today, and it is the plan that was reviewed."""
    adjustment = _adjustment_of(doing)
    if adjustment is None or not adjustment.is_draft:
        yield from adjustment_planned(doing)
    else:
        yield from other_cases(adjustment, doing.case)
        yield from _changed_since(doing, adjustment)
        yield from faults(read(adjustment), doing.on, persons=False)


def _changed_since(doing: Finishing, adjustment: Adjustment) -> Iterable[str]:
    """Whoever looked at the plan last must have seen what is carried out."""
    looking = [step for step in procedure_of(doing.case).steps if PLAN_GATE in step.gates]
    done = doing.case.steps.filter(key__in=[step.key for step in looking], state=StepState.DONE)
    last = done.order_by("-done_at").first()
    if last is not None and last.done_at is not None and adjustment.changed_at > last.done_at:
        title = procedure_of(doing.case).step(last.key).title
        yield f"方案在“{title}”以后有改动，请退回“{title}”，核对改动以后再批准。"


def apply_adjustment(doing: Finishing) -> None:
    """At the approval: the plan is carried out."""
    adjustment = _adjustment_of(doing)
    assert adjustment is not None  # the gate has asked
    try:
        apply(user=doing.user, adjustment=adjustment, approval=doing.values["number"])
    except ValidationError as error:
        raise ValidationError({"_gates": error.messages}) from error


def register() -> None:
    register_gate(PLAN_GATE, adjustment_planned)
    register_gate("adjustment_ready", adjustment_ready)
    register_effect(EFFECT, apply_adjustment)
    register_gate("village_assembly", village_assembly)
    register_effect("found_community", found_community)
    register_effect("put_on_ledger", put_on_ledger)
    register_effect("register_credit_code", register_credit_code)
