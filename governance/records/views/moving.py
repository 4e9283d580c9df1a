"""Moving a person to another community of the user's scope."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.records import drafts
from governance.records.editing import EntryConflict, EntryRefused, Saved
from governance.records.forms import RecordForm
from governance.records.lookup import row_url
from governance.records.moving import can_move, move
from governance.records.places import division_field
from governance.records.views.common import RowMixin
from governance.records.views.form import EntryPage
from governance.web.forms import DateField
from governance.web.policy import Needs

ON = "moved_on"


class MovePage(RowMixin, EntryPage):
    """The form of the new record, filled in from the old one."""

    policy = Needs(Action.CHANGE)
    submit_label = "确认转往"

    def find(self) -> None:
        super().find()
        if not can_move(self.sheet):
            raise Http404

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.row.voided_on is not None or self.row.ended_on is not None:
            messages.warning(request, "这条记录已经结束或作废，不能调动；再次任职的请新增记录。")
            return redirect(row_url(self.sheet, self.row))
        return super().get(request, *args, **kwargs)

    @property
    def intro(self) -> str:  # type: ignore[override]
        here = self.row.division.name
        return f"{here}的记录在调动日期结束，同日在调入社区新建一条；下列内容从原记录带出，可以修改。"

    @property
    def draft_key(self) -> str:
        return drafts.move_key(self.sheet, self.row)

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordForm:
        place = division_field(self.request.user, self.sheet)
        place.label = "调入社区"
        fields = self.sheet.resource.fields
        dates = {name for name, column in fields.items() if column.name in (self.sheet.begin, self.sheet.end)}
        first = {ON: timezone.localdate().isoformat(), "community_code": ""}
        form = RecordForm(
            self.sheet,
            data,
            user=self.request.user,
            row=self.row,
            initial=first | (initial or {}),
            leave_out=tuple(dates),
            asks_reason="调动说明",
            place=place,
        )
        text = f"即原记录的{self.sheet.end}和新记录的{self.sheet.begin}"
        required = {"required": "请填写调动日期。"}
        form.fields[ON] = DateField(label="调动日期", help_text=text, error_messages=required)
        form.order_fields(["community_code", ON])
        form.names |= {self.sheet.begin: ON, self.sheet.end: ON}
        return form

    def perform(self, form: RecordForm) -> Saved:
        try:
            on = form.fields[ON].clean(form.data.get(ON, ""))
        except ValidationError as error:
            raise EntryRefused([(self.sheet.begin, message) for message in error.messages]) from None
        cells = {name: text for name, text in form.cells.items() if form.names[name] != ON}
        try:
            return move(
                user=self.request.user,  # type: ignore[arg-type]
                sheet=self.sheet,
                row=self.row,
                cells=cells,
                on=on,
                version=form.version,
                token=form.token,
                draft_key=self.draft_key,
                reason=form.reason,
            )
        except EntryConflict as error:
            text = "原记录刚刚被他人修改，没有保存。请先存草稿，重新打开后核对。"
            raise EntryRefused([("", text)], existing=error.line.stored) from error

    def tell(self, saved: Saved) -> None:
        messages.success(self.request, f"{saved.row}已转往{saved.row.division.name}。")
        for notice in dict.fromkeys(saved.notices):
            messages.warning(self.request, notice)

    def get_title(self) -> str:
        return f"{self.sheet.caption}转往其他社区"

    def get_cancel_url(self) -> str:
        return row_url(self.sheet, self.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change = reverse("records:change", args=[self.sheet.slug, self.row.pk])
        return super().get_context_data(place=self.row.division, links=[("只改内容", change)], **kwargs)
