"""系统设置: the registered options with their bounds, defaults and last change."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from governance.accounts import options
from governance.accounts.models import Setting
from governance.accounts.option_services import change_options, may_change_options, restore_default
from governance.accounts.options import Option
from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import TemplatePage


class SettingsPage(TemplatePage):
    """Everybody who manages settings reads them; the topmost system administrators change them."""

    policy = Needs(Action.MANAGE_SETTINGS)
    template_name = "console/settings.html"
    title = "系统设置"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by = visitor(request)
        if not may_change_options(by):
            raise PermissionDenied("系统设置对全部区划生效，请由最高一级的系统管理员修改。")
        typed = {
            option.key: request.POST[option.key]
            for option in options.registered()
            if option.key in request.POST
        }
        try:
            changed = change_options(values={key: _typed(key, text) for key, text in typed.items()}, by=by)
        except ValidationError as error:
            errors = {key: " ".join(texts) for key, texts in error.message_dict.items()}
            return self.render_to_response(self.get_context_data(typed=typed, errors=errors), status=422)
        if changed:
            messages.success(request, f"已保存 {len(changed)} 项设置，15 秒内在所有服务进程生效。")
        else:
            messages.info(request, "没有改动。")
        return redirect("console:settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed, errors = kwargs.pop("typed", {}), kwargs.pop("errors", {})
        rows = {row.key: row for row in Setting.objects.all()}
        lines = [_line(option, rows.get(option.key), typed, errors) for option in options.registered()]
        return super().get_context_data(
            groups=[(name, list(some)) for name, some in groupby(lines, key=lambda line: line["group"])],
            errors=[(line["key"], line["error"]) for line in lines if line["error"]],
            may_change=may_change_options(visitor(self.request)),
            **kwargs,
        )


def _typed(key: str, text: str) -> Any:
    """A number where the option is one and the text can be read as such; else the text, to be refused."""
    option = options.find(key)
    text = text.strip().replace(",", "")
    if option is not None and option.is_number and text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    return text


def _line(
    option: Option, row: Setting | None, typed: dict[str, str], errors: dict[str, str]
) -> dict[str, Any]:
    default = option.default()
    value = default if row is None else row.value
    return {
        "key": option.key,
        "group": option.group,
        "label": option.label,
        "help": option.help,
        "unit": option.unit,
        "is_number": option.is_number,
        "longest": option.longest or 9,
        "bounds": option.bounds,
        "default": option.described(default),
        "value": typed.get(option.key, value),
        "error": errors.get(option.key, ""),
        "row": row,
    }


class RestoreView(PolicyMixin, View):
    """Let the default of one option hold again."""

    policy = Needs(Action.MANAGE_SETTINGS)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        option = options.find(key)
        if option is None:
            raise Http404
        if restore_default(key=key, by=visitor(request)):
            messages.success(request, f"“{option.label}”已恢复默认值 {option.described(option.default())}。")
        else:
            messages.info(request, f"“{option.label}”已经是默认值。")
        return redirect("console:settings")
