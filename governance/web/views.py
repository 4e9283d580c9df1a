"""Generic pages: a list, a detail and a form page are a few declared lines on top of these.

Every class names its `policy`. Rows come from `permitted(...)`: foreign and missing are the same 404; the
action on a row is asked with `require(...)` by the view or its service (403 and an event).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, TemplateView

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.accounts.visitor import visitor
from governance.web import listing
from governance.web.columns import Column, Section
from governance.web.filters import FilterForm
from governance.web.listing import sort_of
from governance.web.paging import (
    COUNT_CAP,
    PAGE_SIZE,
    PAGING_KEYS,
    KeysetPager,
    Page,
    numbered_page,
    query_string,
)
from governance.web.policy import PolicyMixin

Crumb = tuple[str, str]


@dataclass(frozen=True)
class Button:
    """A button above a list or record; `action`: shown to whoever has it somewhere."""

    label: str
    url_name: str
    icon: str
    primary: bool = False
    action: Action | None = None
    query: str = ""
    args: tuple[Any, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args) + self.query


@dataclass(frozen=True)
class Row:
    """One rendered line of a list."""

    cells: list[Any]
    actions: Sequence[Crumb]
    pk: Any = None


class PageMixin(PolicyMixin):
    """Title, breadcrumb and buttons of a page inside the frame."""

    title: str = ""
    crumbs: Sequence[tuple[str, str]] = ()
    """(label, URL name) between 工作台 and this page; an empty name makes plain text."""
    buttons: Sequence[Button] = ()

    request: HttpRequest

    def get_title(self) -> str:
        return self.title

    def get_breadcrumb(self) -> list[Crumb]:
        """(label, address) pairs from 工作台 to this page."""
        middle = [(label, reverse(name) if name else "") for label, name in self.crumbs]
        return [("工作台", reverse("console:home")), *middle, (self.get_title(), "")]

    def get_buttons(self) -> list[Button]:
        scope = scope_of(self.request.user)
        return [each for each in self.buttons if each.action is None or scope.may_anywhere(each.action)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("title", self.get_title())
        kwargs.setdefault("breadcrumb", self.get_breadcrumb())
        kwargs.setdefault("toolbar", self.get_buttons())
        return super().get_context_data(**kwargs)  # type: ignore[misc]


class TemplatePage(PageMixin, TemplateView):
    """A page of its own with a template and nothing generic but the frame."""


class ListPage(PageMixin, TemplateView):
    """A list in path order with filters, capped count and paging by key.

    Set `model` or `queryset` and `columns`. `path_field` is the scoping column; None for rows that are not
    scoped, which are then shown by number in the order of the queryset. `action` is what the user must be
    allowed to do with the rows. A column with `sort` orders the list while at most `COUNT_CAP` rows are left.
    With a filter the list remembers per user its last conditions, saved ones, and the columns left out.
    """

    template_name = "web/list.html"
    model: type[models.Model] | None = None
    queryset: models.QuerySet | None = None
    columns: Sequence[Column] = ()
    filter_form_class: type[FilterForm] | None = None
    path_field: str | None = "path"
    by_number: bool = False
    action: Action = Action.VIEW
    page_size: int = PAGE_SIZE
    empty_title: str = "还没有记录"
    empty_hint: str = ""
    row_actions: Callable[..., Sequence[Crumb]] | None = None
    """A method of (row) that gives (label, address) pairs for the column 操作."""
    bulk_actions: Sequence[tuple[str, str]] = ()
    """(value, label) of what can be done with the rows ticked; needs `bulk_url`."""
    bulk_url: str = ""
    watermark: bool = False
    """Whether a print carries the name of the reader and the time: lists of persons."""

    def get_queryset(self) -> models.QuerySet:
        """All rows of the list with what the columns need joined; scope and filters come afterwards."""
        if self.queryset is not None:
            return self.queryset.all()
        assert self.model is not None, "ListPage needs model or queryset"
        return self.model._default_manager.all()

    def get_filter_form(self) -> FilterForm | None:
        return self.filter_form_class(self.request.GET) if self.filter_form_class else None

    def get_columns(self) -> Sequence[Column]:
        return self.columns

    @property
    def list_key(self) -> str:
        """Under which name the list is remembered: its route and what the address names."""
        match = self.request.resolver_match
        name = match.view_name if match else type(self).__name__
        return "/".join([name, *map(str, self.kwargs.values())])[:80]

    def get_rows(self, queryset: models.QuerySet) -> models.QuerySet:
        """The rows inside the user's scope."""
        if self.path_field is None:
            return queryset
        return permitted(queryset, self.request.user, self.action, self.path_field)

    def get_page(self, queryset: models.QuerySet) -> Page:
        if self.path_field is None or self.by_number:
            return numbered_page(self.get_rows(queryset), self.request, size=self.page_size)
        sort = sort_of(self.request, self.get_columns())
        if sort:
            rows = listing.ordered(self.get_rows(queryset), sort, self.path_field)
            page = numbered_page(rows, self.request, size=self.page_size)
            if page.total <= COUNT_CAP:
                return page
        paths = scope_of(self.request.user).paths(self.action)
        pager = KeysetPager(queryset, paths=paths, field=self.path_field, size=self.page_size)
        return pager.page(self.request)

    def get_bulk_actions(self) -> Sequence[tuple[str, str]]:
        return self.bulk_actions

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The small forms beside the list: conditions and columns."""
        return listing.answer_small_form(request, self.list_key, visitor(request), self.get_columns())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        queryset = self.get_queryset()
        form = self.get_filter_form()
        if form is not None:
            queryset = form.apply(queryset)
        page = self.get_page(queryset)
        columns = self.get_columns()
        memory = self._memory() if form is not None else None
        shown = memory.shown(columns) if memory else columns
        actions = self.row_actions
        rows = [
            Row([column.cell(row) for column in shown], actions(row) if actions else (), row.pk)
            for row in page.rows
        ]
        if memory is not None:
            query = memory.remember(form)
            kwargs |= {
                "conditions": query,
                "last_conditions": memory.last_conditions(query),
                "saved_filters": memory.saved(query),
                "column_choices": memory.choices(columns) if len(columns) > 2 else (),
            }
        return super().get_context_data(
            page=page,
            rows=rows,
            columns=shown,
            headers=self._headers(shown, page),
            row_actions=actions is not None,
            filter_form=form,
            bulk_actions=self.get_bulk_actions() if rows else (),
            bulk_url=self.bulk_url,
            all_selected=self.request.GET.get("select") == "page",
            select_url=query_string(self.request.GET, **self._cursor(), select="page"),
            watermark=self.watermark,
            printed_at=timezone.localtime(),
            is_too_long_to_sort=page.total > COUNT_CAP and any(column.sort for column in columns),
            empty_title=self.empty_title,
            empty_hint=self.empty_hint,
            **kwargs,
        )

    def _memory(self) -> listing.ListMemory:
        return listing.ListMemory(self.request, self.list_key, visitor(self.request))

    def _headers(self, columns: Sequence[Column], page: Page) -> list[listing.Header]:
        sort = sort_of(self.request, columns)
        total = page.total if self.path_field is not None and not self.by_number else COUNT_CAP + 1
        return listing.headers(self.request, columns, sort, total)

    def _cursor(self) -> dict[str, str]:
        """What names the page that is shown."""
        keys = [key for key in PAGING_KEYS if key != "select"]
        return {key: self.request.GET[key] for key in keys if self.request.GET.get(key)}


class ObjectMixin(PageMixin):
    """Finds one row inside the user's scope; anything else is 404."""

    model: type[models.Model] | None = None
    queryset: models.QuerySet | None = None
    path_field: str | None = "path"
    action: Action = Action.VIEW
    lookup: ClassVar[dict[str, str]] = {"pk": "pk"}
    """URL keyword → model lookup, e.g. {"code": "division__code"}."""

    kwargs: dict[str, Any]
    object: Any

    def get_queryset(self) -> models.QuerySet:
        if self.queryset is not None:
            return self.queryset.all()
        assert self.model is not None, "needs model or queryset"
        return self.model._default_manager.all()

    def get_object(self) -> Any:
        queryset = self.get_queryset()
        if self.path_field is not None:
            queryset = permitted(queryset, self.request.user, self.action, self.path_field)
        return get_object_or_404(
            queryset, **{lookup: self.kwargs[keyword] for keyword, lookup in self.lookup.items()}
        )

    def get_title(self) -> str:
        return self.title or str(self.object)


class DetailPage(ObjectMixin, TemplateView):
    """One record as label and field cells; `sections` declare the fields."""

    template_name = "web/detail.html"
    sections: Sequence[Section] = ()

    def get_sections(self) -> Sequence[Section]:
        return self.sections

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(object=self.object, sections=self.get_sections(), **kwargs)


class ActingPage(DetailPage):
    """A page whose POST does one of several things, named by `action`."""

    form: Form | None = None

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        """What can be done by name; each gives the message to show, empty for none."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        act = self.acts().get(request.POST.get("action", ""))
        if act is None:
            return HttpResponseRedirect(self.object.get_absolute_url())
        try:
            text = act(request)
        except ValidationError as error:
            self._show(error)
            self.object = self.get_object()
            return self.render_to_response(self.get_context_data(**kwargs), status=422)
        if text:
            messages.success(request, text)
        return HttpResponseRedirect(self.object.get_absolute_url())

    def _show(self, error: ValidationError) -> None:
        """At the field it is about, where the action has a form; else above the page."""
        if self.form is None:
            for text in error.messages:
                messages.error(self.request, text)
        elif self.form.is_valid():
            self.form.add_error(None, error)


class FormPage(PageMixin, FormView):
    """A form that hands its cleaned data to a service.

    Implement `perform(form)`: call the service and return the address to go to. A `ValidationError` of the
    service is shown in the form, at its field or on top, with what the user typed kept.
    """

    template_name = "web/form.html"
    submit_label: str = "保存"
    success_message: str = "已保存。"
    cancel_url_name: str = ""
    intro: str = ""

    def perform(self, form: Form) -> str:
        raise NotImplementedError

    def get_cancel_url(self) -> str:
        return reverse(self.cancel_url_name) if self.cancel_url_name else ""

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            url = self.perform(form)
        except ValidationError as error:
            _show(form, error)
            return self.form_invalid(form)
        if self.success_message:
            messages.success(self.request, self.success_message)
        return HttpResponseRedirect(url)

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            submit_label=self.submit_label, cancel_url=self.get_cancel_url(), intro=self.intro, **kwargs
        )


def _show(form: Form, error: ValidationError) -> None:
    """Put a service's error at the fields the form has; the rest goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
