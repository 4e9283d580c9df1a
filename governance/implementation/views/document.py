"""One document in a division: chapters, clauses, measures with their live figures; and who owes what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from governance.accounts.roles import Action
from governance.divisions.models import Level
from governance.implementation.catalogue import DocumentLine, Line, lines_of, measures_shown
from governance.implementation.matrix import matrix_of
from governance.implementation.units import applies
from governance.implementation.views.common import AreaMixin
from governance.policies.models import Clause, Measure
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
            export_url=self.url("implementation:document_export", self.document.key),
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


class MatrixPage(DocumentMixin, TemplatePage):
    """责任矩阵: tasks and their units with what each has reported; made to be printed."""

    policy = Needs(Action.VIEW)
    template_name = "implementation/matrix.html"

    def get_title(self) -> str:
        return f"{self.document.title}：责任矩阵"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows, nobody = matrix_of(self.lines())
        return super().get_context_data(
            document=self.document,
            does_apply=self.does_apply,
            rows=rows,
            nobody=[(line, self.url("implementation:measure", line.measure.code)) for line in nobody],
            document_url=self.url("implementation:document", self.document.key),
            export_url=self.url("implementation:matrix_export", self.document.key),
            **kwargs,
        )
