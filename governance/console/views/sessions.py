"""Open sessions of the users of an administrator's divisions, and who is locked out."""

from typing import Any

from axes.models import AccessAttempt
from django.db.models import Max, QuerySet, Sum
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from governance.accounts import options, services
from governance.accounts.lockout import locked_until
from governance.accounts.models import UserSession
from governance.accounts.roles import Action
from governance.accounts.sessions import still_open
from governance.accounts.visitor import visitor
from governance.console import people
from governance.console.user_forms import ReasonForm
from governance.console.views.user_steps import UserStep
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.views import Crumb, ListPage, TemplatePage


def _user_url(session: UserSession) -> str:
    return reverse("console:user", args=[session.user_id])


class SessionsPage(ListPage):
    policy = Needs(Action.MANAGE_GRANTS)
    title = "在线会话"
    path_field = None
    empty_title = "现在没有人登录"
    empty_hint = "您数据范围内的用户登录后列在这里，可以结束可疑或忘记退出的登录。"
    columns = (
        Column(
            "用户",
            "user.display_name",
            url=lambda row: reverse("console:user", args=[row.user_id]),
            strong=True,
        ),
        Column("用户名", "user.username"),
        Column("单位", "user.unit", wrap=True),
        Column("登录时间", "created_at", kind="moment"),
        Column("最近活动", "seen_at", kind="moment"),
        Column("登录地址", "address"),
        Column("浏览器", "browser"),
    )

    def get_queryset(self) -> QuerySet[UserSession]:
        users = people.users_of(self.request, Action.MANAGE_GRANTS).prefetch_related(None).order_by()
        return (
            UserSession.objects.filter(still_open(timezone.now()), user__in=users.values("pk"))
            .select_related("user__unit")
            .order_by("-seen_at", "-pk")
        )

    def row_actions(self, row: UserSession) -> list[Crumb]:
        return [("结束", reverse("console:end_session", args=[row.user_id, row.pk]))]


class EndSessionPage(UserStep):
    """End one session of a user."""

    policy = Needs(Action.MANAGE_GRANTS)
    action = Action.MANAGE_GRANTS
    step = "结束登录"
    form_class = ReasonForm
    submit_label = "结束登录"
    session: UserSession | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        account = people.find_user(request, kwargs["pk"], self.action)
        self.session = self.find_session(account, kwargs)
        return super().dispatch(request, *args, **kwargs)

    def find_session(self, account: Any, kwargs: Any) -> UserSession | None:
        session = UserSession.objects.filter(user=account, pk=kwargs["session"]).first()
        if session is None:
            raise Http404
        return session

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.session is None:
            self.intro = "结束该用户的全部登录，没有保存的内容会丢失；本人可以重新登录。"
        else:
            since = timezone.localtime(self.session.created_at)
            where = "，".join(part for part in (self.session.address, self.session.browser) if part)
            self.intro = (
                f"结束 {since:%Y-%m-%d %H:%M} 开始的登录{f'（{where}）' if where else ''}，"
                "没有保存的内容会丢失；本人可以重新登录。"
            )
        return super().get_context_data(**kwargs)

    def perform(self, form: Any) -> str:
        ended = services.end_sessions_of(
            user=self.account,
            session=self.session,
            reason=form.cleaned_data["reason"],
            by=visitor(self.request),
        )
        self.success_message = (
            f"已结束 {self.account} 的 {ended} 个登录。" if ended else "该用户没有登录，未作改变。"
        )
        return self.get_cancel_url()


class EndAllSessionsPage(EndSessionPage):
    """End every session of a user."""

    step = "结束全部登录"
    submit_label = "全部结束"

    def find_session(self, account: Any, kwargs: Any) -> None:
        return None


class LockoutsPage(TemplatePage):
    """User names with failed sign-ins, those that are locked first."""

    policy = Needs(Action.UNLOCK)
    template_name = "console/lockouts.html"
    title = "锁定与失败登录"
    crumbs = (("用户管理", "console:users"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        users = people.users_of(self.request, Action.UNLOCK).prefetch_related(None).order_by()
        attempts = (
            AccessAttempt.objects.filter(username__in=users.values("username"))
            .values("username")
            .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
            .order_by("-last")[:200]
        )
        failed = list(attempts)
        names = [each["username"] for each in failed]
        accounts = {user.username: user for user in users.filter(username__in=names)}
        locked = locked_until(names, now)
        addresses: dict[str, list[str]] = {}
        for name, address in AccessAttempt.objects.filter(username__in=names).values_list(
            "username", "ip_address"
        ):
            addresses.setdefault(name, []).append(address or "")
        rows = [
            {
                "account": accounts[each["username"]],
                "failures": each["failures"],
                "last": each["last"],
                "until": locked.get(each["username"]),
                "addresses": "、".join(sorted({a for a in addresses[each["username"]] if a})) or "—",
            }
            for each in failed
            if each["username"] in accounts
        ]
        rows.sort(key=lambda row: row["until"] is None)
        return super().get_context_data(
            rows=rows,
            locked=len(locked),
            failures=options.value("lockout_failures"),
            minutes=options.value("lockout_minutes"),
            **kwargs,
        )
