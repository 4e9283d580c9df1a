"""One document in a division: chapters, clauses, measures with their live figures; and who owes what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from governance.accounts.roles import Action
from governance.divisions.models import Level
from governance.implementation.catalogue import (
    DocumentLine,
    Line,
    UnitLine,
    lines_of,
    measures_shown,
    state_tag,
)
from governance.implementation.units import applies
from governance.implementation.views.common import AreaMixin
from governance.policies.models import Clause, Measure, Task
from governance.policies.presentation import clause_url
from governance.policies.views.documents import status_tag
from governance.web.policy import Needs
from governance.web.views import TemplatePage

_CHAPTER = re.compile(r"[一二三四五六七八九十]+")


@dataclass
class ClauseBlock:
    """A clause with its measures; `chapter` stands above the first clause of each chapter."""

    clause: Clause
    url: str
    chapter: str = ""
    lines: list[tuple[Line, str]] = field(default_factory=list)


def chapter_of(ref: str) -> str:
    """二 of 二(一)1; empty for what belongs to no chapter (题头, (一), 附件1)."""
    found = _CHAPTER.match(ref)
    return found.group() if found else ""


class DocumentMixin(AreaMixin):
    """A page about the measures of one document in a division; 404 where it says nothing about it."""

    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.measures: list[Measure] = list(measures_shown().filter(document__key=kwargs["key"]))
        if not self.measures:
            raise Http404
        self.document = self.measures[0].document
        return super().dispatch(request, *args, **kwargs)

    @property
    def does_apply(self) -> bool:
        return applies(self.document, self.division)

    def lines(self) -> list[Line]:
        return lines_of(self.measures, self.division, self.on) if self.does_apply else []


class DocumentPage(DocumentMixin, TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "implementation/document.html"

    def get_title(self) -> str:
        return f"{self.document.title}：落实情况"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = self.lines()
        return super().get_context_data(
            document=self.document,
            status=(status_tag(self.document)[0], "green" if self.document.binds else "grey"),
            does_apply=self.does_apply,
            blocks=self._blocks(lines),
            totals=DocumentLine(self.document, lines),
            matrix_url=self.url("implementation:matrix", self.document.key),
            is_community=self.division.level == Level.COMMUNITY,
            **kwargs,
        )

    def _blocks(self, lines: list[Line]) -> list[ClauseBlock]:
        blocks: dict[int, ClauseBlock] = {}
        chapter = ""
        for line in sorted(lines, key=lambda each: (each.measure.clause.order, each.measure.order)):
            clause = line.measure.clause
            block = blocks.get(clause.pk)
            if block is None:
                own = chapter_of(clause.ref)
                url = clause_url(self.document.key, clause.ref)
                block = blocks[clause.pk] = ClauseBlock(clause, url, own if own != chapter else "")
                chapter = own
            block.lines.append((line, self.url("implementation:measure", line.measure.code)))
        return list(blocks.values())


@dataclass
class MatrixRow:
    """One task (or one measure without a task) with its units and what each has reported."""

    number: str
    title: str
    lines: list[Line]
    cells: dict[str, list[tuple[str, tuple[str, str]]]] = field(default_factory=dict)
    """Role → (unit, tag of its state)."""

    @property
    def late(self) -> list[str]:
        return [reason for line in self.lines for reason in line.late_reasons]

    @property
    def lead(self) -> list[tuple[str, tuple[str, str]]]:
        return self.cells.get("lead", [])

    @property
    def cooperating(self) -> list[tuple[str, tuple[str, str]]]:
        return self.cells.get("cooperate", [])

    @property
    def responsible(self) -> list[tuple[str, tuple[str, str]]]:
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


class MatrixPage(DocumentMixin, TemplatePage):
    """责任矩阵: tasks and their units with what each has reported; made to be printed."""

    policy = Needs(Action.VIEW)
    template_name = "implementation/matrix.html"

    def get_title(self) -> str:
        return f"{self.document.title}：责任矩阵"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tasks: dict[int, tuple[Task, list[Line]]] = {}
        local, nobody = [], []
        for line in self.lines():
            task = line.measure.task
            if task is not None and task.units.all():
                tasks.setdefault(task.pk, (task, []))[1].append(line)
            elif line.units:
                local.append(line)
            else:
                nobody.append(line)
        rows = [
            _row(str(task.number), task.title, lines)
            for task, lines in sorted(tasks.values(), key=lambda pair: pair[0].number)
        ]
        rows += [_row("本地", f"{each.measure.code} {each.measure.title}", [each]) for each in local]
        return super().get_context_data(
            document=self.document,
            does_apply=self.does_apply,
            rows=rows,
            nobody=[(line, self.url("implementation:measure", line.measure.code)) for line in nobody],
            document_url=self.url("implementation:document", self.document.key),
            **kwargs,
        )
