"""责任矩阵: the tasks of a document with their units, and what each of them has reported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from governance.implementation.catalogue import Line, UnitLine, state_tag
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
        return [reason for line in self.lines for reason in line.late_reasons]

    @property
    def lead(self) -> list[Cell]:
        return self.cells.get("lead", [])

    @property
    def cooperating(self) -> list[Cell]:
        return self.cells.get("cooperate", [])

    @property
    def responsible(self) -> list[Cell]:
        return self.cells.get("responsible", [])


def _row(number: str, title: str, lines: list[Line]) -> MatrixRow:
    row = MatrixRow(number, title, lines)
    for unit in {unit.name: unit for line in lines for unit in line.units}.values():
        owed = UnitLine(unit.name, lines[0].on, unit.is_group, [(line, unit.role) for line in lines])
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
    rows = [
        _row(str(task.number), task.title, own)
        for task, own in sorted(tasks.values(), key=lambda pair: pair[0].number)
    ]
    rows += [_row("本地", f"{each.measure.code} {each.measure.title}", [each]) for each in local]
    return rows, nobody
