import pytest

from governance.accounts.roles import Action, Role
from governance.accounts.services import grant
from governance.console import links
from governance.console.counts import counts_below
from governance.console.views.home import greeting
from governance.divisions.models import Division, Level
from tests.factories import make_user


def body(response) -> str:
    return response.content.decode()


# --- home ---
def test_home_names_user_role_and_scope(client_of):
    text = body(client_of(Role.STREET_CLERK).get("/"))
    assert "街道录入员" in text and "数据范围：青年路街道" in text and "社区（村）一览" in text


def test_home_tells_somebody_without_rights_whom_to_ask(tree, sign_in):
    assert "您的账号还没有授权" in body(sign_in(make_user("nobody")).get("/"))


@pytest.mark.parametrize(
    ("hour", "words"), [(4, "晚上好"), (5, "上午好"), (11, "上午好"), (12, "下午好"), (18, "晚上好")]
)
def test_greeting(hour, words):
    assert greeting(hour) == words


# --- divisions ---
def test_division_lists_children_with_counts_in_few_statements(client_of, django_assert_max_num_queries):
    client = client_of(Role.UPPER_READER)
    with django_assert_max_num_queries(15):
        text = body(client.get("/divisions/6101/"))
    assert "莲湖区" in text and "新城区" in text
    assert "街道（乡镇） 3 个" in text and "社区（村） 5 个" in text


@pytest.mark.parametrize("code", ["610104", "610104000", "610104000000"])
def test_division_by_any_way_of_writing_its_code(client_of, code):
    assert client_of(Role.COUNTY_STAFF).get(f"/divisions/{code}/").status_code == 200


def test_breadcrumb_names_ancestors_outside_without_link(client_of):
    text = body(client_of(Role.STREET_CLERK).get("/divisions/610104001/"))
    assert "莲湖区" in text and "西安市" in text
    assert "/divisions/610104/" not in text and "/divisions/6101/" not in text


@pytest.mark.parametrize("code", ["610104002", "610104", "610102001", "61010400", "abc", "0", "9" * 40])
def test_foreign_and_missing_divisions_are_the_same_404(client_of, code):
    client = client_of(Role.STREET_CLERK)
    foreign, missing = client.get(f"/divisions/{code}/"), client.get("/divisions/659999/")
    assert foreign.status_code == missing.status_code == 404
    strip = [body(each).replace(each.headers["X-Request-ID"], "") for each in (foreign, missing)]
    assert strip[0] == strip[1]


def test_counts_below_every_level(tree):
    divisions = list(Division.objects.filter(code__in=["0", "61", "610104", "610104001001"]))
    counts = {each.code: counts_below(divisions)[each.pk] for each in divisions}
    below = [level for level in Level if level != Level.COUNTRY]
    assert counts["0"] == {level: Division.objects.filter(level=level).count() for level in below}
    assert counts["61"] == {Level.CITY: 1, Level.COUNTY: 2, Level.STREET: 3, Level.COMMUNITY: 5}
    assert counts["610104"] == {Level.STREET: 2, Level.COMMUNITY: 4}
    assert counts["610104001001"] == {}


def test_links_of_upper_apps_follow_level_and_right(client_of, monkeypatch):
    monkeypatch.setattr(links, "_links", {})
    links.register(links.DivisionLink("只在街道", "console:division", levels=frozenset({Level.STREET})))
    links.register(links.DivisionLink("没有的页面", "console:no_such_page"))
    client = client_of(Role.COUNTY_STAFF)
    assert "只在街道" in body(client.get("/divisions/610104001/"))
    assert "只在街道" not in body(client.get("/divisions/610104/"))
    assert "没有的页面" not in body(client.get("/divisions/610104001/"))
    links.register(links.DivisionLink("只在街道", "console:division", action=Action.ENACT_POLICY))
    assert "只在街道" not in body(client.get("/divisions/610104001/"))


def test_the_menu_leads_to_the_own_division_or_to_a_choice(tree, user_of, sign_in):
    user = user_of(Role.STREET_CLERK)
    assert sign_in(user).get("/divisions/").url == "/divisions/610104001/"
    grant(user=user, role=Role.STREET_CLERK, division=tree.other_street)
    text = body(sign_in(user).get("/divisions/"))
    assert "青年路街道" in text and "北院门街道" in text
