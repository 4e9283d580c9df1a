"""Keeping and discarding drafts; nothing is checked but who may fill in the form."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.records import drafts
from governance.web.policy import Needs, PolicyMixin

KEY, DISCARD, PAGE = "_draft", "_discard", "_page"


def form_url(key: str) -> str:
    """The address of the form that a key names."""
    kind, slug, number = key.split(":")
    if kind == "add":
        url = reverse("records:add", args=[slug])
        return url if number == "0" else f"{url}?area={number}"
    return reverse(f"records:{kind}", args=[slug, number])


def _texts(request: HttpRequest) -> dict[str, str]:
    """The fields as texts; several boxes of one field are joined as their cell is written."""
    return {
        name: "、".join(filter(None, values)) if len(values) > 1 else values[-1]
        for name, values in request.POST.lists()
        if values
    }


class DraftView(PolicyMixin, View):
    """Takes the fields of a form as they are: 204 for the browser's autosave.

    With `_page` (the button 存草稿) it leads back to the form with a message, with `_discard` the draft goes.
    """

    policy = Needs(Action.ADD, Action.CHANGE)
    http_method_names: Sequence[str] = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        assert isinstance(user, User)
        key = request.POST.get(KEY, "")
        if not key:
            return redirect("console:home")
        try:
            drafts.path_of(user, key)
            if DISCARD in request.POST:
                drafts.discard(user=user, key=key)
                messages.info(request, "草稿已丢弃。")
                return redirect(form_url(key))
            draft = drafts.keep(user=user, key=key, fields=_texts(request))
        except drafts.UnknownForm:
            raise Http404 from None
        if PAGE not in request.POST:
            return HttpResponse(status=204 if draft else 413)
        if draft is None:
            messages.error(request, "内容过长，草稿没有保存。")
            return redirect(form_url(key))
        messages.success(request, "草稿已保存，30 天内可以继续填写。")
        url = form_url(key)
        return redirect(f"{url}{'&' if '?' in url else '?'}draft=1")
