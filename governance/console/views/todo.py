"""待办: everything that waits for the user, most urgent first, in four lists."""

from typing import Any

from django.urls import reverse

from governance.divisions.clock import today
from governance.web.policy import AUTHENTICATED
from governance.web.todo import When, todos_of
from governance.web.views import TemplatePage


class TodoPage(TemplatePage):
    policy = AUTHENTICATED
    template_name = "console/todo.html"
    title = "待办事项"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        todos = todos_of(self.request, today())
        asked = self.request.GET.get("when", "")
        when = When(asked) if asked in list(When) else When.OPEN
        url = reverse("console:todo")
        return super().get_context_data(
            when=when,
            lines=todos.of(when),
            total=todos.count(when),
            tabs=[(each.label, todos.count(each), f"{url}?when={each.value}", each == when) for each in When],
            **kwargs,
        )
