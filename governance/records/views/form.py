"""The form of a record: adding, changing, and deciding where two people changed the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.views.division import find_division
from governance.divisions.models import Division
from governance.records import drafts, once
from governance.records.editing import (
    Entry,
    EntryConflict,
    EntryRefused,
    Saved,
    clashes,
    merged_cells,
    save,
)
from governance.records.forms import REASON, RecordForm, cell_text
from governance.records.lookup import list_url, place_url, row_url
from governance.records.moving import can_move, open_elsewhere
from governance.records.services import end_word
from governance.records.tables import by_slug
from governance.records.views.common import RowMixin, SheetMixin
from governance.web.policy import Needs

RESOLVE, BACK, CLASH, CHOICE, ALL = "_resolve", "_back", "_clash", "_choice_", "_all"


class EntryPage(SheetMixin, TemplateView):
    """Base of the pages that show a `RecordForm` and save it."""

    template_name = "records/form.html"
    submit_label = "保存"
    intro = ""

    @property
    def draft_key(self) -> str:
        raise NotImplementedError

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordForm:
        raise NotImplementedError

    def perform(self, form: RecordForm) -> Saved:
        raise NotImplementedError

    def after(self, form: RecordForm, saved: Saved) -> str:
        """Where to go once the form is saved."""
        return row_url(self.sheet, saved.row)

    def get_cancel_url(self) -> str:
        return ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = drafts.find(request.user, self.draft_key)  # type: ignore[arg-type]
        loaded = draft is not None and "draft" in request.GET
        form = self.make_form(initial=drafts.read(draft) if loaded and draft else None)
        return self.show(form, draft=draft, is_draft_loaded=loaded)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.try_to_save(self.make_form(request.POST))

    def try_to_save(self, form: RecordForm) -> HttpResponse:
        try:
            saved = self.perform(form)
        except EntryRefused as error:
            form.show(dict.fromkeys(error.faults))
            existing = row_url(self.sheet, error.existing) if error.existing is not None else ""
            return self.show(form, status=422, existing_url=existing)
        self.tell(saved)
        return redirect(self.after(form, saved))

    def tell(self, saved: Saved) -> None:
        if saved.changed or saved.repeated:
            messages.success(self.request, f"已保存：{saved.row}。")
        else:
            messages.info(self.request, "没有改动。")
        for notice in dict.fromkeys(saved.notices):
            messages.warning(self.request, notice)

    def show(self, form: RecordForm, *, status: int = 200, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            submit_label=self.submit_label,
            intro=self.intro,
            draft_key=self.draft_key,
            cancel_url=self.get_cancel_url(),
            **kwargs,
        )


class AddPage(EntryPage):
    """A new record, `?area=` the community it is for."""

    policy = Needs(Action.ADD)

    def find(self) -> None:
        self.area: Division | None = None
        code = self.request.GET.get("area", "")
        if code:
            self.area = find_division(self.request.user, code, Action.ADD)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sheet.is_per_community:
            return redirect("communities:found")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.sheet.is_per_community:
            return redirect("communities:found")
        return super().post(request, *args, **kwargs)

    @property
    def community(self) -> Division | None:
        area = self.area
        return area if area is not None and area.level == self.sheet.level else None

    @property
    def draft_key(self) -> str:
        return drafts.add_key(self.sheet, self.community)

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordForm:
        first = {"community_code": self.community.code} if self.community else {}
        return RecordForm(self.sheet, data, user=self.request.user, initial=first | (initial or {}))

    def perform(self, form: RecordForm) -> Saved:
        entry = Entry(self.sheet, form.cells)
        user: Any = self.request.user
        saved = save(user=user, entry=entry, token=form.token, draft_key=self.draft_key)
        if told := open_elsewhere(user, self.sheet, saved.row):
            saved.notices.append(told)
        return saved

    def after(self, form: RecordForm, saved: Saved) -> str:
        if "_next" in form.data:
            return f"{reverse('records:add', args=[self.sheet.slug])}?area={form.cells[self.sheet.place]}"
        return super().after(form, saved)

    def get_title(self) -> str:
        return f"新增{self.sheet.caption}"

    @property
    def intro(self) -> str:  # type: ignore[override]
        """What the registry is kept for, where it says so."""
        table = by_slug(self.sheet.slug)
        return " ".join(table.about().texts) if table is not None and table.about is not None else ""

    def get_cancel_url(self) -> str:
        if self.community is not None:
            return place_url(self.community)
        return list_url(self.sheet)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(has_next=True, **kwargs)


class ChangePage(RowMixin, EntryPage):
    """An existing record; personal data stands masked, and masks left alone change nothing."""

    policy = Needs(Action.CHANGE)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._if_voided() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (answer := self._if_voided()) is not None:
            return answer
        if RESOLVE in request.POST:
            return self._resolve(request)
        return super().post(request, *args, **kwargs)

    def _if_voided(self) -> HttpResponse | None:
        if self.row.voided_on is None:
            return None
        text = f"这条记录已于 {self.row.voided_on:%Y-%m-%d} 作废，不能修改；确需使用的请先恢复。"
        messages.warning(self.request, text)
        return redirect(row_url(self.sheet, self.row))

    @property
    def draft_key(self) -> str:
        return drafts.change_key(self.sheet, self.row)

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordForm:
        return RecordForm(
            self.sheet, data, user=self.request.user, row=self.row, initial=initial, asks_reason="修改说明"
        )

    def entry_of(self, form: RecordForm) -> Entry:
        return Entry(self.sheet, form.cells, self.row, form.version)

    def perform(self, form: RecordForm) -> Saved:
        return save(
            user=self.request.user,  # type: ignore[arg-type]
            entry=self.entry_of(form),
            token=form.token,
            draft_key=self.draft_key,
            reason=form.reason,
        )

    def try_to_save(self, form: RecordForm) -> HttpResponse:
        try:
            return super().try_to_save(form)
        except EntryConflict as error:
            return self._show_conflict(form, error)

    def _show_conflict(self, form: RecordForm, error: EntryConflict) -> HttpResponse:
        """Both versions side by side; the hidden fields hold the record as it is with my changes on it."""
        line = error.line
        cells = merged_cells(line, self.entry_of(form))
        hidden = [(form.names[column], text) for column, text in cells.items()]
        hidden += [(drafts.VERSION, line.stored.version), (REASON, form.reason)]
        hidden += [(once.FIELD, form.token or once.new_token())]
        context = self.get_context_data(
            title="他人刚刚修改了这条记录",
            form=form,
            clashes=clashes(line, form.names),
            hidden=hidden,
        )
        return self.response_class(self.request, ["records/conflict.html"], context, status=409)

    def _resolve(self, request: HttpRequest) -> HttpResponse:
        """The decision of the conflict page: mine and theirs by field; or back into the form."""
        data = request.POST.copy()
        columns = {name: column for column, name in self.make_form().names.items()}
        every = data.get(ALL, "")
        for name in data.getlist(CLASH):
            if name not in columns:
                raise Http404
            if BACK not in data and (every or data.get(CHOICE + name, "")) == "theirs":
                data[name] = cell_text(self.sheet.columns[columns[name]], self.row)
        form = self.make_form(data)
        if BACK in data:
            return self.show(form)
        return self.try_to_save(form)

    def get_title(self) -> str:
        return f"修改{self.sheet.caption}"

    def get_cancel_url(self) -> str:
        return row_url(self.sheet, self.row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(links=self._links(), place=self.row.division, **kwargs)

    def _links(self) -> Sequence[tuple[str, str]]:
        """What else can be done with the record."""
        sheet, row = self.sheet, self.row
        if sheet.is_per_community:
            return ()
        names = [("move", "转往其他社区")] if can_move(sheet) and row.ended_on is None else []
        names += [("end", end_word(sheet))] if row.ended_on is None and sheet.end else []
        names += [("void", "作废")]
        if not scope_of(self.request.user).may(Action.CHANGE, row.path):
            return ()
        return [(label, reverse(f"records:{name}", args=[sheet.slug, row.pk])) for name, label in names]
