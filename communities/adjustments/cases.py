"""The case that carries a plan out: which one it is, and opening it from the plan.

Nothing else applies a plan: the gates, papers and days of the procedure would be gone round.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from communities.models import Adjustment
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.divisions.paths import is_under
from governance.policies.models import PolicyDocument
from governance.workflows.catalogue import Kind, kinds
from governance.workflows.engine import save_step
from governance.workflows.models import Case, CaseState, CaseStep
from governance.workflows.opening import NAME, open_case

EFFECT = "apply_adjustment"
PLAN_GATE = "adjustment_planned"
PROPOSAL, PLAN = "proposal", "plan"
"""The step and the field in which a case names its plan."""


def carrying_kinds() -> list[Kind]:
    """The procedures that carry plans out, of all packs."""
    return [kind for kind in kinds().values() if any(EFFECT in step.effects for step in kind.procedure.steps)]


def _kind_at(path: str) -> Kind | None:
    """The one whose document is valid at a place; the narrowest where there are several."""
    keys = {kind.document.id: kind for kind in carrying_kinds()}
    rows = PolicyDocument.objects.filter(key__in=keys).values_list("key", "jurisdiction__path")
    valid = [(len(at), keys[key]) for key, at in rows if is_under(path, at)]
    return max(valid, key=lambda each: each[0])[1] if valid else None


def cases_of(adjustment: Adjustment) -> QuerySet[Case]:
    """The cases that name a plan, the newest first."""
    slugs = [kind.procedure.slug for kind in carrying_kinds()]
    steps = CaseStep.objects.filter(
        path=adjustment.path, key=PROPOSAL, case__slug__in=slugs, **{f"values__{PLAN}": adjustment.pk}
    )
    return Case.objects.filter(pk__in=steps.values("case")).order_by("-pk")


def case_of(adjustment: Adjustment) -> Case | None:
    """The case under way or that carried the plan out, else the last that named it (one statement)."""
    found = list(cases_of(adjustment)[:20])
    wanted = CaseState.OPEN if adjustment.is_draft else CaseState.DONE
    # Of several under way the first has the plan.
    return next((case for case in reversed(found) if case.state == wanted), found[0] if found else None)


def other_cases(adjustment: Adjustment, case: Case) -> Iterator[str]:
    """A plan is handled by one case at a time: the one opened first."""
    for other in cases_of(adjustment).filter(state=CaseState.OPEN, pk__lt=case.pk)[:1]:
        yield f"这份方案已由“{other.name}”办理，请到那件事项里接着办，或者先撤回它。"


def start_case(*, user: User, adjustment: Adjustment, token: str = "") -> Case:
    """Open the case of a draft with the plan's number filled in; one that is under way is given back.

    Raises `PermissionDenied` and `ValidationError`.
    """
    require(user, Action.OPEN_CASE, adjustment.path)
    kind = _kind_at(adjustment.path)
    if kind is None:
        raise ValidationError(
            "本地现行的文件没有规定社区拆分合并的办理流程，方案不能实施；请系统管理员装载规定了流程的文件。"
        )
    with transaction.atomic():
        # The plan is the lock: two clicks at the same time open one case.
        adjustment = Adjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
        if not adjustment.is_draft:
            raise ValidationError(f"方案{adjustment.get_state_display()}，不用再办理。")
        running = cases_of(adjustment).filter(state=CaseState.OPEN).order_by("pk").first()
        if running is not None:
            return running
        names = "、".join(each.division.name for each in adjustment.sources.select_related("division"))
        name = f"{names}{adjustment.get_kind_display()}（方案{adjustment.pk}）"
        if len(name) > NAME:
            name = f"{adjustment.get_kind_display()}方案{adjustment.pk}"
        case = open_case(user=user, kind=kind, division=adjustment.division, name=name, token=token)
        save_step(user=user, case=case, key=PROPOSAL, values={PLAN: adjustment.pk})
    return case
