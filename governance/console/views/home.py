"""工作台: greeting, quick actions, what waits, and the panels of all apps."""

from typing import Any

from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.quick import quick_actions
from governance.web.panels import RenderedPanel, panels_for
from governance.web.policy import AUTHENTICATED
from governance.web.views import Crumb, TemplatePage

_WEEKDAYS = "一二三四五六日"


def greeting(hour: int) -> str:
    """上午好 until noon, 下午好 until six, then 晚上好."""
    if 5 <= hour < 12:
        return "上午好"
    return "下午好" if 12 <= hour < 18 else "晚上好"


def bands(panels: list[RenderedPanel]) -> list[tuple[RenderedPanel | None, list[list[RenderedPanel]]]]:
    """Panels in their order: a wide one alone, or narrow ones in two columns without gaps between."""
    found: list[tuple[RenderedPanel | None, list[list[RenderedPanel]]]] = []
    narrow: list[RenderedPanel] = []
    for panel in [*panels, None]:
        if panel is not None and not panel.wide:
            narrow.append(panel)
            continue
        if narrow:
            left = [each for each in narrow if not each.aside]
            right = [each for each in narrow if each.aside]
            # Where all stand on one side, they share both.
            found.append((None, [left, right] if left and right else [narrow[0::2], narrow[1::2]]))
            narrow = []
        if panel is not None:
            found.append((panel, []))
    return found


class HomePage(TemplatePage):
    policy = AUTHENTICATED
    template_name = "console/home.html"
    title = "工作台"

    def get_breadcrumb(self) -> list[Crumb]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.localtime()
        scope = scope_of(self.request.user)
        return super().get_context_data(
            greeting=greeting(now.hour),
            today=f"{now.year}年{now.month}月{now.day}日　星期{_WEEKDAYS[now.weekday()]}",
            bands=bands(panels_for(self.request)),
            quick=quick_actions(scope),
            has_rights=bool(scope.grants),
            may_view=scope.may_anywhere(Action.VIEW),
            **kwargs,
        )
