"""Opening a case: where it may be opened, once, with all its steps waiting and the first of them begun."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from governance.accounts.models import User
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division
from governance.divisions.paths import is_under
from governance.ledgers.subjects import is_of_another_area
from governance.policies.models import PolicyDocument
from governance.records import once
from governance.workflows.catalogue import ACTIONS, AREA_NAMES, Kind, newest_version, procedure_of
from governance.workflows.dues import set_due_days
from governance.workflows.engine import Held, advance
from governance.workflows.models import Case, CaseEvent, CaseStep, Verb

NAME = 80
"""Longest name of a case."""


def open_case(*, user: User, kind: Kind, division: Division, name: str, token: str = "") -> Case:
    """Open a case at a division; sent twice it is opened once.

    Raises `PermissionDenied`, and `ValidationError` by field.
    """
    require(user, kind.opener, division.path)
    if (saved := once.find_saved(user, token, Case)) is not None:
        return saved
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": f"请填写{kind.procedure.name}。"})
    if len(name) > NAME:
        raise ValidationError({"name": f"最多 {NAME} 字，现有 {len(name)} 字。"})
    document = PolicyDocument.objects.select_related("jurisdiction").filter(key=kind.document.id).first()
    holds = document is not None and is_under(division.path, document.jurisdiction.path)
    if not holds or division.level != kind.level or division.closed_on is not None:
        raise ValidationError({"division": "请选择现有的、本流程适用的单位。"})
    if is_of_another_area(division, kind.procedure.area_types, list(AREA_NAMES)):
        names = "、".join(AREA_NAMES[each] for each in kind.procedure.area_types)
        text = f"“{kind.procedure.title}”适用于{names}社区，“{division.name}”登记的区域类型不同，请改选流程。"
        raise ValidationError({"division": text})
    try:
        with transaction.atomic():
            return _open(user, kind, division, name, token)
    except once.AlreadySubmitted:
        return once.find_saved(user, token, Case)
    except IntegrityError:
        raise ValidationError(
            {"name": f"“{division.name}”已有同样的“{kind.procedure.title}”正在办理，请到办理事项里接着办。"}
        ) from None


def _open(user: User, kind: Kind, division: Division, name: str, token: str) -> Case:
    submission = once.claim(user, token)
    version = newest_version(kind.procedure.slug)
    if version is None:
        raise ValidationError("流程还没有装载，请系统管理员运行 load_policies。")
    lock_key = {"no": None, "division": "", "name": name}[kind.procedure.once]
    case = Case.objects.create(
        division=division,
        procedure=version,
        slug=kind.procedure.slug,
        name=name,
        lock_key=lock_key,
        opened_by=user,
    )
    procedure = procedure_of(case)
    rows = [
        CaseStep(
            case=case,
            division=division,
            path=division.path,
            key=step.key,
            order=place,
            action=ACTIONS[step.by].value,
        )
        for place, step in enumerate(procedure.steps)
    ]
    CaseStep.objects.bulk_create(rows)
    held = Held(case, procedure, list(case.steps.order_by("order")))
    advance(held)
    for row in set_due_days(case, held.rows):
        row.save(update_fields=["due_on"])
    record(EventKind.CREATE, obj=case, after={"name": name, "procedure": procedure.title})
    CaseEvent.objects.create(case=case, verb=Verb.OPENED, by=user)
    once.settle(submission, case)
    return case
