"""A paper that is no rule yet, adopted: drafts of local values for all its standards, citing the paper that
adopts it."""

import hashlib
from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db import transaction

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.divisions.models import Division
from governance.policies import local_values
from governance.policies.local_values import Citation, Draft, may_have_local
from governance.policies.models import LocalState, LocalValue, PolicyDocument, Standard


def adoptable(document: PolicyDocument, division: Division) -> list[Standard]:
    """The standards of a document that have no local value, drafted or decided, in a division."""
    taken = LocalValue.objects.filter(division=division).exclude(state=LocalState.WITHDRAWN)
    rows = Standard.objects.filter(measure__document=document).exclude(pk__in=taken.values("standard"))
    rows = rows.select_related("measure__document__jurisdiction").prefetch_related("values")
    return [each for each in rows.order_by("measure__order") if may_have_local(each)]


@transaction.atomic
def adopt(*, by: User, document: PolicyDocument, division: Division, citation: Citation, key: str) -> int:
    """Draft a local value with the document's own figures for each of its standards; returns how many.

    Sent twice it drafts once. Raises `PermissionDenied`, `ValidationError`.
    """
    require(by, Action.DRAFT_POLICY, division.path)
    if document.binds:
        raise ValidationError("这个文件现行有效，不必采用。")
    drafted = 0
    for standard in adoptable(document, division):
        value = standard.value_on(citation.effective_from)
        if value is None:
            continue
        draft = Draft(
            standard=standard,
            division=division,
            parameters=value.parameters or {},
            binding=standard.binding,
            **asdict(citation),
        )
        own = hashlib.sha256(f"{key}/{standard.pk}".encode()).hexdigest()[:32]
        local_values.draft(by=by, draft=draft, key=own)
        drafted += 1
    return drafted
