"""What the pages share: the division in view, the way to it, and the switch to those below."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.clock import today
from governance.divisions.codes import code_candidates
from governance.divisions.models import Division
from governance.implementation.catalogue import measures_shown
from governance.implementation.units import applies
from governance.policies.figures import below, know_below
from governance.policies.models import Measure
from governance.web.views import Crumb, PageMixin

_ANCESTORS = "parent__parent__parent__parent__parent"


def area_url(name: str, division: Division, *args: Any, **query: str) -> str:
    """A page of 政策落实 about a division."""
    return f"{reverse(name, args=args)}?{urlencode({'area': division.code, **query})}"


def measure_page(measure: Measure, division: Division) -> str:
    return area_url("implementation:measure", division, measure.code)


def _with_children(condition: Q, of_parent: Q, user: Any) -> Division | None:
    """A division of the user's with its ancestors and children, in one statement."""
    rows = list(Division.objects.filter(condition | of_parent).select_related(_ANCESTORS).order_by("level"))
    found = next((row for row in rows if scope_of(user).may(Action.VIEW, row.path)), None)
    if found is None:
        return None
    children = [row for row in rows if row.parent_id == found.pk and row.closed_on is None]
    know_below(found, sorted(children, key=lambda row: row.path))
    return found


def division_in_view(request: HttpRequest) -> Division:
    """`?area=CODE`, else the first division of the user; a foreign and a missing one are the same 404."""
    text = (request.GET.get("area") or request.POST.get("area") or "").strip()
    if not text:
        scope = scope_of(request.user)
        own = next((each for each in scope.divisions if scope.may(Action.VIEW, each.path)), None)
        if own is None:
            raise Http404
        found = _with_children(Q(pk=own.pk), Q(parent=own.pk), request.user)
        if found is None:
            raise Http404
        return found
    candidates = code_candidates(text)
    named = _with_children(Q(code__in=candidates), Q(parent__code__in=candidates), request.user)
    if named is None or named.code not in candidates:
        raise Http404
    return named


class AreaMixin(PageMixin):
    """A page about `self.division`; what is shown is that of `self.on`, today."""

    division: Division
    may_switch: bool = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.division, self.on = division_in_view(request), today()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def may(self, action: Action) -> bool:
        return scope_of(self.request.user).may(action, self.division.path)

    def url(self, name: str, *args: Any, **query: str) -> str:
        return area_url(name, self.division, *args, **query)

    def middle(self) -> list[Crumb]:
        """The pages between 政策落实 and this one."""
        return []

    def get_breadcrumb(self) -> list[Crumb]:
        return [
            ("工作台", reverse("console:home")),
            ("政策落实", self.url("implementation:home")),
            *self.middle(),
            (self.get_title(), ""),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        lineage: list[Division] = []
        each: Division | None = self.division
        while each is not None:
            lineage.insert(0, each)
            each = each.parent
        return super().get_context_data(
            division=self.division,
            on=self.on,
            lineage=[
                (row, scope.may(Action.VIEW, row.path)) for row in lineage if row.path or len(lineage) == 1
            ],
            children=below(self.division) if self.may_switch else [],
            **kwargs,
        )


class MeasureMixin(AreaMixin):
    """A page about one measure in a division."""

    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        measure = measures_shown().filter(code=kwargs["measure"]).first()
        if measure is None:
            raise Http404
        self.measure: Measure = measure
        return super().dispatch(request, *args, **kwargs)

    @property
    def does_apply(self) -> bool:
        return applies(self.measure.document, self.division)

    def middle(self) -> list[Crumb]:
        document = self.measure.document
        return [(document.title, self.url("implementation:document", document.key))]

    def get_title(self) -> str:
        return f"{self.measure.code} {self.measure.title}"
