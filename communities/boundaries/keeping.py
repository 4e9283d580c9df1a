"""Saving a boundary: as a draft, or in force. Every version stays.

What overlaps a neighbour is put in force only with the reason and the document that rules so; whatever is
valid as a polygon may be kept as a draft.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from communities.boundaries import geojson
from communities.boundaries.checks import Outline, Overlap, overlaps_of
from communities.boundaries.circle import read_points
from communities.boundaries.coordinates import Point
from communities.boundaries.near import columns_of, outlines_of, rows_near
from communities.choices import BoundaryState, CoordinateSystem
from communities.models import CommunityBoundary
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import require
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.paths import ancestor_paths
from governance.policies.follow_up import label_of
from governance.records import once


@dataclass(frozen=True)
class Drawn:
    """What a form says of a boundary; `base` is the version it started from, None where there was none."""

    text: str
    system: str
    effective_from: date | None = None
    basis: str = ""
    overlap_reason: str = ""
    overlap_ruling: str = ""
    points: str = ""
    base: int | None = None


def save(
    *, user: User, division: Division, drawn: Drawn, in_force: bool, token: str = ""
) -> CommunityBoundary:
    """Keep a new version, as a draft or in force. A form sent twice saves once.

    Raises `PermissionDenied`, and `ValidationError` at the field that cannot be.
    """
    require(user, Action.CHANGE, division.path)
    if division.level != Level.COMMUNITY or division.closed_on is not None:
        raise ValidationError("这个社区已撤销，不能再画边界。")
    if (saved := once.find_saved(user, token, CommunityBoundary)) is not None:
        return saved
    shape, points = _read(drawn), _read_points(drawn)
    if in_force:
        _require_basis(drawn)
    try:
        with transaction.atomic():
            submission = once.claim(user, token)
            _lock(division)
            row = _write(user, division, drawn, shape, points, in_force)
            once.settle(submission, row)
    except once.AlreadySubmitted:
        return once.find_saved(user, token, CommunityBoundary)
    return row


def overlaps_around(division: Division, shape: BaseGeometry) -> list[Overlap]:
    """Overlaps of a shape of a community with all others in force."""
    others = outlines_of(rows_near(shape).exclude(division=division))
    return overlaps_of(Outline(division.code, division.name, shape), others)


def _read(drawn: Drawn) -> BaseGeometry:
    try:
        return geojson.read(drawn.text, drawn.system)
    except geojson.ShapeRefused as error:
        field = "geojson" if drawn.system in CoordinateSystem.values else "system"
        raise ValidationError({field: str(error)}) from None


def _read_points(drawn: Drawn) -> list[Point]:
    try:
        return read_points(drawn.points, drawn.system)
    except geojson.ShapeRefused as error:
        raise ValidationError({"points": str(error)}) from None


def _require_basis(drawn: Drawn) -> None:
    missing = {}
    if drawn.effective_from is None:
        missing["effective_from"] = "请填写生效日期；还没有批准的请存为草稿。"
    elif drawn.effective_from > today():
        missing["effective_from"] = "生效日期不能晚于今天，请先存为草稿，到时再生效。"
    if not drawn.basis:
        missing["basis"] = "请填写划定边界的文件；还没有文件的请存为草稿。"
    if missing:
        raise ValidationError(missing)


def _lock(division: Division) -> None:
    """One boundary of a city at a time: two neighbours saved together would not see each other overlap."""
    upper = Division.objects.filter(
        path__in=ancestor_paths(division.path), level__in=[Level.PROVINCE, Level.CITY]
    )
    upper.select_for_update(no_key=True).order_by("path").last()


def _write(
    user: User, division: Division, drawn: Drawn, shape: BaseGeometry, points: list[Point], in_force: bool
) -> CommunityBoundary:
    versions = list(CommunityBoundary.objects.filter(division=division).order_by("-number")[:1])
    newest = versions[0] if versions else None
    if (newest.number if newest else None) != drawn.base:
        assert newest is not None or drawn.base is not None
        who = f"{newest.saved_by_name}刚刚保存了第 {newest.number} 版" if newest else "版本已变化"
        raise ValidationError(f"{who}，您的没有保存。请打开“边界”页对照后重新绘制。")
    if drawn.system != CoordinateSystem.CGCS2000 and newest is not None:
        _refuse_second_shift(drawn, newest)
    current = CommunityBoundary.objects.filter(division=division, state=BoundaryState.CURRENT).first()
    reason, ruling = "", ""
    if in_force:
        _refuse_going_back(drawn, current)
        if _refuse_overlaps(division, drawn, shape):
            reason, ruling = drawn.overlap_reason, drawn.overlap_ruling
        if current is not None:
            current.state, current.ended_on = BoundaryState.REPLACED, drawn.effective_from
            current.save(update_fields=["state", "ended_on"])
    else:
        reason, ruling = drawn.overlap_reason, drawn.overlap_ruling
    CommunityBoundary.objects.filter(division=division, state=BoundaryState.DRAFT).update(
        state=BoundaryState.DROPPED
    )
    row = CommunityBoundary.objects.create(
        division=division,
        number=newest.number + 1 if newest else 1,
        state=BoundaryState.CURRENT if in_force else BoundaryState.DRAFT,
        service_points=points,
        source_system=drawn.system,
        effective_from=drawn.effective_from,
        basis=drawn.basis,
        overlap_reason=reason,
        overlap_ruling=ruling,
        saved_by=user,
        saved_by_name=label_of(user),
        saved_at=timezone.now(),
        **columns_of(shape),
    )
    record(
        EventKind.CREATE if newest is None else EventKind.CHANGE,
        obj=row,
        before=_told(newest) if newest else None,
        after=_told(row),
        reason=reason or drawn.basis,
        detail={"origin": "form"},
    )
    return row


def _refuse_second_shift(drawn: Drawn, newest: CommunityBoundary) -> None:
    """What the page itself showed is CGCS2000; naming another system would shift it a second time."""
    try:
        plain = geojson.as_geojson(geojson.read(drawn.text, CoordinateSystem.CGCS2000))
    except geojson.ShapeRefused:
        return
    if plain == newest.geometry:
        text = "这是系统中已有的 CGCS2000 坐标，不需要再换算，请选 CGCS2000。"
        raise ValidationError({"system": text})


def _refuse_going_back(drawn: Drawn, current: CommunityBoundary | None) -> None:
    assert drawn.effective_from is not None
    if current is None or current.effective_from is None or drawn.effective_from >= current.effective_from:
        return
    text = f"生效日期不能早于现行第 {current.number} 版的 {current.effective_from}。"
    raise ValidationError({"effective_from": text})


def _refuse_overlaps(division: Division, drawn: Drawn, shape: BaseGeometry) -> bool:
    """Whether it overlaps and a ruling says that it may; raises when nothing says so."""
    found = overlaps_around(division, shape)
    if not found:
        return False
    if drawn.overlap_reason and drawn.overlap_ruling:
        return True
    errors: dict[str, Any] = {"geojson": [each.told_to(division.code) for each in found]}
    errors["geojson"].append("请移开重叠的部分；经裁定允许的，请写明原因和裁定文号；也可以先存为草稿。")
    if not drawn.overlap_reason:
        errors["overlap_reason"] = "边界与别的社区重叠，生效须写明原因。"
    if not drawn.overlap_ruling:
        errors["overlap_ruling"] = "边界与别的社区重叠，生效须填写裁定文号。"
    raise ValidationError(errors)


_TOLD = (
    "number",
    "state",
    "service_points",
    "source_system",
    "effective_from",
    "basis",
    "overlap_reason",
    "overlap_ruling",
    "area_m2",
    "perimeter_m",
    "vertices",
)


def _told(row: CommunityBoundary) -> dict[str, Any]:
    """What an event keeps of a version; the geometry itself stays in its row, which nobody writes again."""
    found = {name: getattr(row, name) for name in _TOLD}
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in found.items()}
