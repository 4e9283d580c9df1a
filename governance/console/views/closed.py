"""撤销单位的授权: roles still held on closed divisions, to be given on their successors or taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from governance.accounts.closed import grants_on_closed, left_on_closed, move
from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.web.policy import Needs
from governance.web.views import TemplatePage

MOST_SHOWN = 200


class ClosedGrantsPage(TemplatePage):
    """GET lists them with where they can go; POST moves one."""

    policy = Needs(Action.MANAGE_GRANTS)
    template_name = "console/closed_grants.html"
    title = "撤销单位的授权"
    crumbs = (("用户管理", "console:users"),)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        admin, pk = visitor(request), request.POST.get("grant", "")
        grant = grants_on_closed(admin).filter(pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0).first()
        if grant is None:
            raise Http404
        try:
            chosen = move(by=admin, grant=grant, to=request.POST.getlist("to"))
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
            return self.render_to_response(self.get_context_data(), status=422)
        names = "、".join(each.name for each in chosen)
        messages.success(request, f"已将 {grant.user} 的“{grant.role_label}”改授到{names}，重新登录后生效。")
        return HttpResponseRedirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(grants_on_closed(visitor(self.request))[: MOST_SHOWN + 1])
        return super().get_context_data(
            lines=left_on_closed(rows[:MOST_SHOWN]), is_more=len(rows) > MOST_SHOWN, **kwargs
        )
