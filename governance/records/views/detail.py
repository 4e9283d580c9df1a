"""One record: its fields, its state, what can be done with it, and what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Level
from governance.records.history import entries, events_of
from governance.records.lookup import find_row, place_url, row_url
from governance.records.models import Attachment
from governance.records.moving import can_move
from governance.records.presentation import other_records, sections_of, state_of
from governance.records.services import end_word, is_personal
from governance.records.tables import action_of, by_slug
from governance.records.views.common import RowMixin
from governance.web.columns import Column, Section
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage

LAST_CHANGES = 5


@dataclass(frozen=True)
class RowButton:
    """Something to do with a record."""

    label: str
    url: str
    icon: str
    primary: bool = False


def row_buttons(user: Any, sheet: Any, row: Any) -> list[RowButton]:
    """What a user may do with a record in its state, in the order of use."""
    scope = scope_of(user)

    def to(name: str) -> str:
        return reverse(f"records:{name}", args=[sheet.slug, row.pk])

    buttons = []
    if scope.may(Action.CHANGE, row.path):
        if row.voided_on is not None:
            buttons.append(RowButton("恢复", to("restore"), "rotate-clockwise", primary=True))
        else:
            buttons.append(RowButton("修改", to("change"), "edit", primary=True))
            if row.ended_on is None and sheet.end:
                buttons.append(RowButton(end_word(sheet), to("end"), "archive"))
                if can_move(sheet):
                    buttons.append(RowButton("转往其他社区", to("move"), "arrow-right"))
            buttons.append(RowButton("作废", to("void"), "trash"))
    if is_personal(sheet) and scope.may(Action.REVEAL, row.path):
        buttons.append(RowButton("查看完整信息", to("reveal"), "eye"))
    table = by_slug(sheet.slug)
    if table is not None and table.row_buttons is not None and row.voided_on is None:
        buttons += [RowButton(label, url, icon) for label, url, icon in table.row_buttons(row)]
    buttons.append(RowButton("修改痕迹", to("history"), "history"))
    buttons.append(RowButton("附件", to("attach"), "paperclip"))
    return buttons


class RecordPage(RowMixin, TemplatePage):
    """A record of a registry with rows of its own; a community has its page."""

    policy = Needs(Action.VIEW)
    template_name = "records/detail.html"

    def find(self) -> None:
        self.row = find_row(self.request.user, self.sheet, self.kwargs["pk"], action_of(self.sheet))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sheet.is_per_community:
            return redirect(row_url(self.sheet, self.row))
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return str(self.row)

    def get_breadcrumb(self) -> list[Crumb]:
        return [*super().get_breadcrumb()[:-2], (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, sheet, user = self.row, self.sheet, self.request.user
        scope, today = scope_of(user), timezone.localdate()
        files = list(Attachment.objects.valid().of(row).select_related("uploaded_by"))  # type: ignore[attr-defined]
        return super().get_context_data(
            object=row,
            division=row.division,
            sections=sections_of(sheet, scope, row.path, _place(sheet, row)),
            place_url=place_url(row.division),
            state=state_of(row, today),
            remarks=_remarks(sheet, row),
            buttons=row_buttons(user, sheet, row),
            siblings=other_records(sheet, row, scope, today),
            files=files,
            changes=entries(list(events_of(row)[:LAST_CHANGES]), scope),
            watermark=is_personal(sheet),
            printed_at=timezone.localtime(),
            **kwargs,
        )


def _remarks(sheet: Any, row: Any) -> list[str]:
    table = by_slug(sheet.slug)
    if table is None or table.remarks is None or row.voided_on is not None:
        return []
    return list(table.remarks(row))


def _place(sheet: Any, row: Any) -> Section:
    upper = Column("街道" if row.division.level == Level.COMMUNITY else "上级", "division.parent.name")
    name = Column(sheet.place_word, "division.name", url=lambda each: place_url(each.division))
    return Section(f"所在{sheet.place_word}", (name, upper))
