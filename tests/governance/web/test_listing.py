"""What a list remembers for a user: last and saved conditions, columns; and short lists in another order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from governance.accounts.models import ListPreference, SavedFilter, User
from governance.accounts.roles import Role
from governance.web import listing, menu, views
from governance.web.filters import MOST_IN_SIGHT, FilterForm
from governance.web.forms import DateField
from governance.web.preferences import MOST_SAVED

pytestmark = [pytest.mark.urls("tests.governance.web.urls"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def no_menu(monkeypatch):
    """The items of the apps name routes that these tests do not have."""
    monkeypatch.setattr(menu, "_items", {})


@pytest.fixture
def client(sign_in: Callable[..., Client]) -> Client:
    return sign_in(Role.COUNTY_STAFF, "某区")


def page(client: Client, query: str = "") -> str:
    return client.get(f"/list/{query}").content.decode()


def names(text: str) -> list[str]:
    return [
        part.partition("<")[0]
        for part in text.partition("<tbody>")[2].partition("</tbody>")[0].split("<b>")[1:]
    ]


def small_form(client: Client, verb: str, **data: Any) -> Any:
    return client.post("/list/", {"list_action": verb, **data})


def test_last_conditions_are_offered_again_on_the_bare_list(client):
    assert "上次条件" not in page(client)
    assert "上次条件" not in page(client, "?name=乙&level=5")
    text = page(client)
    assert 'href="/list/?name=%E4%B9%99&amp;level=5"' in text and "上次条件" in text


def test_a_page_further_on_and_a_faulty_condition_are_no_conditions_to_keep(client):
    page(client, "?opened=昨天")
    assert not ListPreference.objects.exclude(last_query="").exists()
    page(client, "?name=甲&page=2&junk=1")
    assert ListPreference.objects.get().last_query == "name=%E7%94%B2"


def test_conditions_are_kept_under_a_name_and_forgotten(client):
    answer = small_form(client, "save", name=" 待 核实 ", query="name=%E4%B9%99")
    assert (answer.status_code, answer.url) == (302, "/list/?name=%E4%B9%99")
    text = page(client, "?name=乙")
    assert "待 核实" in text and 'aria-current="true"' in text
    small_form(client, "save", name="待 核实", query="level=5")
    saved = SavedFilter.objects.get()
    assert saved.query == "level=5", "the same name takes the new conditions"
    small_form(client, "forget", pk=saved.pk)
    assert not SavedFilter.objects.exists()


def test_saving_is_refused_without_name_or_conditions_and_beyond_the_limit(client):
    small_form(client, "save", name="", query="level=5")
    small_form(client, "save", name="空", query="")
    small_form(client, "save", name="长" * 21, query="level=5")
    assert not SavedFilter.objects.exists()
    for number in range(MOST_SAVED + 1):
        small_form(client, "save", name=f"条件{number}", query="level=5")
    assert SavedFilter.objects.count() == MOST_SAVED
    assert f"最多保存 {MOST_SAVED} 组" in page(client)


def test_nobody_sees_or_deletes_the_conditions_of_others(client, sign_in):
    small_form(client, "save", name="丙类", query="level=5")
    page(client, "?name=乙")
    other = sign_in(Role.COUNTY_STAFF, "某区", username="other")
    text = page(other)
    assert "丙类" not in text and "上次条件" not in text
    small_form(other, "forget", pk=SavedFilter.objects.get().pk)
    assert SavedFilter.objects.count() == 1


def test_columns_are_left_out_until_they_are_shown_again(client):
    assert '<td class="num">600.00' in page(client)
    small_form(client, "columns", column=["名称", "结果"])
    text = page(client)
    assert "600.00" not in text and "未达标" in text and "设立日期</th>" not in text
    small_form(client, "columns")
    assert "至少保留一列" in page(client)
    small_form(client, "all_columns")
    assert "600.00" in page(client)


def test_a_short_list_is_ordered_by_a_column_and_says_so(client):
    text = page(client)
    assert names(text)[0] == "某区" and 'aria-sort="none"' in text
    upwards = page(client, "?sort=name&level=5")
    assert 'aria-sort="ascending"' in upwards and "level=5&amp;sort=-name" in upwards
    assert names(upwards) == sorted(names(upwards))
    downwards = page(client, "?sort=-name&level=5")
    assert 'aria-sort="descending"' in downwards
    assert names(downwards)[0] > names(upwards)[0]
    assert names(page(client, "?sort=parent__code")) == names(text), "no column has it"


def test_a_long_list_stays_in_path_order(client, monkeypatch):
    monkeypatch.setattr(listing, "COUNT_CAP", 3)
    monkeypatch.setattr(views, "COUNT_CAP", 3)
    text = page(client, "?sort=-name")
    assert names(text)[0] == "某区" and "aria-sort" not in text
    assert "缩小范围后，可点列名排序" in text


def test_an_address_elsewhere_is_not_followed(client):
    answer = small_form(client, "save", name="甲", query="//example.org/?level=5")
    assert answer.url.startswith("/list/?")


def test_rare_conditions_fold_and_open_when_set(client):
    class Many(FilterForm):
        pass

    for number in range(MOST_IN_SIGHT + 1):
        Many.base_fields[f"day{number}"] = DateField(label=f"日期{number}")
    form = Many({"day5": "20260101"})
    assert [field.name for field in form.main_fields] == ["day0", "day1", "day2"]
    assert len(form.more_fields) == MOST_IN_SIGHT - 2 and form.more_in_use == 1
    form.is_valid()
    assert form.conditions == [("日期5", "2026-01-01")]


def test_without_a_sign_in_nothing_is_kept(db):
    assert Client().post("/list/", {"list_action": "save"}).status_code in (302, 401)
    assert not User.objects.filter(saved_filters__isnull=False).exists()
