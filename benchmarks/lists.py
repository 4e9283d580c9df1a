"""First and last page of a province's communities with their count, against the stock admin changelist."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.test import RequestFactory

from benchmarks.admin_site import CommunityAdmin, site
from benchmarks.ground import Ground
from benchmarks.timing import Measurement, by_turns
from communities.models import Community
from communities.views.listing import CommunityListPage
from governance.accounts.scope import forget_scope

ROUNDS = 15


def measure(ground: Ground) -> Iterator[Measurement]:
    admin = site._registry[Community]
    assert isinstance(admin, CommunityAdmin)
    admin.scope_path = ground.province.path
    pages = -(-Community.objects.filter(path__startswith=ground.province.path).count() // 50)
    goal = "≥ 12" if ground.community_rows > 500_000 else "≥ 6"
    notes = {"table_rows": ground.community_rows}
    for name, query, stock_query in (
        ("list first page", {}, {}),
        ("list last page", {"last": "1"}, {"p": str(pages)}),
    ):
        ours = _request(ground, query)
        stock = _request(ground, stock_query)
        fetch, changelist = by_turns(
            lambda ours=ours: _our_rows(ours), lambda stock=stock: _stock_rows(admin, stock), rounds=ROUNDS
        )
        shown = len(_our_rows(ours)), len(_stock_rows(admin, stock))
        yield Measurement(
            name,
            "admin ChangeList: scope, count, rows",
            fetch,
            changelist,
            ground.rows,
            goal,
            notes=notes | {"shown": shown},
        )
        page, rendered = by_turns(
            lambda ours=ours: _our_page(ours),
            lambda stock=stock: admin.changelist_view(stock).render(),
            rounds=ROUNDS,
        )
        yield Measurement(
            f"{name}, whole HTML page",
            "admin changelist page",
            page,
            rendered,
            ground.rows,
            "≥ 1",
            notes=notes,
        )


def _request(ground: Ground, query: dict[str, str]) -> HttpRequest:
    request = RequestFactory().get("/", query)
    request.user = ground.user
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
