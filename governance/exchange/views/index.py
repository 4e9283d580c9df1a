"""How it goes, and the list of imports: one's own, and those of the area for its lead and the county."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.exchange.models import BatchStatus, ImportBatch
from governance.exchange.views.common import GUIDE, supervises, visible_batches
from governance.web.areas import AreaFilterForm
from governance.web.columns import Column
from governance.web.forms import DateField
from governance.web.policy import Needs
from governance.web.views import Button, ListPage


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


NO_IMPORT = ("您的角色不导入台账", "可以下载工作簿查看；台账由街道和区（县）录入、导入。")


class BatchFilter(AreaFilterForm):
    """Filters imports; area and uploader only where there are those of others."""

    who = forms.CharField(label="上传人", max_length=40)
    status = forms.ChoiceField(label="状态", choices=[("", "全部"), *BatchStatus.choices])
    since = DateField(label="上传自")
    until = DateField(label="至")
    lookups = {
        "who": lambda queryset, text: queryset.filter(
            Q(user__username__icontains=text) | Q(user__display_name__icontains=text)
        ),
        "since": lambda queryset, day: queryset.filter(created_at__gte=_midnight(day)),
        "until": lambda queryset, day: queryset.filter(created_at__lt=_midnight(day + timedelta(days=1))),
    }

    def __init__(self, data: QueryDict, *, user: Any) -> None:
        super().__init__(data, user=user)
        if not supervises(user):
            self.fields.pop("area", None)
            self.fields.pop("who")


class IndexPage(ListPage):
    policy = Needs(Action.VIEW)
    template_name = "exchange/index.html"
    title = "台账工作簿"
    path_field = None
    page_size = 20
    empty_title = "还没有导入记录"
    empty_hint = "先下载工作簿，填写后上传；核对预览并确认后才会保存。"
    buttons = (
        Button("下载工作簿", "exchange:download", "download"),
        Button("上传导入", "exchange:upload", "upload", primary=True, action=Action.IMPORT),
        Button("填报说明", "exchange:guide", "help-circle"),
    )
    columns: Sequence[Column] = (
        Column("回执编号", "number", url=lambda batch: batch.get_absolute_url()),
        Column("文件", "file_name", wrap=True),
        Column("状态", lambda batch: (batch.state, batch.colour), kind="tag"),
        Column("行数", lambda batch: batch.counts.get("rows"), kind="number"),
        Column("新增", lambda batch: batch.counts.get("new"), kind="number"),
        Column("修改", lambda batch: batch.counts.get("changed"), kind="number"),
        Column("冲突", lambda batch: batch.counts.get("conflicts"), kind="number"),
        Column("错误", lambda batch: batch.counts.get("errors"), kind="number"),
        Column("上传时间", "created_at", kind="moment"),
        Column("导入时间", "applied_at", kind="moment"),
    )
    of_others: Sequence[Column] = (Column("上传人", "user.display_name"),)

    def get_columns(self) -> Sequence[Column]:
        if not supervises(self.request.user):
            return self.columns
        return (self.columns[0], *self.of_others, *self.columns[1:])

    def get_filter_form(self) -> BatchFilter:
        return BatchFilter(self.request.GET, user=self.request.user)

    def get_queryset(self) -> QuerySet[ImportBatch]:
        return visible_batches(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_import = scope_of(self.request.user).may_anywhere(Action.IMPORT)
        if not may_import:
            self.empty_title, self.empty_hint = NO_IMPORT
        context = super().get_context_data(guide=GUIDE, may_import=may_import, **kwargs)
        # Filters of an empty list are in the way of the first steps.
        if not context["rows"] and not context["filter_form"].is_active:
            context["filter_form"] = None
        return context
