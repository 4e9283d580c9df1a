"""The results of the search in the header, and the suggestions under it while somebody types."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from governance.web.policy import AUTHENTICATED, PolicyMixin
from governance.web.search import SUGGESTED, Kind, Term, parse, providers_for, search
from governance.web.views import TemplatePage


class SearchPage(TemplatePage):
    """GET shows what an address asks for. POST comes from the header: it answers identity numbers itself and
    sends everything else on to an address."""

    policy = AUTHENTICATED
    template_name = "web/search.html"
    title = "查询结果"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        term = parse(request.GET.get("q", ""))
        if term.is_private:
            messages.warning(request, "身份证号等号码不能放在网址里，请在上方的查询框中输入。")
            return HttpResponseRedirect(reverse("web:search"))
        return self.render_to_response(self.get_context_data(term=term))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        term = parse(request.POST.get("q", ""))
        if term.is_private:
            return self.render_to_response(self.get_context_data(term=term))
        query = "?" + urlencode({"q": term.typed}) if term.typed else ""
        return HttpResponseRedirect(reverse("web:search") + query)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        term: Term = kwargs["term"]
        return super().get_context_data(
            groups=search(self.request, term),
            is_empty=term.kind is Kind.EMPTY,
            by_number=term.kind is Kind.ID_NUMBER,
            providers=providers_for(self.request.user),
            **kwargs,
        )


class SuggestView(PolicyMixin, View):
    """A list of the closest matches; POST, so that nothing typed reaches an address or a log."""

    policy = AUTHENTICATED
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        term = parse(request.POST.get("q", ""))
        groups = search(request, term, shown=SUGGESTED)
        context = {"term": term, "groups": groups, "count": sum(len(group.hits) for group in groups)}
        return render(request, "web/found.html", context)
