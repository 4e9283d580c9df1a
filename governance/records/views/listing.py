"""The list of a registry: rows of the user's scope with the columns of their table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import Scope, permitted, scope_of
from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length
from governance.exchange.sheets import Sheet
from governance.records.filters import RecordFilter, filter_for
from governance.records.lookup import row_url
from governance.records.summaries import count_by_area, level_below
from governance.records.tables import RowTable, by_slug, state_on
from governance.web.columns import Column
from governance.web.paging import query_string
from governance.web.policy import Needs
from governance.web.views import Button, Crumb, ListPage, TemplatePage

BULK = {"end": "批量结束", "void": "批量作废", "export": "批量导出"}


def find_table(slug: str) -> RowTable:
    """The registry of an address; 404 for anything else."""
    table = by_slug(slug)
    if table is None:
        raise Http404
    return table


def conditions_query(request: HttpRequest) -> str:
    """The conditions of the address for a link to another page about the same rows."""
    query = query_string(request.GET)
    return query if len(query) > 1 else ""


def rows_of(table: RowTable) -> Any:
    """All rows of a registry in communities that exist today, with what a line shows joined."""
    rows = table.queryset().select_related("division__parent")
    return rows.exclude(path__in=Division.objects.closed_paths())


def place_columns(sheet: Sheet, scope: Scope) -> list[Column]:
    """Where a row belongs: its community and street, or the division it is about and the one above.

    The street is left out where all the user may see lies in one: it would stand on every line.
    """
    paths = scope.paths(Action.VIEW)
    is_one = len(paths) == 1 and len(paths[0]) >= path_length(Level.STREET)
    if sheet.level == Level.COMMUNITY and is_one:
        return [Column(sheet.place_word, "division.name", sort="path")]
    upper = Column("街道" if sheet.level == Level.COMMUNITY else "上级", "division.parent.name")
    return [upper, Column(sheet.place_word, "division.name", sort="path")]


def registry_buttons(table: RowTable, query: str) -> list[Button]:
    """批量导入, 下载模板, 导出 Excel: the order staff know, after 新增."""
    template = (Button("下载模板", "exchange:download", "download", action=Action.IMPORT),)
    return [
        Button("批量导入", "exchange:upload", "file-import", action=Action.IMPORT),
        *(template if table.buttons is None else table.buttons),
        Button("导出 Excel", "records:export", "file-export", args=(table.slug,), query=query),
    ]


class RecordListPage(ListPage):
    """Rows in force today unless the filter says otherwise.

    Who may not see persons gets counts by area of a registry of persons, and no personal column of any other.
    """

    policy = Needs(Action.VIEW)
    template_name = "records/list.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.table = find_table(kwargs["slug"])
        if self.table.sheet.is_per_community:
            return HttpResponseRedirect(reverse("communities:list"))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.action = self.table.action
        self.watermark = self.table.summary is not None
        if not self.scope.may_anywhere(self.action):
            return CountsPage.as_view()(request, table=self.table)
        return super().get(request, *args, **kwargs)

    @cached_property
    def scope(self) -> Any:
        return scope_of(self.request.user)

    @cached_property
    def filter_form(self) -> RecordFilter:
        return filter_for(self.table, self.request.GET, self.request.user)

    @property
    def empty_title(self) -> str:  # type: ignore[override]
        return f"辖区内没有在册的{self.table.label}"

    @property
    def empty_hint(self) -> str:  # type: ignore[override]
        if self.scope.may_anywhere(Action.ADD):
            return "点“新增”逐条填写，或点“下载模板”填好后批量导入。"
        return "街道录入后会显示在这里。"

    @property
    def bulk_url(self) -> str:  # type: ignore[override]
        return reverse("records:bulk", args=[self.table.slug])

    def get_title(self) -> str:
        return self.table.label

    def get_filter_form(self) -> RecordFilter:
        return self.filter_form

    def get_queryset(self) -> QuerySet:
        return rows_of(self.table)

    def get_columns(self) -> Sequence[Column]:
        form = self.filter_form
        form.is_valid()
        on = form.day
        state: list[Column] = []
        if form.state:
            state = [Column("状态", lambda row: (state_on(row, on) or "在册", "grey"), kind="tag")]
        return [
            *place_columns(self.table.sheet, self.scope),
            *state,
            *self.table.columns_for(self.scope, on),
        ]

    def get_buttons(self) -> list[Button]:
        buttons = [
            Button("新增", "records:add", "plus", primary=True, action=Action.ADD, args=(self.table.slug,)),
            *registry_buttons(self.table, conditions_query(self.request)),
        ]
        return [each for each in buttons if each.action is None or self.scope.may_anywhere(each.action)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = self.table.about() if self.table.about else None
        return super().get_context_data(about=about, **kwargs)

    def get_bulk_actions(self) -> Sequence[tuple[str, str]]:
        names = [name for name in BULK if name != "end" or self.table.sheet.end]
        names = names if self.scope.may_anywhere(Action.CHANGE) else ["export"]
        return [(name, BULK[name]) for name in names]

    def row_actions(self, row: Any) -> list[Crumb]:
        links = [("查看", row_url(self.table.sheet, row))]
        if row.voided_on is None and self.scope.may(Action.CHANGE, row.path):
            links.append(("修改", reverse("records:change", args=[self.table.slug, row.pk])))
        return links


class CountsPage(TemplatePage):
    """A registry of persons for who may not see persons: how many, by area."""

    policy = Needs(Action.VIEW)
    template_name = "records/counts.html"

    def get_title(self) -> str:
        return str(self.table.label)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.table = kwargs["table"]
        form = RecordFilter(self.request.GET, user=self.request.user, table=self.table)
        # A name would tell who is behind a count of one.
        del form.fields["q"]
        rows = form.apply(permitted(rows_of(self.table), self.request.user))
        divisions = [form.area] if form.area else scope_of(self.request.user).divisions
        level = level_below(divisions)
        areas = count_by_area(self.table, rows, level)
        return super().get_context_data(
            filter_form=form,
            labels=list(self.table.summary or {}),
            is_personal=self.table.sheet.link is not None,
            areas=areas,
            totals=[sum(column) for column in zip(*(area.counts for area in areas), strict=True)],
            area_label=level.label,
            on=form.day,
            **kwargs,
        )
