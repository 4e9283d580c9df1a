"""责任矩阵: the tasks of a document with their units, and what each of them has reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from governance.implementation.catalogue import Line, UnitLine, state_tag
from governance.implementation.groups import GroupProgress, progress_of
from governance.policies.models import Task

Cell = tuple[str, tuple[str, str]]
"""A unit, and the text and colour of its state."""


@dataclass
class MatrixRow:
    """One task (or one measure without a task) with its units and what each has reported."""

    number: str
    title: str
    lines: list[Line]
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    """By role."""

    @property
    def late(self) -> list[str]:
        """Each reason once: measures of one procedure share their late cases."""
        return list(dict.fromkeys(reason for line in self.lines for reason in line.late_reasons))

    @property
    def lead(self) -> list[Cell]:
        return self.cells.get("lead", [])

    @property
    def cooperating(self) -> list[Cell]:
        return self.cells.get("cooperate", [])

    @property
    def responsible(self) -> list[Cell]:
        return self.cells.get("responsible", [])


Groups = Mapping[int, GroupProgress]
"""By level: how far the divisions of groups are."""


def _row(number: str, title: str, lines: list[Line], groups: Groups) -> MatrixRow:
    row = MatrixRow(number, title, lines)
    for unit in {unit.name: unit for line in lines for unit in line.units}.values():
        group = groups.get(unit.level) if unit.level is not None else None
        if group is not None:
            tag = group.text([line.measure.pk for line in lines])
            row.cells.setdefault(unit.role, []).append((unit.name, tag))
            continue
        own_lines = [(line, unit.role) for line in lines]
        owed = UnitLine(unit.name, lines[0].on, unit.is_group, own_lines, level=unit.level)
        reported = [own for line, _ in owed.lines if (own := owed.own(line)) is not None and own.state]
        if len(lines) == 1:
            tag = state_tag(reported[0] if reported else None)
        else:
            text = f"报送 {len(reported)}/{len(lines)}，认可 {owed.accepted}"
            colour = "green" if owed.accepted == len(lines) else "blue" if reported else "grey"
            tag = (text if reported else "未报送", colour)
        row.cells.setdefault(unit.role, []).append((unit.name, tag))
    return row


def matrix_of(lines: Iterable[Line]) -> tuple[list[MatrixRow], list[Line]]:
    """The rows of a document in the order of its tasks, those assigned locally last; and what nobody has."""
    tasks: dict[int, tuple[Task, list[Line]]] = {}
    local, nobody = [], []
    for line in lines:
        task = line.measure.task
        if task is not None and task.units.all():
            tasks.setdefault(task.pk, (task, []))[1].append(line)
        elif line.units:
            local.append(line)
        else:
            nobody.append(line)
    groups = _groups([line for _, own in tasks.values() for line in own])
    rows = [
        _row(str(task.number), task.title, own, groups)
        for task, own in sorted(tasks.values(), key=lambda pair: pair[0].number)
    ]
    rows += [_row("本地", f"{each.measure.code} {each.measure.title}", [each], groups) for each in local]
    return rows, nobody


def _groups(lines: list[Line]) -> Groups:
    """How far the members of each group are that some measures name (one statement a level)."""
    asked: dict[int, set[int]] = {}
    for line in lines:
        for unit in line.units:
            if unit.level is not None:
                asked.setdefault(unit.level, set()).add(line.measure.pk)
    found = {
        level: progress_of(measures, lines[0].division, level) for level, measures in sorted(asked.items())
    }
    return {level: progress for level, progress in found.items() if progress is not None}
