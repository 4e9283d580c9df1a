"""Making the one `Community` of every community-level division, and registering one newly set up."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from communities.models import Community
from communities.sheets import bare_name
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.services import OpenRefused, give_official_code, open_community
from governance.exchange.hooks import after_import
from governance.records import once


def make_missing_communities() -> int:
    """Insert an empty community for each community-level division without one, in one statement."""
    community, division = Community._meta.db_table, Division._meta.db_table
    empty_texts = [
        str(field.column)
        for field in Community._meta.concrete_fields
        if field.get_internal_type() == "CharField" and field.name != "path"
    ]
    columns: list[str] = ["division_id", "path", "version", *empty_texts]
    values = ["d.id", "d.path", "1", *["''"] * len(empty_texts)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {community} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {division} d "
            f"LEFT JOIN {community} c ON c.division_id = d.id WHERE d.level = %s AND c.id IS NULL",
            [Level.COMMUNITY],
        )
        return cursor.rowcount


def found_community(
    *,
    user: User,
    street: Division,
    name: str,
    opened_on: date,
    basis: str,
    code: str = "",
    token: str = "",
) -> Community:
    """Register a community younger than the shipped codes: its division, its row and both events, or nothing.

    `basis` is the number of the document that sets it up, `code` its official code if it has one, `token` the
    number of the form: sent twice it is founded once. Raises `ValidationError` and `PermissionDenied`.
    """
    require(user, Action.ADD, street.path)
    name = "".join(name.split())
    if opened_on > today():
        raise ValidationError({"opened_on": "设立日期不能晚于今天，请在正式设立后登记。"})
    if (saved := once.find_saved(user, token, Community)) is not None:
        return saved
    try:
        with transaction.atomic():
            submission = once.claim(user, token)
            community = register_community(
                street=street, name=name, opened_on=opened_on, basis=basis, code=code
            )
            once.settle(submission, community)
    except OpenRefused as error:
        raise ValidationError({"code": str(error)}) from error
    except once.AlreadySubmitted:
        return once.find_saved(user, token, Community)
    after_import.run([community.path], today())
    return community


def give_code(*, user: User, division: Division, code: str, basis: str) -> Division:
    """The official code of a community that so far has one of the portal's own, by the document `basis`.

    Raises `ValidationError` and `PermissionDenied`.
    """
    require(user, Action.ADD, division.path)
    try:
        return give_official_code(division=division, code=code, reason=basis)
    except OpenRefused as error:
        raise ValidationError({"code": str(error)}) from error


@transaction.atomic
def register_community(
    *,
    street: Division,
    name: str,
    opened_on: date,
    basis: str,
    code: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Community:
    """The division and the row of a community, with what is known of it by field; the caller has it measured.

    Whoever calls it has asked whether it may be. Raises `ValidationError` and `OpenRefused`.
    """
    # The street is the lock: two clerks cannot register the same name at the same time.
    Division.objects.select_for_update().get(pk=street.pk)
    _refuse_known_name(street, name)
    division = open_community(street=street, name=name, opened_on=opened_on, reason=basis, code=code)
    known = {key: value for key, value in (facts or {}).items() if value not in (None, "")}
    community = Community.objects.create(division=division, founded_on=opened_on, **known)
    after = {"founded_on": opened_on.isoformat(), **{key: str(value) for key, value in known.items()}}
    record(
        EventKind.CREATE,
        obj=community,
        after=after,
        reason=basis,
        detail={"origin": "form", "basis": basis},
    )
    return community


def _refuse_known_name(street: Division, name: str) -> None:
    """A community of the same name, with or without 社区 or 居委会, exists in the street already."""
    siblings = Division.objects.current().filter(parent=street, level=Level.COMMUNITY)
    for code, known in siblings.values_list("code", "name"):
        if bare_name(known) == bare_name(name):
            raise ValidationError({"name": f"“{street.name}”已有“{known}”（{code}），请核对。"})
