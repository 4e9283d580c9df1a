"""The audit log of the audit administrator's divisions, newest first."""

from django.db.models import QuerySet

from governance.accounts.roles import Action
from governance.audit.models import Event
from governance.console.event_texts import summary
from governance.console.forms import AuditFilter
from governance.web.columns import Column
from governance.web.policy import Needs
from governance.web.views import ListPage


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
