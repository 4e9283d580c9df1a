"""The yearly holiday notice as a table: which days are off or worked against the usual week."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.web.policy import Needs
from governance.web.views import FormPage
from governance.workflows.days import remove_day, set_day
from governance.workflows.forms import DayForm
from governance.workflows.models import SpecialDay


class DaysPage(FormPage):
    """GET lists the days and asks for one more; POST adds or changes it, with `remove` takes one out."""

    policy = Needs(Action.MANAGE_SETTINGS)
    template_name = "workflows/days.html"
    title = "节假日安排"
    form_class = DayForm
    submit_label = "登记"
    success_message = ""
    intro = "按工作日计算的期限以本表为准：没有登记的日子，周一至周五上班，周六、周日休息。"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pk = request.POST.get("remove", "")
        if pk:
            moved = remove_day(user=visitor(request), pk=int(pk) if pk.isdecimal() else 0)
            self._tell("已删除", moved)
            return HttpResponseRedirect(reverse("workflows:days"))
        return super().post(request, *args, **kwargs)

    def _tell(self, done: str, moved: int) -> None:
        messages.success(self.request, f"{done}。{f'{moved} 个办理期限随之调整。' if moved else ''}")

    def perform(self, form: Form) -> str:
        data = form.cleaned_data
        moved = set_day(
            user=visitor(self.request),
            day=data["day"],
            is_working_day=data["is_working"] == "yes",
            note=data["note"],
        )
        self._tell("已登记", moved)
        return reverse("workflows:days")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(days=SpecialDay.objects.order_by("-day"), **kwargs)
