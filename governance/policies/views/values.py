"""地方标准值: what divisions ask beside the packs; drafting one with a look at what it would change."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views import View

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require, scope_of
from governance.audit.models import Event
from governance.policies import local_values
from governance.policies.evaluation.preview import Preview, preview
from governance.policies.filters import standard_choices
from governance.policies.follow_up import MOST_AT_ONCE
from governance.policies.local_values import wording_of
from governance.policies.models import LocalState, LocalValue, Standard
from governance.policies.presentation import standard_url
from governance.policies.value_forms import (
    ChooseForm,
    LocalValueFilter,
    LocalValueForm,
    RemarkForm,
    RepealForm,
    standards_for,
    template_of,
)
from governance.policies.value_states import HOLDS, state_tag, visible, with_states
from governance.policies.views.finding import show_errors
from governance.web.columns import Column, Section
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import Button, Crumb, DetailPage, FormPage, ListPage

_LIST = ("地方标准值", "policies:values")
_MOST_EVENTS = 100


def values_shown() -> QuerySet[LocalValue]:
    rows = LocalValue.objects.select_related("division", "standard__measure__document__jurisdiction")
    return with_states(rows, timezone.localdate())


class ValuesPage(ListPage):
    policy = Needs(Action.VIEW)
    title = "地方标准值"
    model = LocalValue
    path_field = None
    filter_form_class = LocalValueFilter
    empty_title = "还没有地方标准值"
    empty_hint = "区（县）经办可点“草拟”，为本地另定标准值；没有另定的，按政策文件中的标准核查。"
    buttons = (Button("草拟", "policies:value_new", "plus", primary=True, action=Action.DRAFT_POLICY),)
    columns = (
        Column(
            "标准", "standard.measure.title", url=lambda row: row.get_absolute_url(), strong=True, wrap=True
        ),
        Column("编号", "standard.measure.code"),
        Column("适用区划", "division.name"),
        Column("状态", state_tag, "tag"),
        Column("要求", wording_of, wrap=True),
        Column("约束力", lambda row: row.get_binding_display()),
        Column("生效日期", "effective_from", "date"),
        Column("有效期至", "until", "date"),
        Column("依据", "citation", wrap=True),
    )

    def get_queryset(self) -> QuerySet[LocalValue]:
        rows = values_shown().filter(visible(self.request.user))
        return rows.order_by("path", "standard__measure__order", "-effective_from", "-pk")

    def get_bulk_actions(self) -> Sequence[tuple[str, str]]:
        may = scope_of(self.request.user).may_anywhere(Action.ENACT_POLICY)
        return (("enact", "生效"),) if may else ()

    @property
    def bulk_url(self) -> str:  # type: ignore[override]
        return reverse("policies:values_enact")

    def get_filter_form(self) -> LocalValueFilter:
        return LocalValueFilter(self.request.GET, user=self.request.user, standards=standard_choices())


class EnactPage(PolicyMixin, View):
    """Drafts ticked in the list, put in force together or not at all."""

    policy = Needs(Action.ENACT_POLICY)
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        back = reverse("policies:values")
        ids = [int(text) for text in request.POST.getlist("pk") if text.isdecimal() and len(text) < 19]
        rows = permitted(LocalValue.objects.all(), request.user, Action.ENACT_POLICY)
        values = list(rows.filter(pk__in=ids[:MOST_AT_ONCE], state=LocalState.DRAFT))
        if not values:
            messages.warning(request, "请先勾选您可以核准、仍在草拟的值，再点“生效”。")
            return HttpResponseRedirect(back)
        try:
            count = local_values.enact(by=cast(User, request.user), values=values, today=timezone.localdate())
        except ValidationError as error:
            messages.error(request, f"没有办理：{' '.join(error.messages)}")
        else:
            messages.success(request, f"已核准 {count} 个值，从各自的生效日期起核查。")
        return HttpResponseRedirect(back)


class _ValueFormPage(FormPage):
    """Figures, place and citation; what would change is shown before anything is kept."""

    policy = Needs(Action.DRAFT_POLICY)
    template_name = "policies/value_form.html"
    form_class = LocalValueForm
    crumbs = (_LIST,)
    cancel_url_name = "policies:values"
    standard: Standard
    value: LocalValue | None = None
    seen: Preview | None = None
    digest: str = ""
    is_stale = False

    def find_standard(self, **condition: Any) -> Standard:
        rows = Standard.objects.select_related("measure__document__jurisdiction").prefetch_related("values")
        return get_object_or_404(rows, **condition)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "user": self.request.user,
            "standard": self.standard,
            "value": self.value,
        }

    def form_valid(self, form: Any) -> HttpResponse:
        self.digest = form.digest
        if self.request.POST.get("previewed") == self.digest:
            return cast(HttpResponse, super().form_valid(form))
        try:
            local_values.check(form.draft)
        except ValidationError as error:
            show_errors(form, error)
            return self.form_invalid(form)
        self.is_stale = bool(self.request.POST.get("previewed"))
        draft = form.draft
        unsaved = LocalValue(**draft.values(), path=draft.division.path, place_code=draft.division.code)
        self.seen = preview(unsaved, today=timezone.localdate())
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.submit_label = "保存草拟" if self.seen else "下一步：看影响"
        return super().get_context_data(
            standard=self.standard,
            standard_url=standard_url(self.standard.code),
            preview=self.seen,
            digest=self.digest if self.seen else "",
            is_stale=self.is_stale,
            **kwargs,
        )


class ValueNewPage(_ValueFormPage):
    """`?standard=` says of which standard; without it one is chosen first."""

    success_message = "已保存草拟，待负责人核准生效。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.GET.get("standard", "")
        if not code:
            return self._choose(cast(User, request.user))
        self.standard = self.find_standard(measure__code=code)
        if not local_values.may_have_local(self.standard) or template_of(self.standard) is None:
            messages.warning(request, "这项标准按辖区整体计算，不能另定地方标准值，请另选一项。")
            return HttpResponseRedirect(request.path)
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    def _choose(self, user: User) -> HttpResponse:
        self.template_name = "policies/value_choose.html"
        standards = standards_for(user)
        context = super(_ValueFormPage, self).get_context_data(
            form=ChooseForm(standards=standards), has_any=bool(standards)
        )
        return self.render_to_response(context)

    def get_initial(self) -> dict[str, Any]:
        return {"division": self.request.GET.get("division", "")} if "division" in self.request.GET else {}

    def get_title(self) -> str:
        return (
            f"草拟地方标准值：{self.standard.measure.title}"
            if hasattr(self, "standard")
            else "草拟地方标准值"
        )

    def perform(self, form: Any) -> str:
        user = cast(User, self.request.user)
        value = local_values.draft(by=user, draft=form.draft, key=form.cleaned_data["key"])
        return value.get_absolute_url()


class ValueChangePage(_ValueFormPage):
    success_message = "已保存修改，待负责人核准生效。"
    model = LocalValue

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = permitted(LocalValue.objects.select_related("division"), request.user, Action.DRAFT_POLICY)
        self.value = get_object_or_404(rows.filter(parameters__isnull=False), pk=kwargs["pk"])
        if self.value.state != LocalState.DRAFT:
            messages.warning(request, "这个值已不是草拟状态，不能修改。")
            return HttpResponseRedirect(self.value.get_absolute_url())
        self.standard = self.find_standard(pk=self.value.standard_id)
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    def get_title(self) -> str:
        return f"修改草拟：{self.standard.measure.title}"

    def get_cancel_url(self) -> str:
        assert self.value is not None
        return self.value.get_absolute_url()

    def perform(self, form: Any) -> str:
        assert self.value is not None
        user = cast(User, self.request.user)
        return local_values.change(by=user, value=self.value, draft=form.draft).get_absolute_url()


class ValuePage(DetailPage):
    """GET shows one value; POST with `action` enact, return, withdraw or repeal decides on it."""

    policy = Needs(Action.VIEW)
    model = LocalValue
    template_name = "policies/value.html"
    crumbs = (_LIST,)
    form: Form | None = None
    asked = ""
    sections = (
        Section(
            "",
            (
                Column("标准", "standard.measure.title", url=lambda row: standard_url(row.standard.code)),
                Column("编号", "standard.measure.code"),
                Column("适用区划", lambda row: row.division.full_name()),
                Column("要求", wording_of, strong=True),
                Column("约束力", lambda row: row.get_binding_display()),
                Column("生效日期", "effective_from", "date"),
                Column("有效期至", lambda row: f"{row.until:%Y-%m-%d}" if row.until else "长期"),
                Column("原文件", lambda row: f"《{row.standard.measure.document.title}》"),
                Column("依据", "citation", wide=True),
                Column("口径说明", "reading", wide=True),
                Column("草拟", lambda row: f"{row.drafted_by_name}　{_moment(row.drafted_at)}"),
                Column(
                    "办理", lambda row: f"{row.decided_by_name}　{_moment(row.decided_at)}".strip() or "—"
                ),
                Column("退回、撤回意见", "remark", wide=True),
            ),
        ),
    )

    def get_object(self) -> Any:
        rows = values_shown().filter(visible(self.request.user))
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        self.asked = request.POST.get("action", "")
        actions = {
            "enact": (Action.ENACT_POLICY, None, "已生效。"),
            "return": (Action.ENACT_POLICY, RemarkForm, "已退回草拟人修改。"),
            "withdraw": (None, RemarkForm, "已撤回。"),
            "repeal": (Action.ENACT_POLICY, RepealForm, "已登记废止。"),
        }
        if self.asked not in actions:
            raise PermissionDenied("没有这项操作。")
        action, form_class, done = actions[self.asked]
        if action is not None:
            require(request.user, action, self.object.path)
        self.form = form_class(request.POST, prefix=self.asked) if form_class else Form(request.POST)
        if self.form.is_valid():
            try:
                self._perform(self.form.cleaned_data)
            except ValidationError as error:
                show_errors(self.form, error)
            else:
                messages.success(request, done)
                return HttpResponseRedirect(self.object.get_absolute_url())
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def _perform(self, data: dict[str, Any]) -> None:
        user, value, today = cast(User, self.request.user), self.object, timezone.localdate()
        if self.asked == "enact":
            local_values.enact(by=user, values=[value], today=today)
        elif self.asked == "return":
            local_values.send_back(by=user, value=value, remark=data["remark"])
        elif self.asked == "withdraw":
            local_values.withdraw(by=user, value=value, remark=data["remark"], today=today)
        else:
            key = data.pop("key")
            local_values.repeal(
                by=user, value=value, citation=local_values.Citation(**data), key=key, today=today
            )

    def _form(self, action: str, form_class: type[Form]) -> Form:
        """The form sent, with its errors, or an empty one."""
        return self.form if self.asked == action and self.form is not None else form_class(prefix=action)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        value, today = self.object, timezone.localdate()
        scope = scope_of(self.request.user)
        decides = scope.may(Action.ENACT_POLICY, value.path)
        drafts = scope.may(Action.DRAFT_POLICY, value.path)
        is_draft = value.state == LocalState.DRAFT
        may_repeal = decides and value.shown_state == HOLDS and not value.until
        may_withdraw = (is_draft and drafts) or (decides and local_values.may_take_back(value, today))
        events = Event.objects.filter(Q(object_type=LocalValue._meta.label_lower, object_id=str(value.pk)))
        return super().get_context_data(
            value=value,
            state=state_tag(value),
            preview=preview(value, today=today) if is_draft else None,
            may_enact=is_draft and decides,
            change_url=reverse("policies:value_change", kwargs={"pk": value.pk})
            if is_draft and drafts
            else "",
            return_form=self._form("return", RemarkForm) if is_draft and decides else None,
            withdraw_form=self._form("withdraw", RemarkForm) if may_withdraw else None,
            repeal_form=self._form("repeal", RepealForm) if may_repeal else None,
            form=self.form,
            history=list(events.order_by("-pk")[:_MOST_EVENTS]),
            **kwargs,
        )

    def get_title(self) -> str:
        return f"{self.object.division.name}：{self.object.standard.measure.title}"

    def get_breadcrumb(self) -> list[Crumb]:
        return [*super().get_breadcrumb()[:-1], (self.get_title(), "")]


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
