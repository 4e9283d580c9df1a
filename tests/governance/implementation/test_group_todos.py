"""What documents ask of every street, for whoever keeps several: lines of 待办, and what they cost."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.accounts.services import grant
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.implementation.models import State, Undertaking
from governance.policies.models import Measure
from governance.policies.models.documents import DocumentStatus
from tests.factories import Tree, make_division, make_user
from tests.governance.policies.test_pages import text_of


@pytest.fixture
def streets(measured_tree: Tree) -> list[Division]:
    """Eight streets of 莲湖区, the two of the tree first."""
    more = [
        make_division(f"61010403{number}", f"新增{number}街道", measured_tree.county) for number in range(6)
    ]
    return [measured_tree.street, measured_tree.other_street, *more]


@pytest.fixture
def clerk(streets: list[Division]) -> User:
    """A clerk of the first two streets."""
    user = make_user("several", Role.STREET_CLERK, streets[0])
    grant(user=user, role=Role.STREET_CLERK, division=streets[1])
    return user


def _add(user: User, streets: list[Division]) -> None:
    for street in streets:
        grant(user=user, role=Role.STREET_CLERK, division=street)


def _lines(sign_in, user: User) -> list[tuple[str, str, str]]:
    """(address, label, number) of the lines about what was not reported."""
    cache.clear()
    found = re.findall(
        r'href="([^"]+)"[^>]*>([^<]*尚未报送的措施)</a>.*?(\d+) 项', text_of(sign_in(user), "/todo/"), re.S
    )
    return [(url.replace("&amp;", "&"), label, number) for url, label, number in found]


def _owed() -> int:
    given = Measure.objects.filter(task__units__level=4, document__status=DocumentStatus.IN_FORCE)
    return given.filter(document__jurisdiction__path__in=["", "61", "6101", "610104"]).distinct().count()


def test_statements_do_not_grow_with_the_streets(streets, clerk, sign_in):
    def count(url: str) -> int:
        client = sign_in(clerk)  # a grant ends the sessions before it
        text_of(client, url)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            text_of(client, url)
        return len(queries)

    pages = ("/todo/", "/implementation/tasks/?show=open")
    few = [count(url) for url in pages]
    _add(clerk, streets[2:])
    assert [count(url) for url in pages] == few


def test_a_few_streets_have_a_line_each(streets, clerk, sign_in):
    first, second = streets[:2]
    owed = _owed()
    assert owed > 1
    measure = Measure.objects.filter(task__units__name="各街办", document__code="LH").first()
    reported = {"measure": measure, "division": first, "state": State.WAITING}
    Undertaking.objects.create(**reported, unit_name="区住建局")
    link = "/implementation/tasks/?area={}&show=open"
    lines = [(link.format(each.code), f"{each.name}尚未报送的措施", str(owed)) for each in (first, second)]
    assert sorted(_lines(sign_in, clerk)) == lines, "the report of a unit is none of the street"
    Undertaking.objects.create(**reported)
    lines[0] = (*lines[0][:2], str(owed - 1))
    assert sorted(_lines(sign_in, clerk)) == lines
    Undertaking.objects.filter(unit_name="").update(state=State.NONE)
    assert sorted(_lines(sign_in, clerk))[0][2] == str(owed), "a task that was urged only is not reported"


def test_the_due_day_is_the_next_one_and_drafts_ask_for_nothing(streets, clerk, sign_in):
    given = Measure.objects.filter(task__units__level=4, document__code="LH")
    near, past = list(given.distinct()[:2])
    Measure.objects.filter(pk=near.pk).update(due_on=today() + timedelta(days=20))
    Measure.objects.filter(pk=past.pk).update(due_on=today() - timedelta(days=20))
    assert "还有 20 天" in text_of(sign_in(clerk), "/todo/")
    near.document.status = DocumentStatus.DRAFT
    near.document.save()
    cache.clear()
    assert "还有 20 天" not in text_of(sign_in(clerk), "/todo/")


def test_many_streets_are_summed_up_and_listed(streets, clerk, sign_in):
    _add(clerk, streets[2:])
    owed = _owed()
    url = "/implementation/tasks/?show=open"
    assert _lines(sign_in, clerk) == [(url, "8 个街道（乡镇）尚未报送的措施", str(8 * owed))]
    page = text_of(sign_in(clerk), url).partition('id="places"')[2].partition("</table>")[0]
    assert f"尚未报送 {8 * owed} 项" in page
    assert re.findall(r'<td class="num">(\d+)</td>', page) == [str(owed)] * 8
    assert f"/implementation/tasks/?area={streets[7].code}&amp;show=open" in page
    for measure in Measure.objects.filter(task__units__level=4).distinct():
        Undertaking.objects.bulk_create(
            Undertaking(measure=measure, division=street, path=street.path, state=State.ACCEPTED)
            for street in streets[:3]
        )
    assert len(_lines(sign_in, clerk)) == 5, "who has reported all has no line, five have one each"
