"""What the frame around every page shows; nothing is read before the template asks for it."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from governance.accounts import options
from governance.accounts.lasting import Left, time_left
from governance.accounts.roles import ROLES
from governance.accounts.scope import scope_of
from governance.web import help
from governance.web.menu import Entry, menu_for
from governance.web.search import providers_for

FONT_SIZE_COOKIE = "font-size"
FONT_SIZES = {"m": "标准", "l": "大", "xl": "特大"}
SCOPE_NAMES_SHOWN = 3


class Frame:
    """Header and menu of the signed-in user: at most the statements for grants and unit.

    `quiet`: take the options as far as they are known without a statement (error pages).
    """

    def __init__(self, request: HttpRequest, *, quiet: bool = False) -> None:
        self.request = request
        self._option = options.peek if quiet else options.value

    @property
    def system_name(self) -> str:
        return self._option("system_name")

    @property
    def support_contact(self) -> str:
        """Whom to ask for help, empty when nobody is named."""
        return self._option("support_contact")

    @property
    def request_id(self) -> str:
        return getattr(self.request, "request_id", "")

    @property
    def font_size(self) -> str:
        size = self.request.COOKIES.get(FONT_SIZE_COOKIE, "m")
        return size if size in FONT_SIZES else "m"

    @property
    def font_sizes(self) -> list[tuple[str, str]]:
        return list(FONT_SIZES.items())

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return user is not None and user.is_authenticated

    @cached_property
    def menu(self) -> list[Entry]:
        return menu_for(self.request) if self.signed_in else []

    @cached_property
    def time_left(self) -> Left:
        """How long the session lasts from now; the page warns before its end."""
        return time_left(self.request.session)

    @cached_property
    def may_search(self) -> bool:
        """Whether there is anything this user could find."""
        return self.signed_in and bool(providers_for(self.request.user))

    @property
    def page(self) -> str:
        """URL name of the page, by which its help is found."""
        match = self.request.resolver_match
        return match.view_name if match else ""

    @cached_property
    def help_url(self) -> str:
        """The section of the manual about this page, else its contents."""
        topic = help.topic_of(self.page)
        return topic.url if topic else reverse("web:help")

    @cached_property
    def unit(self) -> str:
        """Name of the user's unit, empty without one."""
        return str(getattr(self.request.user, "unit", None) or "")

    @cached_property
    def role(self) -> str:
        """The roles as shown to users, e.g. 街道录入员."""
        return scope_of(self.request.user).label if self.signed_in else ""

    @cached_property
    def short_role(self) -> str:
        """The first role, and how many there are when there are several."""
        roles = scope_of(self.request.user).roles
        return f"{ROLES[roles[0]].label} 等 {len(roles)} 项" if len(roles) > 1 else self.role

    @cached_property
    def divisions(self) -> list[str]:
        return [division.name for division in scope_of(self.request.user).divisions] if self.signed_in else []

    @cached_property
    def scope(self) -> str:
        """数据范围: names of the divisions granted, e.g. 环城西路街道、桃园路街道 等 5 个."""
        if not self.signed_in:
            return ""
        names = self.divisions
        if len(names) > SCOPE_NAMES_SHOWN:
            return f"{'、'.join(names[:SCOPE_NAMES_SHOWN])} 等 {len(names)} 个"
        return "、".join(names) or "未授权"

    @property
    def whole_scope(self) -> str:
        """All names, for the menu of the account."""
        return "、".join(self.divisions) or "未授权"


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request)}
