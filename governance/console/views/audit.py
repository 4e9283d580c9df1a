"""The audit log of the audit administrator's divisions: search, one event, file, verification."""

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.accounts.visitor import visitor
from governance.audit.models import Block, Event
from governance.console import event_texts, verification
from governance.console.audit_export import FORMATS, ExportRefused, export_events
from governance.console.audit_search import AuditFilter, event_page, found_events
from governance.web.columns import Column
from governance.web.filters import FilterForm
from governance.web.paging import Page, query_string
from governance.web.policy import Needs, PolicyMixin
from governance.web.views import Crumb, ListPage, ObjectMixin, TemplatePage

_SHOWN = 20


def event_url(event: Event) -> str:
    return reverse("console:event", args=[event.pk])


def _object(event: Event) -> str:
    kind = event_texts.object_kind(event.object_type) if event.object_type else ""
    return "：".join(part for part in (kind, event.object_label) if part)


class AuditPage(ListPage):
    policy = Needs(Action.READ_AUDIT)
    action = Action.READ_AUDIT
    title = "审计日志"
    template_name = "console/audit.html"
    empty_hint = "用户的登录、修改、导出等操作会记录在这里。"
    columns = (
        Column("时间", "at", "moment", url=event_url),
        Column("用户名", "username"),
        Column("角色", "role"),
        Column("类型", "get_kind_display"),
        Column("对象", _object, wrap=True),
        Column("内容", event_texts.brief, wrap=True),
        Column("地址", "address"),
    )

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.defer("object_version")

    def get_filter_form(self) -> FilterForm:
        self.form = AuditFilter(self.request.GET, user=self.request.user)
        return self.form

    def get_page(self, queryset: QuerySet[Event]) -> Page:
        return event_page(self.get_rows(queryset).order_by("-pk"), self.request)

    def row_actions(self, event: Event) -> list[Crumb]:
        return [("详情", event_url(event))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(export_query=query_string(self.request.GET), **kwargs)


class EventPage(ObjectMixin, TemplatePage):
    """One event: who, where, what before and after, and what else the same request did."""

    policy = Needs(Action.READ_AUDIT)
    action = Action.READ_AUDIT
    model = Event
    template_name = "console/event.html"
    crumbs = (("审计日志", "console:audit"),)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"事件 {self.object.pk}：{self.object.get_kind_display()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event: Event = self.object
        same: list[Event] = []
        if event.request_id:
            rows = self.get_scoped().filter(request_id=event.request_id).exclude(pk=event.pk)
            same = list(rows.order_by("pk")[:_SHOWN])
        block = Block.objects.filter(last_event__gte=event.pk).order_by("last_event").first()
        asked = {"object_type": event.object_type, "object_id": event.object_id}
        return super().get_context_data(
            event=event,
            kind=event_texts.object_kind(event.object_type) if event.object_type else "",
            changes=list(event_texts.changes(event)),
            details=event_texts.details(event),
            same=[(each, event_texts.brief(each)) for each in same],
            sealed_in=block,
            object_query=urlencode(asked) if event.object_id else "",
            **kwargs,
        )

    def get_scoped(self) -> QuerySet[Event]:
        return permitted(Event.objects.all(), self.request.user, self.action)


class AuditExportView(PolicyMixin, View):
    """The file of what the list shows; the conditions stand in the address as they do there."""

    policy = Needs(Action.READ_AUDIT)
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AuditFilter(request.GET, user=request.user)
        back = reverse("console:audit") + query_string(request.GET)
        file_format = request.POST.get("format", "")
        if file_format not in FORMATS:
            messages.error(request, "请选择导出格式：Excel 或 CSV。")
            return redirect(back)
        events = found_events(request, form)
        if not form.is_valid():
            messages.error(request, "筛选条件有误，没有导出。请按提示修改后重试。")
            return redirect(back)
        try:
            name, content = export_events(
                events=events, conditions=form.described, file_format=file_format, by=visitor(request)
            )
        except ExportRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(back)
        response = HttpResponse(content, content_type=FORMATS[file_format])
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        response["Cache-Control"] = "no-store, private"
        return response


class VerifyPage(TemplatePage):
    """The chain of blocks: what is sealed, what is not yet, and the results of verifying it."""

    policy = Needs(Action.READ_AUDIT)
    template_name = "console/audit_verify.html"
    title = "校验审计日志"
    crumbs = (("审计日志", "console:audit"),)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not verification.is_short():
            job = verification.ask_for_verification(by=visitor(request))
            messages.info(request, "日志较多，已在后台校验，可以离开本页。")
            return redirect("jobs:detail", pk=job.pk)
        result = verification.verify_and_note()
        if result.ok:
            messages.success(
                request, f"校验完成：{result.blocks} 个区块、{result.events:,} 条事件，日志完整。"
            )
        else:
            messages.error(request, f"校验发现 {len(result.broken)} 个区块不符，请立即保护现场并报告。")
        return redirect("console:audit_verify")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        blocks = list(Block.objects.order_by("-last_event")[:_SHOWN])
        newest = blocks[0] if blocks else None
        noted = Event.objects.filter(object_type="audit.block").order_by("-pk")[:_SHOWN]
        results = [event for event in noted if event.detail and "whole" in event.detail]
        return super().get_context_data(
            blocks=blocks,
            newest=newest,
            count=Block.objects.count(),
            sealed=Block.objects.aggregate(sealed=Sum("events"))["sealed"] or 0,
            unsealed=Event.objects.filter(pk__gt=newest.last_event if newest else 0).count(),
            results=results,
            latest=results[0] if results else None,
            **kwargs,
        )
