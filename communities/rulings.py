"""What a ruling on an area does to the registry: who manages it, its four sides, the compounds that go over.

The bureau names the community when it rules; the street carries it out. A ruling that changes nothing here
must at least have been drawn: a boundary in force names its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from communities.adjustments.applying import bring_along
from communities.models import Community, CommunityBoundary, Compound
from governance.audit.models import EventKind
from governance.audit.services import build, record, record_many
from governance.divisions.models import Division, Level, UnknownCode
from governance.divisions.paths import path_length, under
from governance.divisions.transfers import whole_by_kind
from governance.exchange.hooks import after_import
from governance.workflows.hooks import Finishing, register_effect, register_gate

RULING = "ruling"
SIDES = ("east", "south", "west", "north")


def _ruled(doing: Finishing) -> Mapping[str, Any]:
    """What the ruling says, while it is made and afterwards."""
    if doing.step == RULING:
        return doing.values
    prefix = f"{RULING}."
    answers = doing.answers.items()
    return {key.removeprefix(prefix): value for key, value in answers if key.startswith(prefix)}


def _manager(doing: Finishing) -> Division | None:
    """The community that the ruling names; of the same county, not closed."""
    county = doing.case.path[: path_length(Level.COUNTY)]
    code = re.sub(r"\s", "", _ruled(doing).get("code") or "")
    inside = Division.objects.filter(under(county), level=Level.COMMUNITY, closed_on=None)
    try:
        # The portal's own code may have given way to the official one since the ruling.
        return inside.by_code(code) if code else None
    except UnknownCode:
        return None


def _names(doing: Finishing) -> list[str]:
    """The compounds that go over, one a line."""
    lines = re.split(r"[\n、，,；;]", _ruled(doing).get("compounds") or "")
    return list(dict.fromkeys(name for line in lines if (name := line.strip())))


def _says_more(doing: Finishing) -> bool:
    ruled = _ruled(doing)
    return bool(_names(doing)) or any(ruled.get(side) for side in SIDES)


def _changes_something(doing: Finishing, home: Division) -> bool:
    """Whether carrying it out writes a side or moves a compound that is not at home already."""
    if any(_ruled(doing).get(side) for side in SIDES):
        return True
    names = set(_names(doing))
    here = Compound.objects.valid().filter(division=home, ended_on=None, name__in=names)
    return bool(names - set(here.values_list("name", flat=True)))


def too_long(values: Mapping[str, Any]) -> Iterator[str]:
    """Sides in words, by `east` to `north`, that the registry has no room for."""
    for side in SIDES:
        field: Any = Community._meta.get_field(f"boundary_{side}")
        if len(values.get(side) or "") > field.max_length:
            yield f"“{field.verbose_name}”最多 {field.max_length} 字，请写短一些。"


def _compound(doing: Finishing, name: str, home: Division) -> Compound:
    """The compound of a name, wherever in the county; raises `ValidationError`."""
    county = home.path[: path_length(Level.COUNTY)]
    there = Compound.objects.valid().filter(under(county), name=name, ended_on=None)
    found = list(there.select_related("division").order_by("path"))
    elsewhere = [each for each in found if each.division_id != home.pk]
    if not found:
        raise ValidationError(f"小区台账里没有“{name}”，请核对名称。")
    if len(elsewhere) > 1:
        places = "、".join(each.division.name for each in elsewhere)
        raise ValidationError(f"有多个社区登记了“{name}”（{places}），请先在小区台账改名区分。")
    # The name is unique among a community's compounds, ended ones included.
    namesakes = Compound.objects.valid().filter(division=home, name=name)
    if elsewhere and namesakes.exists():
        raise ValidationError(f"“{home.name}”已有同名小区“{name}”，请先在小区台账改名区分。")
    return found[0]


def ruled_manager(doing: Finishing) -> Iterable[str]:
    """The community and the compounds of a ruling are those of the registry."""
    home = _manager(doing)
    yield from too_long(_ruled(doing))
    if home is None:
        if code := doing.values.get("code"):
            yield f"本区没有代码为 {code} 的社区，或者社区已撤销，请核对管理社区代码。"
        elif _says_more(doing):
            yield "写明了四至或划归的小区的，请填写管理社区代码。"
        return
    for name in _names(doing):
        try:
            _compound(doing, name, home)
        except ValidationError as error:
            yield from error.messages


def names_it(number: str, text: str) -> bool:
    """Whether a text names a document: 3号 is not 13号, blanks and the kind of brackets do not count."""

    def plain(words: str) -> str:
        return re.sub(r"\s", "", words).translate(str.maketrans("〔［[【（(〕］]】）)", "(((((()))))" + ")"))

    return re.search(rf"(?<!\d){re.escape(plain(number))}", plain(text)) is not None


def ruling_on_record(doing: Finishing) -> Iterable[str]:
    """A ruling for a community of the county changes sides or compounds, or has been drawn."""
    home = _manager(doing)
    if home is None or _changes_something(doing, home):
        return
    number = _ruled(doing).get("number") or ""
    drawn = CommunityBoundary.objects.current().filter(division=home)  # type: ignore[attr-defined]
    for row in drawn:
        if number and any(names_it(number, text) for text in (row.basis, row.overlap_ruling)):
            return
    yield (
        f"“{home.name}”的边界还没有按裁定修改：请在“社区边界”画出新边界并生效，"
        f"依据文件写明裁定文号 {number}；"
        "裁定书写明了四至或小区的，请退回裁定步骤补填。"
    )


def name_manager(doing: Finishing) -> None:
    """At the ruling: the community is what came out of the case."""
    doing.case.result = _manager(doing)


def apply_ruling(doing: Finishing) -> None:
    """The four sides that the ruling gives, and the compounds that go over."""
    home = _manager(doing)
    if home is None:
        if doing.answers.get(f"{RULING}.code"):
            raise ValidationError({"_gates": "裁定的管理社区已撤销，请退回裁定步骤。"})
        return
    reason = f"{doing.case.name}：{_ruled(doing).get('number') or ''}"
    _describe(doing, home, reason)
    left = _move(doing, home, reason)
    paths = [home.path, *left]
    transaction.on_commit(lambda: after_import.run(paths, doing.on))


def _describe(doing: Finishing, home: Division, reason: str) -> None:
    ruled = _ruled(doing)
    given = {f"boundary_{side}": ruled[side] for side in SIDES if ruled.get(side)}
    community = Community.objects.select_for_update(of=("self",)).get(division=home)
    before = {name: getattr(community, name) for name in given}
    if before == given:
        return
    for name, text in given.items():
        setattr(community, name, text)
    community.version += 1
    community.save()
    record(EventKind.CHANGE, obj=community, before=before, after=given, reason=reason)


def _move(doing: Finishing, home: Division, reason: str) -> list[str]:
    """The paths that compounds have left."""
    left, moved, events = [], [], []
    for name in _names(doing):
        try:
            found = _compound(doing, name, home)
        except ValidationError as error:
            raise ValidationError({"_gates": error.messages}) from error
        if found.division_id == home.pk:
            continue
        compound = (
            Compound.objects.select_for_update(of=("self",)).select_related("division").get(pk=found.pk)
        )
        former = compound.division
        was = found.division_id, None, None
        if (compound.division_id, compound.voided_on, compound.ended_on) != was:
            raise ValidationError({"_gates": f"小区“{name}”刚刚被修改，请核对后再提交。"})
        compound.division, compound.path = home, home.path
        compound.version += 1
        compound.save()
        event = build(
            EventKind.CHANGE,
            obj=compound,
            before={"division": former.code},
            after={"division": home.code},
            reason=reason,
        )
        event.detail = {"moved_from": former.code, "moved_to": home.code}
        events.append(event)
        moved.append(compound)
        left.append(former.path)
    record_many(events)
    if moved:
        bring_along(whole_by_kind()[Compound._meta.label_lower], moved, home)
    return left


def register() -> None:
    register_gate("ruled_manager", ruled_manager)
    register_gate("ruling_on_record", ruling_on_record)
    register_effect("name_manager", name_manager)
    register_effect("apply_ruling", apply_ruling)
