"""The lists of 政策落实 as Excel files, for the division in view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views import View

from governance.accounts.roles import Action
from governance.implementation.catalogue import applicable_measures, lines_of
from governance.implementation.files import MATRIX, MEASURES, OVERDUE, ListKind
from governance.implementation.matrix import matrix_of
from governance.implementation.views.common import AreaMixin
from governance.implementation.views.document import DocumentMixin
from governance.policies.views.sending import exported_by, send_list
from governance.web.policy import Needs, PolicyMixin


class ListExport(AreaMixin, PolicyMixin, View):
    """The same lines as the page shows, in one file; 404 for a division outside the scope."""

    policy = Needs(Action.VIEW)
    http_method_names = ("get", "head", "options")
    kind: ListKind

    def rows(self) -> Sequence[Any]:
        raise NotImplementedError

    def subject(self) -> str:
        """What the list is about beside the division: a document, or nothing."""
        return ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows, subject = self.rows(), self.subject()
        title = f"{self.division.name}{self.kind.name}"
        content = self.kind.write(
            rows,
            title=title,
            notes=[
                f"范围：{self.division.full_name()}；截至：{self.on:%Y-%m-%d}。",
                *([f"文件：《{subject}》。"] if subject else []),
                exported_by(request.user),
                "只供参考的文件不判超期；责任单位按文件中的写法。",
            ],
        )
        return send_list(
            content,
            name=f"{title}_{self.on:%Y%m%d}.xlsx",
            list_name=self.kind.name,
            path=self.division.path,
            rows=len(rows),
            filters={"文件": subject} if subject else None,
        )


class OverdueExport(ListExport):
    kind = OVERDUE

    def rows(self) -> Sequence[Any]:
        lines = lines_of(applicable_measures(self.division), self.division, self.on, judged=True)
        return [line for line in lines if line.late_reasons]


class _DocumentExport(DocumentMixin, ListExport):
    def subject(self) -> str:
        return self.document.title


class MeasuresExport(_DocumentExport):
    kind = MEASURES

    def rows(self) -> Sequence[Any]:
        return self.lines()


class MatrixExport(_DocumentExport):
    kind = MATRIX

    def rows(self) -> Sequence[Any]:
        rows, _ = matrix_of(self.lines())
        return rows
