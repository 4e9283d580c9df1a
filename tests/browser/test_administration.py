"""The three administrators in a real browser: an account from its slip to its first page, and its traces."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from governance.accounts.models import Unit, User
from governance.accounts.roles import Role
from tests.factories import Tree

pytestmark = pytest.mark.browser

PASSWORD = "Lianhu-2026-Road"


def test_an_account_is_opened_given_a_role_used_and_found_in_the_log(tree: Tree, visit: Callable, user_of):
    Unit.objects.create(name="青年路街道办事处", division=tree.street)
    system, security, auditor, clerk = (visit() for _ in range(4))
    system.sign_in_as(user_of(Role.SYSTEM_ADMIN))
    security.sign_in_as(user_of(Role.SECURITY_ADMIN))
    auditor.sign_in_as(user_of(Role.AUDIT_ADMIN))

    # The system administrator opens the account; nothing typed is lost by a mistake.
    system.open("/users/")
    system.page.get_by_role("link", name="新建用户").click()
    system.page.get_by_label("用户名").fill("li si")
    system.page.get_by_label("姓名").fill("李四")
    system.page.get_by_role("button", name="建立并签发初始密码").click()
    expect(system.page.get_by_role("alert")).to_contain_text("以字母开头")
    expect(system.page.get_by_label("姓名")).to_have_value("李四")
    system.page.get_by_label("用户名").fill("lisi")
    system.page.get_by_label("单位").select_option(label="青年路街道办事处（青年路街道）")
    system.page.get_by_role("button", name="建立并签发初始密码").click()
    expect(system.page.get_by_role("heading", name="账号通知单")).to_be_visible()
    issued = system.page.locator(".slip code").inner_text()

    # The security administrator gives the role, going down from the county by a link.
    security.open(f"/users/{User.objects.get(username='lisi').pk}/")
    security.page.get_by_role("link", name="授予角色").click()
    security.page.get_by_label("青年路街道", exact=True).check()
    security.page.get_by_label("街道录入员").check()
    security.page.get_by_role("button", name="授予").click()
    expect(security.page.get_by_text("已授予 李四“街道录入员”")).to_be_visible()

    # The clerk signs in with the slip, must change the password, and works in her street.
    clerk.open("/login/")
    clerk.page.get_by_label("用户名").fill("lisi")
    clerk.page.get_by_label("密码").fill(issued)
    clerk.page.get_by_role("button", name="登录").click()
    clerk.page.get_by_label("原密码").fill(issued)
    clerk.page.get_by_label("新密码").fill(PASSWORD)
    clerk.page.get_by_label("再输一次").fill(PASSWORD)
    clerk.page.get_by_role("button", name="保存新密码").click()
    expect(clerk.page.get_by_text("数据范围：青年路街道").first).to_be_visible()

    # Her session is seen and ended, with a reason; she signs in again.
    security.open("/users/sessions/")
    security.page.get_by_role("row", name=re.compile("李四")).get_by_role("link", name="结束").click()
    security.page.get_by_label("原因").fill("核对身份")
    security.page.get_by_role("button", name="结束登录").click()
    expect(security.page.get_by_text("已结束 李四 的 1 个登录")).to_be_visible()
    clerk.open("/communities/")
    expect(clerk.page).to_have_url(re.compile("/login/"))

    # The auditor finds the reason; nobody of the three opens the page of another.
    auditor.open("/audit/?kind=logout")
    expect(auditor.page.get_by_text("核对身份")).to_be_visible()
    assert auditor.open("/users/").status == 403
    assert security.open("/settings/").status == 403
    assert system.open("/audit/").status == 403
    # The console names each refusal asked for above; anything else is a problem.
    for visitor in (system, security, auditor, clerk):
        visitor.problems[:] = [each for each in visitor.problems if not re.search("403|422", each)]
