"""Opening and moving a division in the tree, and proving that every copy of a path is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Concat, Substr

from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.clock import today
from governance.divisions.models import Division, Level, RetiredCode
from governance.divisions.paths import WIDTHS, is_under, path_length, under
from governance.divisions.registry import scoped_models

OWN_CODES = range(900, 1000)
"""Last three digits of the codes that the portal gives to communities without an official one."""


class OpenRefused(ValueError):
    """A division that cannot be opened so; its text (Chinese) is fit for users."""


class MoveRefused(ValueError):
    """A move that would break the tree; its text (Chinese) is fit for users."""


@dataclass(frozen=True)
class PathFault:
    """Rows whose path is wrong: in which model, how many, and the ids of the first few."""

    model: str
    count: int
    examples: tuple[int, ...]


def _free_path(parent: Division, level: int, part: str) -> str:
    """A path under the parent that ends in `part`, or in the first free own part (91…, 901…)."""
    stem = parent.path.ljust(path_length(level - 1), "0")
    taken = set(Division.objects.under(parent.path).filter(level=level).values_list("path", flat=True))
    width = WIDTHS[level - 1]
    own = 9 * 10 ** (width - 1) + 1
    path = stem + part
    while path in taken:
        if own >= 10**width:
            raise MoveRefused(f"“{parent.name}”下已没有可用的位置。")
        path = f"{stem}{own:0{width}d}"
        own += 1
    return path


def _is_free(code: str) -> bool:
    return not (Division.objects.filter(code=code).exists() or RetiredCode.objects.filter(code=code).exists())


def _own_code(street: Division) -> str:
    """The first code of the street's own range that no division has or ever had."""
    stem = f"{street.code}9"
    taken = set(Division.objects.filter(code__startswith=stem).values_list("code", flat=True))
    taken |= set(RetiredCode.objects.filter(code__startswith=stem).values_list("code", flat=True))
    for number in OWN_CODES:
        if f"{street.code}{number}" not in taken:
            return f"{street.code}{number}"
    raise OpenRefused(f"“{street.name}”的自编代码已经用完，请联系系统管理员。")


@transaction.atomic
def open_community(*, street: Division, name: str, opened_on: date, reason: str, code: str = "") -> Division:
    """A new community-level division of a street, logged; without an official code it gets one of its own.

    `reason` names the document it rests on. Raises `OpenRefused`.
    """
    street = Division.objects.select_for_update().get(pk=street.pk)
    if street.level != Level.STREET or street.closed_on is not None:
        raise OpenRefused(f"“{street.name}”不是现有的街道（乡镇），不能新设社区。")
    if not code:
        code = _own_code(street)
    elif not code.startswith(street.code):
        raise OpenRefused(f"社区代码的前 9 位应与街道代码 {street.code} 相同，请核对。")
    elif not _is_free(code):
        raise OpenRefused(f"代码 {code} 已被使用，请核对。")
    division = Division.objects.create(
        parent=street,
        path=_free_path(street, Level.COMMUNITY, code[-WIDTHS[Level.COMMUNITY - 1] :]),
        level=Level.COMMUNITY,
        code=code,
        name=name,
        opened_on=opened_on,
    )
    after = {"code": code, "name": name, "parent": street.code, "opened_on": opened_on.isoformat()}
    record(EventKind.CREATE, obj=division, after=after, reason=reason)
    return division


def is_own_code(division: Division) -> bool:
    """Whether the portal gave the code, because the community has no official one yet."""
    return division.level == Level.COMMUNITY and int(division.code[-3:]) in OWN_CODES


@transaction.atomic
def give_official_code(*, division: Division, code: str, reason: str) -> Division:
    """Put the official code in place of the portal's own, logged; the old one still finds the community.

    The path stays: it orders the tree and is no code. `reason` names the document the code rests on. The same
    code sent again changes nothing. Raises `OpenRefused`.
    """
    # The street is the lock, as in `open_community`: the same code cannot go to two communities.
    assert division.parent_id is not None
    street = Division.objects.select_for_update().get(pk=division.parent_id)
    division = Division.objects.select_for_update().get(pk=division.pk)
    if division.code == code:
        return division
    if division.closed_on is not None:
        raise OpenRefused(f"“{division.name}”已撤销，不能再登记正式代码。")
    if not is_own_code(division):
        raise OpenRefused(f"“{division.name}”已有正式代码 {division.code}，不能在此更换。")
    if not code.startswith(street.code):
        raise OpenRefused(f"社区代码的前 9 位应与街道代码 {street.code} 相同，请核对。")
    if int(code[-3:]) in OWN_CODES:
        raise OpenRefused(f"代码 {code} 属于系统自编代码（末三位 900 至 999），请填写正式代码。")
    if not _is_free(code):
        raise OpenRefused(f"代码 {code} 已被使用，请核对。")
    before, division.code = division.code, code
    division.save(update_fields=["code"])
    RetiredCode.objects.create(division=division, code=before, valid_to=today())
    record(EventKind.CHANGE, obj=division, before={"code": before}, after={"code": code}, reason=reason)
    return division


@transaction.atomic
def move_division(*, division: Division, parent: Division, reason: str) -> Division:
    """Put a division with its whole subtree under another parent.

    Rewrites the paths of the divisions and of every registered scoped model; codes stay. Past events keep the
    path under which they happened. Raises `MoveRefused`.
    """
    rows = Division.objects.select_for_update().in_bulk([division.pk, parent.pk])
    division, parent = rows[division.pk], rows[parent.pk]
    if division.parent_id is None:
        raise MoveRefused("“全国”不能移动。")
    if is_under(parent.path, division.path):
        raise MoveRefused(f"“{division.name}”不能移到自己或自己的下级之下。")
    if parent.level >= division.level:
        raise MoveRefused(f"“{parent.name}”的级别不高于“{division.name}”，不能作为其上级。")
    if division.parent_id == parent.pk:
        return division
    old_parent, old = division.parent, division.path
    new = _free_path(parent, division.level, old[-WIDTHS[division.level - 1] :])
    moved = Concat(Value(new), Substr("path", len(old) + 1))
    carriers: tuple[type[Model], ...] = (Division, *scoped_models())
    for model in carriers:
        model._base_manager.filter(under(old)).update(path=moved)
    division.parent, division.path = parent, new
    division.save(update_fields=["parent"])
    record(
        EventKind.CHANGE,
        obj=division,
        before={"parent": old_parent.code if old_parent else ""},
        after={"parent": parent.code},
        reason=reason,
    )
    return division


def check_paths() -> list[PathFault]:
    """Faults of the tree and of every path copy; empty when all is right."""
    faults = []
    broken = []
    levels_and_paths = dict(Division.objects.values_list("pk", "path"))
    rows = Division.objects.values_list("pk", "level", "path", "parent_id", "parent__level")
    for pk, level, path, parent_id, parent_level in rows.iterator():
        if parent_id is None:
            right = level == 0 and path == ""
        else:
            stem = levels_and_paths[parent_id].ljust(path_length(level - 1), "0")
            right = parent_level < level and path[: -WIDTHS[level - 1]] == stem
        if not right or len(path) != path_length(level):
            broken.append(pk)
    if broken:
        faults.append(PathFault(Division._meta.label_lower, len(broken), tuple(broken[:5])))
    for model in scoped_models():
        wrong = model._base_manager.exclude(path=F("division__path")).order_by("pk")
        count = wrong.count()
        if count:
            examples = tuple(wrong.values_list("pk", flat=True)[:5])
            faults.append(PathFault(model._meta.label_lower, count, examples))
    return faults
