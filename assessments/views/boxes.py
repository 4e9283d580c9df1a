"""Fields in which scores are typed: one line a community, one or two boxes a criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from assessments.models import Criterion
from assessments.results import Line
from assessments.scoresheet import WIDGETS, given_of
from assessments.scoring import NOTHING, Change, Given
from governance.web.formats import hundredths

_MOST_DIGITS = 10
"""Of a number in the field that says what was shown; a longer one was not written by us."""


@dataclass
class Box:
    """One part of a score: the field's name and what stands in it."""

    name: str
    label: str
    value: str
    is_wrong: bool = False


@dataclass
class BoxLine:
    line: Line
    base_name: str
    base: str
    boxes: list[list[Box]] = field(default_factory=list)
    """For each criterion its score, and beside it the valid answers where residents gave it."""


def box_lines(lines: Sequence[Line], data: QueryDict | None = None) -> list[BoxLine]:
    """The fields of some communities, as stored or as typed in `data`."""
    return [_boxes(line, data) for line in lines]


def _boxes(line: Line, data: QueryDict | None) -> BoxLine:
    name = f"base-{line.assessment.pk}"
    made = BoxLine(line, name, _stored(line) if data is None else data.get(name, ""))
    for criterion in line.criteria:
        stored = _texts(given_of(line, criterion))
        parts = []
        for part in range(2 if criterion.asks_replies else 1):
            name = _name(line, criterion, part)
            what = criterion.name if part == 0 else f"{criterion.name}有效评价数"
            value = stored[part] if data is None else data.get(name, "")
            parts.append(Box(name, f"{line.assessment.division.name} {what}", value))
        made.boxes.append(parts)
    return made


def rebase(lines: Sequence[BoxLine]) -> None:
    """Take what is stored now as what was shown, when the user was told of it."""
    for shown in lines:
        shown.base = _stored(shown.line)


def read_boxes(lines: Sequence[BoxLine]) -> tuple[list[Change], list[str]]:
    """What was typed as changes of what was shown, and all faults; wrong boxes are marked."""
    changes, faults = [], []
    for shown in lines:
        line = shown.line
        bases = _decode(shown.base, len(line.criteria))
        for criterion, base, boxes in zip(line.criteria, bases, shown.boxes, strict=True):
            new: list[int | None] = [None, None]
            for part, box in enumerate(boxes):
                try:
                    new[part] = WIDGETS[part].clean(box.value)
                except ValueError as error:
                    box.is_wrong = True
                    faults.append(f"{box.label}：{error}")
            changes.append(Change(line.assessment.pk, criterion.pk, base, (new[0], new[1])))
    return changes, faults


def _name(line: Line, criterion: Criterion, part: int) -> str:
    return f"{'replies' if part else 'score'}-{line.assessment.pk}-{criterion.pk}"


def _texts(given: Given) -> tuple[str, str]:
    value, replies = given
    return "" if value is None else hundredths(value), "" if replies is None else str(replies)


def _stored(line: Line) -> str:
    """What is shown, so that a score changed by somebody else meanwhile is noticed."""
    bases = [given_of(line, each) for each in line.criteria]
    return " ".join(f"{'' if value is None else value}:{replies or ''}" for value, replies in bases)


def _decode(text: str, number: int) -> list[Given]:
    found: list[Given] = []
    for part in text.split(" "):
        value, _, replies = part.partition(":")
        found.append((_number(value), _number(replies)))
    return found if len(found) == number else [NOTHING] * number


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None
