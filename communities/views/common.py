"""What pages about one community share."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from governance.accounts.scope import require
from governance.console.views.division import find_division
from governance.divisions.models import Division, Level
from governance.web.policy import Needs
from governance.web.views import FormPage


class CommunityFormPage(FormPage):
    """A form about the community of the address: 404 for what is none or not the user's, 403 for who may not.

    The actions of `policy` are asked for at the community itself.
    """

    policy: ClassVar[Needs]
    division: Division

    def find(self) -> None:
        """Set what the page is about, before the form is made."""
        self.division = find_division(self.request.user, self.kwargs["code"])
        if self.division.level != Level.COMMUNITY:
            raise Http404
        for action in self.policy.actions:
            require(self.request.user, action, self.division.path)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.find()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.find()
        return super().post(request, *args, **kwargs)

    def get_cancel_url(self) -> str:
        return reverse("communities:detail", args=[self.division.code])
