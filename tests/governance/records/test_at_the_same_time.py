"""Forms sent at the same time by several browsers: one row and one event, and no change lost."""

from collections.abc import Callable

import pytest
from django.test import Client

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from grids.models import Grid
from tests.factories import make_tree, make_user
from tests.governance.records.makers import make_grid, token_of, typed, url
from tests.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_equal_requests_at_the_same_time_make_one_row_and_one_event():
    tree = make_tree()
    user = make_user("clerk", Role.STREET_CLERK, tree.street)
    first = Client()
    first.force_login(user)
    data = {
        "community_code": tree.community.code,
        "number": "01",
        "name": "第1网格",
        "kind": "居民网格",
        "households": "300",
        "_token": token_of(first, url("add", "grids")),
    }
    calls = [lambda client: client.post(url("add", "grids"), data).status_code] * 20
    assert together([user] * 20, calls) == [302] * 20
    assert Grid.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.CREATE).count() == 1


def test_of_many_who_save_the_same_field_one_wins_and_the_others_see_it():
    tree = make_tree()
    user = make_user("clerk", Role.STREET_CLERK, tree.street)
    grid = make_grid(tree.community)

    def saver(households: str) -> Callable[[Client], object]:
        data = typed("grids", grid, households=households)
        return lambda client: client.post(url("change", "grids", grid), data).status_code

    answers = together([user] * 8, [saver(str(number)) for number in range(301, 309)])
    assert sorted(answers) == [302] + [409] * 7
    grid.refresh_from_db()
    assert grid.version == 2 and Event.objects.filter(kind=EventKind.CHANGE).count() == 1


def test_two_who_change_different_fields_all_the_time_lose_nothing():
    tree = make_tree()
    user = make_user("clerk", Role.STREET_CLERK, tree.street)
    grid = make_grid(tree.community, staff_count=0)
    rounds = 25

    def changer(field: str) -> Callable[[Client], object]:
        def change(client: Client) -> object:
            form = client.get(url("change", "grids", grid)).context["form"]
            data = {each.name: str(each.value() or "") for each in form}
            for number in range(1, rounds + 1):
                sent = data | {field: str(1000 + number), "_token": ""}
                answer = client.post(url("change", "grids", grid), sent)
                if answer.status_code != 302:
                    return answer.status_code
                # The next form is opened now; while it is filled in, the other one saves.
                now = Grid.objects.get(pk=grid.pk)
                data = sent | {"_version": str(now.version)}
                data |= {"households": str(now.households), "staff_count": str(now.staff_count)}
            return 302

        return change

    assert together([user] * 2, [changer("households"), changer("staff_count")]) == [302, 302]
    grid.refresh_from_db()
    assert (grid.households, grid.staff_count) == (1000 + rounds, 1000 + rounds)
    assert grid.version == 1 + 2 * rounds == 1 + Event.objects.filter(kind=EventKind.CHANGE).count()
