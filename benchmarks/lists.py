"""First and last page of an area's communities with their count, against the stock admin changelist."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.test import RequestFactory

from benchmarks.admin_site import CommunityAdmin, site
from benchmarks.ground import Ground, officer
from benchmarks.timing import Measurement, by_turns
from communities.models import Community
from communities.views.listing import CommunityListPage
from governance.accounts.lasting import SEEN_AT, SIGNED_IN_AT
from governance.accounts.scope import forget_scope
from governance.divisions.models import Division
from governance.divisions.paths import under

ROUNDS = 15
LARGE = 500_000


def measure(ground: Ground) -> Iterator[Measurement]:
    yield from _area(ground, "list", "≥ 6")
    if ground.community_rows > LARGE:
        country = Division.objects.get(path="")
        nation = replace(ground, province=country, user=officer("bench-nation", country))
        yield from _area(nation, "list of the country", "≥ 12")


def _area(ground: Ground, label: str, goal: str) -> Iterator[Measurement]:
    admin = site._registry[Community]
    assert isinstance(admin, CommunityAdmin)
    admin.scope_path = ground.province.path
    rows = Community.objects.filter(under(ground.province.path)).count()
    notes = {"table_rows": ground.community_rows}
    for name, query, stock_query in (
        (f"{label}, first page", {}, {}),
        (f"{label}, last page", {"last": "1"}, {"p": str(-(-rows // 50))}),
    ):
        ours, stock = _request(ground, query), _request(ground, stock_query)
        fetch, changelist = by_turns(
            lambda ours=ours: _our_rows(ours), lambda stock=stock: _stock_rows(admin, stock), rounds=ROUNDS
        )
        shown = len(_our_rows(ours)), len(_stock_rows(admin, stock))
        yield Measurement(
            name,
            "admin ChangeList: scope, count, rows",
            fetch,
            changelist,
            rows,
            goal,
            notes=notes | {"shown": shown},
        )
        page, rendered = by_turns(
            lambda ours=ours: _our_page(ours),
            lambda stock=stock: admin.changelist_view(stock).render(),
            rounds=ROUNDS,
        )
        yield Measurement(
            f"{name} as HTML", "admin changelist page", page, rendered, rows, "≥ 1", notes=notes
        )


def _request(ground: Ground, query: dict[str, str]) -> HttpRequest:
    request = RequestFactory().get("/", query)
    request.user = ground.user
    # The frame of a page tells how long one stays signed in.
    request.session = {SIGNED_IN_AT: time.time(), SEEN_AT: time.time()}  # type: ignore[assignment]
    return request


def _our_rows(request: HttpRequest) -> list[Any]:
    """What the page reads: grants, count, rows with street and number of findings."""
    forget_scope(request.user)  # type: ignore[arg-type]
    view = CommunityListPage()
    view.setup(request)
    return view.get_page(view.get_queryset()).rows


def _our_page(request: HttpRequest) -> None:
    forget_scope(request.user)  # type: ignore[arg-type]
    CommunityListPage.as_view()(request).render()


def _stock_rows(admin: CommunityAdmin, request: HttpRequest) -> list[Any]:
    return list(admin.get_changelist_instance(request).result_list)
