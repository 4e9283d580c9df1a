"""拟订方案 and 修改方案: the scheme and its criteria in one form."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse

from assessments.choices import Direction, SchemeState
from assessments.drafting import change_scheme, draft_of, draft_scheme
from assessments.forms import SchemeForm
from assessments.models import Scheme
from assessments.rights import must, organises
from assessments.views.common import CRUMBS
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.accounts.visitor import visitor
from governance.divisions.clock import today
from governance.divisions.models import Division, Level, UnknownCode
from governance.records import once
from governance.web.policy import Needs
from governance.web.views import FormPage, ObjectMixin


class _SchemeFormPage(FormPage):
    policy = Needs(Action.CHANGE)
    form_class = SchemeForm
    crumbs = CRUMBS
    template_name = "assessments/scheme_form.html"
    cancel_url_name = "assessments:list"
    intro = "各项权重合计 100% 后由负责人施行；“群众测评”的权重即居民满意度权重。考核不设一票否决。"


class DraftPage(_SchemeFormPage):
    """A new scheme, filled with what the last one of the same organiser held."""

    title = "拟订考核方案"
    success_message = "方案已保存，请核对权重后由负责人施行。"

    def get_form_kwargs(self) -> dict[str, Any]:
        chosen = self.request.GET.get("area", "") or self._own_code()
        last = self._last(chosen) if self.request.method == "GET" else None
        kwargs = super().get_form_kwargs() | {"user": self.request.user, "chosen": chosen}
        year = today().year
        kwargs["initial"] = {
            "year": year,
            "direction": Direction.DOWN,
            "title": f"{year}年度社区工作考核方案",
        }
        if last is not None:
            kwargs["items"] = draft_of(last).items
        return kwargs

    def _own_code(self) -> str:
        scope = scope_of(self.request.user)
        own = [each for each in scope.divisions if scope.may(Action.CHANGE, each.path)]
        return own[0].code if len(own) == 1 and own[0].level < Level.COMMUNITY else ""

    def _last(self, code: str) -> Scheme | None:
        try:
            division = permitted(Division.objects.all(), self.request.user, Action.CHANGE).by_code(code)  # type: ignore[attr-defined]
        except UnknownCode:
            return None
        rows = Scheme.objects.filter(division=division, direction=Direction.DOWN)
        return rows.exclude(state=SchemeState.WITHDRAWN).order_by("-year").first()

    def perform(self, form: Form) -> str:
        assert isinstance(form, SchemeForm)
        token, user = once.clean_token(form.cleaned_data["token"]), visitor(self.request)
        try:
            made = draft_scheme(user=user, division=form.division, draft=form.draft, token=token)
        except once.AlreadySubmitted:
            made = once.find_saved(user, token, Scheme)
        return str(made.get_absolute_url())


class EditPage(ObjectMixin, _SchemeFormPage):
    model = Scheme
    object: Scheme
    title = "修改考核方案"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        return super().post(request, *args, **kwargs)

    def _find(self) -> None:
        self.object = self.get_object()
        must(organises(self.request.user, self.object.path))
        if self.object.state != SchemeState.DRAFT:
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        draft = draft_of(self.object)
        kwargs = super().get_form_kwargs()
        kwargs["initial"] = {
            "year": draft.year,
            "direction": draft.direction,
            "title": draft.title,
            "paper": draft.paper,
            "previous": None if draft.previous_c is None else f"{draft.previous_c / 100:.2f}",
        }
        return kwargs | {"user": self.request.user, "division": self.object.division, "items": draft.items}

    def get_cancel_url(self) -> str:
        return self.object.get_absolute_url()

    def perform(self, form: Form) -> str:
        assert isinstance(form, SchemeForm)
        change_scheme(user=visitor(self.request), scheme=self.object, draft=form.draft)
        return self.object.get_absolute_url()
