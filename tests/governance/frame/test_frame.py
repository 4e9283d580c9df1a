"""Header and menu: who sees what of them, and where the menu says one is."""

import re

import pytest
from django.urls import reverse

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.accounts.services import grant
from tests.factories import Tree, make_division


def marked(page: str) -> list[str]:
    """Labels of the menu entries marked as current."""
    side = page.split('<nav class="side"')[1].split("</nav>")[0]
    return re.findall(r'aria-current="page">(?:<svg.*?</svg>)?([^<]+)', side)


@pytest.mark.parametrize(
    ("name", "args", "label"),
    [
        ("console:home", [], "工作台"),
        ("console:division", ["610104001"], "行政区划"),
        ("policies:checkup", ["610104001001"], "辖区概览"),
        ("policies:overview", ["610104001"], "辖区概览"),
        ("communities:detail", ["610104001001"], "社区"),
        ("records:add", ["workers"], "社区工作者"),
    ],
)
def test_the_menu_says_where_a_page_belongs(client_of, measured_tree, name: str, args: list[str], label: str):
    page = client_of(Role.COUNTY_STAFF).get(reverse(name, args=args)).content.decode()
    assert marked(page) == [label]


def test_a_group_with_the_page_is_open_whatever_the_user_folded(client_of):
    page = client_of(Role.STREET_CLERK).get(reverse("records:add", args=["workers"])).content.decode()
    assert re.search(r"<details data-group=\"[^\"]+\" data-holds-page open>", page)


def test_a_long_scope_is_shortened_in_the_header_and_whole_in_the_menu(client_of, user_of, tree: Tree):
    user: User = user_of(Role.STREET_CLERK)
    names = [tree["610104001"].name]
    for number in range(3, 9):
        division = make_division(f"61010400{number}", f"第{number}街道", tree.county)
        grant(user=user, role=Role.STREET_CLERK, division=division)
        names.append(division.name)
    page = client_of(Role.STREET_CLERK).get(reverse("web:search")).content.decode()
    assert "数据范围：青年路街道、第3街道、第4街道 等 7 个" in page
    assert f"<dd>{'、'.join(names)}</dd>" in page


def test_several_roles_are_counted_in_the_header(client_of, user_of, tree: Tree):
    user = user_of(Role.STREET_CLERK)
    grant(user=user, role=Role.STREET_LEAD, division=tree.street)
    page = client_of(Role.STREET_CLERK).get(reverse("web:search")).content.decode()
    assert "等 2 项" in page
    assert re.search(r"<dd>街道录入员、街道负责人</dd>|<dd>街道负责人、街道录入员</dd>", page)
