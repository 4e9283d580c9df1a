"""填报说明: one page for workbook and forms stands in the help; this address of the workbook leads there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from governance.accounts.roles import Action
from governance.web.policy import Needs, PolicyMixin


class GuidePage(PolicyMixin, View):
    policy = Needs(Action.VIEW)
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("policies:fields")
