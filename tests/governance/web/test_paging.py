"""Pages by key: complete, in order, without repeats, inside the scope, from both ends."""

import re
from collections.abc import Callable

import pytest
from django.http import Http404
from django.test import RequestFactory

from governance.divisions.models import Division
from governance.web import paging
from governance.web.paging import KeysetPager, Page

pytestmark = pytest.mark.django_db

STREETS = ("990909007", "990909008", "990909009")


def page(query: str, paths: tuple[str, ...] = STREETS, size: int = 5) -> Page:
    pager = KeysetPager(Division.objects.all(), paths=paths, size=size)
    return pager.page(RequestFactory().get(f"/{query}"))


def walk(start: str, direction: str, paths: tuple[str, ...]) -> list[list[str]]:
    pages = [page(start, paths)]
    while getattr(pages[-1], direction):
        pages.append(page(getattr(pages[-1], direction), paths))
    return [[row.path for row in each.rows] for each in pages]


@pytest.mark.parametrize("paths", [STREETS, ("99",), ("",), ("990909007", "990909009"), ("990909009",)])
def test_pages_forward_cover_the_scope_once(tree: dict[str, Division], paths: tuple[str, ...]) -> None:
    wanted = [path for path in sorted(row.path for row in tree.values()) if path.startswith(paths)]
    pages = walk("", "next", paths)
    assert [path for rows in pages for path in rows] == wanted
    assert all(len(rows) == 5 for rows in pages[:-1])


def test_pages_backward_cover_the_scope_once(tree: dict[str, Division]) -> None:
    wanted = [path for path in sorted(row.path for row in tree.values()) if path.startswith(STREETS)]
    pages = walk("?last=1", "previous", STREETS)
    assert pages[0] == wanted[-5:]
    assert set(wanted) == {path for rows in pages for path in rows}
    assert pages[-1] == wanted[:5], "near the start a whole first page is shown"


def test_first_page_and_last_page_know_it(tree: dict[str, Division]) -> None:
    first, last = page(""), page("?last=1")
    assert (first.first, first.previous) == ("", "")
    assert (last.next, last.last) == ("", "")
    assert first.total_text == "共 18 条"
    assert page("", ("990909009",)).is_single


def test_filters_stay_in_the_links(tree: dict[str, Division]) -> None:
    assert page("?name=社区&level=&after=990909007").next.startswith("?name=%E7%A4%BE%E5%8C%BA&after=9909")


def test_nothing_granted_shows_nothing(tree: dict[str, Division]) -> None:
    empty = page("", ())
    assert (empty.rows, empty.total) == ([], 0)


def test_counting_stops_at_the_cap(tree: dict[str, Division], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNT_CAP", 10)
    assert page("").total_text == "超过 10 条"


@pytest.mark.parametrize("key", ["x", "99.", "99.x", "99' or 1=1", "9" * 13])
def test_a_foreign_key_text_is_not_found(tree: dict[str, Division], key: str) -> None:
    with pytest.raises(Http404):
        page(f"?after={key}")


def test_rows_of_one_division_are_split_by_their_number(tree: dict[str, Division]) -> None:
    """Members share the path of their community: the row number continues where the page ended."""
    from governance.divisions.models import RetiredCode

    for number in range(7):
        RetiredCode.objects.create(division=tree["甲1社区"], code=f"88{number}")
    pager = KeysetPager(
        RetiredCode.objects.select_related("division"), paths=("990909007",), field="division__path", size=3
    )
    seen, query = [], ""
    while True:
        now = pager.page(RequestFactory().get(f"/{query}"))
        seen += [row.code for row in now.rows]
        if not now.next:
            break
        query = now.next
        assert re.search(r"after=990909007001\.\d+$", query)
    assert seen == [f"88{number}" for number in range(7)]


def test_statements_do_not_grow_with_rows(
    tree: dict[str, Division], django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(2):
        page("", ("99",))
    with django_assert_num_queries(2):
        page("?last=1", ("99",), size=20)


def test_numbered_pages_stay_inside_their_bounds(tree: dict[str, Division]) -> None:
    rows = Division.objects.order_by("name")
    for query, number in {
        "": 1,
        "?page=2": 2,
        "?page=99": 5,
        "?page=0": 1,
        "?page=x": 1,
        "?page=٣": 3,
    }.items():
        assert paging.numbered_page(rows, RequestFactory().get(f"/{query}"), size=5).number == number
