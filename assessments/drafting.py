"""Drafting a scheme: its year, its criteria and their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assessments.choices import Direction, SchemeState, Source
from assessments.formulas import WHOLE
from assessments.models import Criterion, Scheme
from assessments.rights import must, organises
from governance.accounts.models import User
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.models import Division, Level
from governance.records import once
from governance.web.formats import hundredths

VETO = "一票否决"
"""No scheme may have one (D38): a criterion or title that names it is refused."""


@dataclass(frozen=True)
class Item:
    """A criterion as somebody typed it; the weight in hundredths of a percent."""

    name: str
    weight_c: int
    source: str = Source.DIRECT
    basis: str = ""


@dataclass(frozen=True)
class Draft:
    """A scheme as somebody typed it."""

    year: int
    direction: str
    title: str
    paper: str = ""
    previous_c: int | None = None
    items: Sequence[Item] = ()

    def check(self) -> None:
        """Raises `ValidationError` by field, `items` for the criteria. Weights may still be incomplete."""
        faults: dict[str, list[str]] = {}
        if VETO in self.title:
            faults["title"] = [f"考核不设“{VETO}”，请删去。"]
        texts = [
            f"第 {number} 项：考核不设“{VETO}”，请删去这项指标。"
            for number, item in enumerate(self.items, start=1)
            if VETO in item.name or VETO in item.basis
        ]
        names = [item.name for item in self.items]
        repeated = sorted({name for name in names if names.count(name) > 1})
        texts += [f"指标“{name}”重复，请合并或改名。" for name in repeated]
        total = sum(item.weight_c for item in self.items)
        if total > WHOLE:
            texts.append(f"各项权重合计 {hundredths(total)}%，超过了 100%，请调整。")
        if texts:
            faults["items"] = texts
        if faults:
            raise ValidationError(faults)


@transaction.atomic
def draft_scheme(*, user: User, division: Division, draft: Draft, token: str = "") -> Scheme:
    """Begin a scheme of a street or of a division above it.

    Raises `PermissionDenied`, `AlreadySubmitted` for an equal request, and `ValidationError` by field.
    """
    must(organises(user, division.path))
    submission = once.claim(user, token)
    if division.level >= Level.COMMUNITY:
        raise ValidationError({"area": "社区考核由街道（乡镇）或以上组织，请选择街道（乡镇）。"})
    if draft.direction == Direction.UP and division.level != Level.STREET:
        raise ValidationError({"direction": "“社区考评街道”的方案由街道（乡镇）建立。"})
    draft.check()
    scheme = Scheme(division=division, drafted_by=user)
    _write(scheme, draft)
    once.settle(submission, scheme)
    record(EventKind.CREATE, obj=scheme, after=_told(draft))
    return scheme


@transaction.atomic
def change_scheme(*, user: User, scheme: Scheme, draft: Draft) -> bool:
    """Correct a draft; False where all stays as it was. Raises as `draft_scheme`."""
    must(organises(user, scheme.path))
    row = held(scheme)
    must_be(row, SchemeState.DRAFT, "只有拟订中的方案能修改；已施行的请负责人退回修改。")
    draft.check()
    before = _told(draft_of(row))
    if before == _told(draft):
        return False
    row.criteria.all().delete()
    _write(row, draft)
    record(EventKind.CHANGE, obj=row, before=before, after=_told(draft))
    return True


def draft_of(scheme: Scheme) -> Draft:
    """What stands in a scheme, as a draft."""
    return Draft(
        scheme.year,
        scheme.direction,
        scheme.title,
        scheme.paper,
        scheme.previous_c,
        [Item(row.name, row.weight_c, row.source, row.basis) for row in scheme.criteria.all()],
    )


def held(scheme: Scheme) -> Scheme:
    """The scheme as it is now, locked until the end of the transaction."""
    return Scheme.objects.select_for_update(of=("self",)).select_related("division").get(pk=scheme.pk)


def must_be(scheme: Scheme, state: SchemeState, text: str) -> None:
    """Raises `ValidationError` when the scheme is in another state."""
    if scheme.state != state:
        raise ValidationError(f"方案{scheme.get_state_display()}。{text}")


def _write(scheme: Scheme, draft: Draft) -> None:
    scheme.year, scheme.direction = draft.year, draft.direction
    scheme.title, scheme.paper, scheme.previous_c = draft.title, draft.paper, draft.previous_c
    try:
        with transaction.atomic():
            scheme.save()
    except IntegrityError:
        way = scheme.get_direction_display()
        text = f"{scheme.division.name} {draft.year} 年已有“{way}”的方案，请在原方案上修改。"
        raise ValidationError({"year": text}) from None
    Criterion.objects.bulk_create(
        Criterion(scheme=scheme, place=place, **asdict(item))
        for place, item in enumerate(draft.items, start=1)
    )


def _told(draft: Draft) -> dict[str, object]:
    return {
        **{name: getattr(draft, name) for name in ("year", "direction", "title", "paper", "previous_c")},
        "指标": [
            f"{item.name} {hundredths(item.weight_c)}%（{Source(item.source).label}）{item.basis}"
            for item in draft.items
        ],
    }
