"""数据完整度: units, then communities, then the registries of one community, where 确认为无 is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.visitor import visitor
from governance.console.units import Units, own_units, units_of
from governance.console.views.division import find_division
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.divisions.paths import within
from governance.exchange.sheets import Sheet
from governance.records.completeness.cells import Cell, cells_of, optional_url
from governance.records.completeness.filters import CompletenessFilter
from governance.records.completeness.services import confirm_empty, revoke_empty
from governance.records.completeness.states import (
    DONE_STATES,
    TODO,
    State,
    counted_sheets,
    listed_sheets,
    main_sheet,
    missing_fields,
    standing,
)
from governance.records.completeness.tally import Tally, last_changes, summed, tally
from governance.web.paging import KeysetPager
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import Crumb, TemplatePage

TITLE = "数据完整度"


def list_url(*, area: Division | None = None, sheet: str = "", state: str = "") -> str:
    """The communities whose registry is in a state."""
    asked = {"area": area.code if area else "", "sheet": sheet, "state": state}
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("completeness:list") + (f"?{query}" if query else "")


@dataclass(frozen=True)
class UnitLine:
    """A unit with its tally and, per sheet, how many communities are left and where they are listed."""

    division: Division
    tally: Tally
    cells: list[tuple[int, str, str]]
    last: Any = None

    @property
    def url(self) -> str:
        if self.division.level == Level.COMMUNITY:
            return reverse("completeness:community", args=[self.division.code])
        return list_url(area=self.division)


def _cell(counted: Tally, sheet: Sheet, area: Division | None) -> tuple[int, str, str]:
    """(communities left, where they are listed, class of the lamp)."""
    left = counted.todo(sheet.slug)
    if not left:
        return 0, "", "green" if counted.communities else "dash"
    css = "red" if left == counted.communities else "amber"
    return left, list_url(area=area, sheet=sheet.slug, state=TODO), css


class CompletenessPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "completeness/list.html"
    title = TITLE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = CompletenessFilter(self.request.GET, user=self.request.user)
        rows = form.apply(Division.objects.current().communities())
        area = form.area
        units = units_of([area]) if area is not None else own_units(self.request)
        page = KeysetPager(rows, paths=scope_of(self.request.user).paths(Action.VIEW)).page(self.request)
        on = today()
        cells = cells_of(page.rows, on)
        parents = Division.objects.in_bulk({row.parent_id for row in page.rows})
        changed = last_changes(condition=Q(path__in=[row.path for row in page.rows]), length=12)
        matrix = [
            (row, parents.get(row.parent_id), cells[row.path], changed.get(row.path)) for row in page.rows
        ]
        lines = [] if units.are_communities else self._lines(units)
        whole = summed([line.tally for line in lines])
        if units.are_communities:
            whole = summed(list(tally(paths=units.paths, length=0, on=on).values()))
        return super().get_context_data(
            area=area,
            filter_form=form,
            page=page,
            sheets=counted_sheets(),
            matrix=matrix,
            units=units,
            lines=lines,
            whole=whole,
            whole_cells=[_cell(whole, sheet, area) for sheet in counted_sheets()],
            tiles=self._tiles(whole, area),
            **kwargs,
        )

    def _lines(self, units: Units) -> list[UnitLine]:
        on = today()
        tallies = units.by_length(lambda length: tally(paths=units.paths, length=length, on=on))
        # The audit log of a whole province is read for no page: there its counties tell the day.
        known = {}
        if units.roots and min(root.level for root in units.roots) >= Level.COUNTY:
            known = units.by_length(lambda length: last_changes(condition=within(units.paths), length=length))
        return [
            UnitLine(
                row,
                counted,
                [_cell(counted, sheet, row) for sheet in counted_sheets()],
                known.get(row.path),
            )
            for row in units.rows
            for counted in [tallies.get(row.path, Tally())]
        ]

    def _tiles(self, whole: Tally, area: Division | None) -> list[dict[str, Any]]:
        tiles: list[dict[str, Any]] = [
            {
                "label": "完整率",
                "value": whole.share_text,
                "icon": "target",
                "colour": "green" if whole.cells and whole.cells_done == whole.cells else "",
                "note": f"{whole.cells_done:,} / {whole.cells:,} 本台账",
            }
        ]
        icons = {
            State.ENTERED: ("circle-check", "green"),
            State.EMPTY: ("clipboard-check", ""),
            State.PARTIAL: ("alert-triangle", "amber"),
            State.MISSING: ("circle-x", "red"),
        }
        for state, (icon, colour) in icons.items():
            number = whole.total(state)
            tiles.append(
                {
                    "label": state.label,
                    "value": number,
                    "unit": "本",
                    "icon": icon,
                    "colour": colour if number else "",
                    "note": "社区基本信息" if state == State.PARTIAL else "",
                }
            )
        return tiles

    def get_title(self) -> str:
        return self.title


class NoteForm(forms.Form):
    """What stands behind the word that there is nothing; may stay empty."""

    note = forms.CharField(label="说明", max_length=200, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="撤销原因", max_length=200, error_messages={"required": "请填写撤销原因。"}
    )


@dataclass(frozen=True)
class RegistryLine:
    """One registry of a community on its page."""

    cell: Cell
    lacks: list[str]
    add_url: str
    form: forms.Form | None
    action_url: str


class CommunityPage(TemplatePage):
    """The registries of one community: what is there, what is missing, and how to mend it."""

    policy = Needs(Action.VIEW)
    template_name = "completeness/community.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division = find_division(request.user, kwargs["code"])
        if self.division.level != Level.COMMUNITY:
            return HttpResponseRedirect(list_url(area=self.division))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bound = kwargs.pop("bound", {})
        division = self.division
        may_add = scope_of(self.request.user).may(Action.ADD, division.path) and division.closed_on is None
        main = main_sheet()
        row = standing(main, today()).filter(path=division.path).first() if main else None
        lines = [
            self._line(cell, main, row, may_add, bound)
            for cell in cells_of([division], today())[division.path]
        ]
        changed = last_changes(condition=Q(path=division.path), length=12)
        return super().get_context_data(
            division=division,
            lines=lines,
            done=sum(1 for line in lines if line.cell.state in DONE_STATES),
            last=changed.get(division.path),
            may_add=may_add,
            **kwargs,
        )

    def _line(
        self, cell: Cell, main: Sheet | None, row: Any, may_add: bool, bound: dict[str, forms.Form]
    ) -> RegistryLine:
        sheet, code = cell.sheet, self.division.code
        lacks = missing_fields(sheet, row) if sheet is main and row is not None else []
        form: forms.Form | None = None
        action_url = add_url = ""
        if may_add and sheet.is_per_community:
            add_url = optional_url("records:change", sheet.slug, row.pk) if row is not None and lacks else ""
        elif may_add:
            add_url = optional_url("records:add", sheet.slug, query=f"?area={code}")
            if cell.state == State.MISSING:
                form, name = NoteForm(prefix=sheet.slug), "completeness:confirm"
            elif cell.state == State.EMPTY:
                form, name = ReasonForm(prefix=sheet.slug), "completeness:revoke"
            if form is not None:
                action_url = reverse(name, kwargs={"code": code, "slug": sheet.slug})
        return RegistryLine(cell, lacks, add_url, bound.get(sheet.slug, form), action_url)

    def get_title(self) -> str:
        return f"{self.division.name} {TITLE}"

    def get_breadcrumb(self) -> list[Crumb]:
        first, last = super().get_breadcrumb()
        street = self.division.parent
        upper = [(TITLE, reverse("completeness:list"))]
        if street is not None and scope_of(self.request.user).may(Action.VIEW, street.path):
            upper.append((street.name, list_url(area=street)))
        return [first, *upper, last]


class _Verb(PolicyMixin, View):
    """A word of a clerk about one registry of one community; its answer is the page of the community."""

    policy = Needs(Action.ADD)
    http_method_names = ["get", "post"]
    form_class: type[forms.Form] = NoteForm
    success = ""

    def get(self, request: HttpRequest, code: str, slug: str) -> HttpResponse:
        """Whoever comes back to the address of a refused form gets the page it stood on."""
        division = find_division(request.user, code, Action.ADD)
        return HttpResponseRedirect(reverse("completeness:community", args=[division.code]))

    def post(self, request: HttpRequest, code: str, slug: str) -> HttpResponse:
        division = find_division(request.user, code)
        sheet = next((each for each in listed_sheets() if each.slug == slug), None)
        if sheet is None or division.level != Level.COMMUNITY:
            raise Http404
        form = self.form_class(request.POST, prefix=slug)
        try:
            if form.is_valid():
                self.act(request, division, sheet, form.cleaned_data)
                messages.success(request, self.success.format(place=division.name, sheet=sheet.name))
                return HttpResponseRedirect(reverse("completeness:community", args=[division.code]))
        except ValidationError as error:
            form.add_error(None, error.messages)
        for text in [each for errors in form.errors.values() for each in errors]:
            messages.error(request, str(text))
        page = CommunityPage()
        page.setup(request, code=code)
        page.division = division
        return page.render_to_response(page.get_context_data(bound={slug: form}), status=422)

    def act(self, request: HttpRequest, division: Division, sheet: Sheet, data: dict[str, Any]) -> None:
        raise NotImplementedError


class ConfirmView(_Verb):
    success = "已确认{place}的“{sheet}”为无；今后录入数据时自动撤销。"

    def act(self, request: HttpRequest, division: Division, sheet: Sheet, data: dict[str, Any]) -> None:
        confirm_empty(user=visitor(request), division=division, sheet=sheet, note=data["note"])


class RevokeView(_Verb):
    form_class = ReasonForm
    success = "已撤销{place}“{sheet}”的确认为无。"

    def act(self, request: HttpRequest, division: Division, sheet: Sheet, data: dict[str, Any]) -> None:
        revoke_empty(user=visitor(request), division=division, sheet=sheet, reason=data["reason"])
