"""Users of an administrator's divisions: the list, and all that is known of one account."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.accounts.sessions import still_open
from governance.audit.models import Event
from governance.console import people
from governance.console.event_texts import brief
from governance.console.filters import UserFilter
from governance.web.columns import Column, Section
from governance.web.filters import FilterForm
from governance.web.paging import Page
from governance.web.policy import Needs
from governance.web.views import Button, Crumb, ListPage, TemplatePage

_RECENT = 12


def user_url(user: User) -> str:
    return reverse("console:user", args=[user.pk])


class UsersPage(ListPage):
    """The system administrator opens accounts here, the security administrator gives them roles."""

    policy = Needs(*people.ADMIN_ACTIONS)
    title = "用户管理"
    path_field = None
    empty_title = "还没有用户"
    empty_hint = "这里列出权限全部在您数据范围内的用户；跨范围的用户由上级管理员办理。"
    buttons = (
        Button("新建用户", "console:user_add", "plus", primary=True, action=Action.MANAGE_ACCOUNTS),
        Button("锁定与失败登录", "console:lockouts", "lock", action=Action.UNLOCK),
        Button("角色权限表", "console:roles", "shield-check", action=Action.MANAGE_GRANTS),
        Button("撤销单位的授权", "console:closed_grants", "alert-triangle", action=Action.MANAGE_GRANTS),
    )
    columns = (
        Column("用户名", "username", url=user_url, strong=True),
        Column("姓名", "display_name"),
        Column("单位", "unit", wrap=True),
        Column("角色与数据范围", people.grants_text, wrap=True),
        Column("状态", "state", kind="tag"),
        Column("上次登录", "last_login", kind="moment"),
    )

    def get_queryset(self) -> QuerySet[User]:
        return people.users_of(self.request).order_by("username")

    def get_filter_form(self) -> FilterForm:
        return UserFilter(
            self.request.GET, user=self.request.user, action=people.admin_action(self.request.user)
        )

    def get_page(self, queryset: QuerySet[User]) -> Page:
        page = super().get_page(queryset)
        people.note_states(page.rows)
        return page

    def row_actions(self, user: User) -> Sequence[Crumb]:
        return [("办理", user_url(user))]


_BASICS = Section(
    "",
    (
        Column("用户名", "username"),
        Column("姓名", "display_name"),
        Column("单位", "unit"),
        Column("所在区划", "unit.division.name"),
        Column("状态", "state", kind="tag"),
        Column("上次登录", "last_login", kind="moment"),
        Column("建立时间", "date_joined", kind="moment"),
        Column("密码修改", "password_changed_at", kind="moment"),
    ),
)


class UserPage(TemplatePage):
    policy = Needs(*people.ADMIN_ACTIONS)
    template_name = "console/user.html"
    crumbs = (("用户管理", "console:users"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.account = people.find_user(request, kwargs["pk"])
        people.note_states([self.account])
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.account.display_name}（{self.account.username}）"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account, scope = self.account, scope_of(self.request.user)
        events = Event.objects.filter(object_type="accounts.user", object_id=str(account.pk))
        recent = list(events.order_by("-pk")[:_RECENT])
        return super().get_context_data(
            account=account,
            object=account,
            section=_BASICS,
            grants=account.listed_grants,  # type: ignore[attr-defined]
            sessions=account.sessions.filter(still_open(timezone.now())).order_by("-seen_at"),
            events=[(event, brief(event)) for event in recent],
            may_edit=scope.may_anywhere(Action.MANAGE_ACCOUNTS),
            may_grant=scope.may_anywhere(Action.MANAGE_GRANTS),
            **kwargs,
        )
