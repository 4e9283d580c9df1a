"""The audit log of the audit administrator's divisions, newest first."""

from typing import Any

from django.db.models import QuerySet

from governance.accounts.roles import Action
from governance.audit.models import Event
from governance.console.forms import AuditFilter
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.views import ListPage

_NAMES = {
    "division": "区划",
    "issued": "签发初始密码",
    "locked": "已锁定",
    "method": "方式",
    "parent": "上级",
    "path": "地址",
    "role": "角色",
    "rows": "行数",
    "sha256": "文件校验值",
    "unit": "单位",
}
"""Names of what the kernel notes; the registries' fields already carry the names users know."""


def _pairs(values: dict[str, Any] | None) -> str:
    return "，".join(f"{_NAMES.get(name, name)}={_plain(value)}" for name, value in (values or {}).items())


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "空" if value in (None, "") else str(value)


def summary(event: Event) -> str:
    """What changed, in one line: old → new, then the reason and what else was noted."""
    before, after = _pairs(event.before), _pairs(event.after)
    change = f"{before} → {after or '空'}" if before else after
    return "；".join(part for part in (change, event.reason, _pairs(event.detail)) if part)


class AuditPage(ListPage):
    policy = Needs(Action.READ_AUDIT)
    action = Action.READ_AUDIT
    title = "审计日志"
    queryset = Event.objects.order_by("-pk")
    by_number = True
    filter_form_class = AuditFilter
    empty_hint = "用户的登录、修改、导出等操作会记录在这里。"
    columns = (
        Column("时间", "at", "moment"),
        Column("用户", "username"),
        Column("角色", "role"),
        Column("类型", "get_kind_display"),
        Column("对象", "object_label"),
        Column("内容", summary, wrap=True),
        Column("地址", "address"),
        Column("请求编号", "request_id"),
    )

    def get_queryset(self) -> QuerySet[Event]:
        return super().get_queryset().defer("object_type", "object_id", "object_version")
