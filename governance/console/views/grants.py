"""Roles of one user: given on divisions found step by step, taken back with a reason; what roles may do."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from governance.accounts import services
from governance.accounts.models import DivisionGrant
from governance.accounts.role_texts import GROUPS, PURPOSES, duties_of
from governance.accounts.roles import ADMIN_ROLES, ROLES, Action, Role
from governance.accounts.scope import permitted, scope_of
from governance.accounts.separation import CONFLICTS, RolesConflict
from governance.accounts.visitor import visitor
from governance.console import people
from governance.console.user_forms import ReasonForm
from governance.console.views.user_steps import UserStep
from governance.divisions.models import Division, UnknownCode
from governance.web.policy import Needs
from governance.web.views import TemplatePage

_MOST_FOUND = 20


class GrantPage(UserStep):
    """Choose the divisions (go down by links, or jump by code or name), then the role, then give it.

    The address carries the place (`?at=code`), so that going down needs no script.
    """

    policy = Needs(Action.MANAGE_GRANTS)
    action = Action.MANAGE_GRANTS
    step = "授予角色"
    template_name = "console/grant.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self._context())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        role_value, codes = request.POST.get("role", ""), request.POST.getlist("division")
        divisions = list(self._reachable().filter(code__in=codes))
        errors = []
        if not divisions or len(divisions) != len(set(codes)):
            errors.append(("divisions", "请勾选至少一个区划；只能选您数据范围内的区划。"))
        if role_value not in set(Role):
            errors.append(("roles", "请选择一个角色。"))
        if not errors:
            try:
                given = services.grant_many(
                    user=self.account, role=Role(role_value), divisions=divisions, by=visitor(request)
                )
            except RolesConflict as error:
                errors.append(("roles", str(error)))
            except ValidationError as error:
                errors += [("roles", message) for message in error.messages]
            else:
                names = "、".join(grant.content_object.name for grant in given)
                label = ROLES[Role(role_value)].label
                messages.success(
                    request, f"已授予 {self.account}“{label}”：{names}。该用户须重新登录后生效。"
                )
                return HttpResponseRedirect(self.get_cancel_url())
        context = self._context(chosen_role=role_value, chosen=set(codes), errors=errors)
        return self.render_to_response(context, status=422)

    def _reachable(self) -> Any:
        return permitted(Division.objects.current(), self.request.user, Action.MANAGE_GRANTS)

    def _context(self, **kwargs: Any) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        own = [each for each in scope.divisions if scope.may(Action.MANAGE_GRANTS, each.path)]
        text = self.request.GET.get("find", "").strip()
        found, problem = self._found(text) if text else ([], "")
        at = self._at(own)
        if len(found) == 1:
            at, found = found[0], []
        lineage = [each for each in at.lineage() if scope.may(Action.MANAGE_GRANTS, each.path)] if at else []
        kwargs.setdefault("chosen", {at.code} if at and not at.children.exists() else set())
        return self.get_context_data(
            at=at,
            own=own,
            lineage=lineage,
            children=list(at.children.current().order_by("path")) if at else own,
            find=text,
            found=found,
            problem=problem,
            roles=[(role, ROLES[role].label, PURPOSES[role], role in ADMIN_ROLES) for role in Role],
            held=self.account.listed_grants,  # type: ignore[attr-defined]
            form=None,
            **kwargs,
        )

    def _at(self, own: list[Division]) -> Division | None:
        """The place that the address names; without one the only own division, else a choice."""
        code = self.request.GET.get("at", "")
        if not code:
            return own[0] if len(own) == 1 else None
        try:
            return self._reachable().by_code(code)
        except UnknownCode:
            raise Http404 from None

    def _found(self, text: str) -> tuple[list[Division], str]:
        """Divisions of a code, or whose name holds the text; and what to say when there is none."""
        if text.isdigit():
            try:
                return [self._reachable().by_code(text)], ""
            except UnknownCode:
                return [], f"您的数据范围内没有代码为“{text}”的区划，请核对后重试。"
        rows = self._reachable().filter(name__contains=text).select_related("parent").order_by("path")
        found = list(rows[: _MOST_FOUND + 1])
        if not found:
            return [], f"您的数据范围内没有名称含“{text}”的区划，请核对后重试。"
        if len(found) > _MOST_FOUND:
            return found[:_MOST_FOUND], f"超过 {_MOST_FOUND} 个，只列出前面的；请多输入几个字。"
        return found, ""


class RevokePage(UserStep):
    """Take a role back, with a reason."""

    policy = Needs(Action.MANAGE_GRANTS)
    action = Action.MANAGE_GRANTS
    step = "收回角色"
    form_class = ReasonForm
    submit_label = "收回"
    grant: DivisionGrant

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        account = people.find_user(request, kwargs["pk"], self.action)
        grant = next((each for each in account.listed_grants if each.pk == kwargs["grant"]), None)  # type: ignore[attr-defined]
        if grant is None:
            raise Http404
        self.grant = grant
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.intro = (
            f"收回“{self.grant.role_label}：{self.grant.content_object}”。"
            "收回后该用户立即退出登录，未完成的后台任务也不再以此权限办理。"
        )
        return super().get_context_data(**kwargs)

    def perform(self, form: Any) -> str:
        services.revoke(
            user=self.account,
            role=self.grant.role,
            division=self.grant.content_object,
            reason=form.cleaned_data["reason"],
            by=visitor(self.request),
        )
        self.success_message = f"已收回 {self.account} 的“{self.grant.role_label}”。"
        return reverse("console:user", args=[self.account.pk])


class RolesPage(TemplatePage):
    """角色权限表: what each role may do, generated from the one table of rights."""

    policy = Needs(Action.MANAGE_GRANTS, Action.MANAGE_ACCOUNTS)
    template_name = "console/roles.html"
    title = "角色权限表"
    crumbs = (("用户管理", "console:users"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = {role: {action.value for action in spec.actions} for role, spec in ROLES.items()}
        groups = [
            (title, [(label, [value in held[role] for role in Role]) for value, label in labels.items()])
            for title, labels in GROUPS
        ]
        return super().get_context_data(
            roles=[(ROLES[role].label, PURPOSES[role], duties_of(role)) for role in Role],
            groups=groups,
            conflicts=[(_labels(one), _labels(other), why) for one, other, why in CONFLICTS],
            **kwargs,
        )


def _labels(roles: frozenset[Role]) -> str:
    return "、".join(ROLES[role].label for role in Role if role in roles)
