"""Papers of a step: attachments, each named after what the procedure asks for."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.records import attachments
from governance.records.models import Attachment
from governance.workflows.engine import locked, own_step
from governance.workflows.models import Case, StepFile


def field_of(paper: str) -> str:
    """The name of the form field of a paper."""
    return f"paper_{paper}"


@transaction.atomic
def add_paper(
    *,
    user: User,
    case: Case,
    key: str,
    paper: str,
    name: str,
    content: bytes,
    revision: int | None = None,
    token: str = "",
) -> StepFile:
    """Take a file as a paper of a live step; the same file again gives the one that is there.

    `revision` and `token` of a page that is about to finish the step: see `locked`.

    Raises `ValidationError` (at the field of the paper) and `PermissionDenied`.
    """
    held = locked(case, revision, user, token)
    row = own_step(held, key, user)
    if paper not in {each.key for each in held.procedure.step(key).evidence}:
        raise ValidationError("这一步没有这种材料，请刷新页面。")
    try:
        attachment = attachments.take(user=user, row=row, name=name, content=content)
    except ValidationError as error:
        raise ValidationError({field_of(paper): error.messages}) from error
    file, made = StepFile.objects.get_or_create(attachment=attachment, defaults={"step": row, "paper": paper})
    if not made and file.paper != paper:
        raise ValidationError({field_of(paper): f"“{attachment.name}”已经作为另一种材料上传，请核对。"})
    return file


@transaction.atomic
def remove_paper(*, user: User, case: Case, key: str, attachment: int) -> Attachment:
    """Void a paper of a live step that was uploaded by mistake; it stays sealed on disk.

    Raises `ValidationError` and `PermissionDenied`.
    """
    held = locked(case)
    row = own_step(held, key, user)
    file = StepFile.objects.select_related("attachment").filter(step=row, attachment=attachment).first()
    if file is None:
        raise ValidationError("没有找到这份材料，请刷新页面。")
    found = file.attachment
    if found.voided_on is None:
        found.voided_on, found.void_reason = timezone.localdate(), "办理中更换"
        found.save(update_fields=["voided_on", "void_reason"])
        record(
            EventKind.VOID, obj=found, before={"file": found.name}, after={"file": ""}, reason="办理中更换"
        )
    file.delete()
    return found
