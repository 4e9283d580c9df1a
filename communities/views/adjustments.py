"""社区调整: the list of splits and mergers, and drafting one."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from communities.adjustments.drafting import draft
from communities.adjustments.forms import MergeForm, SplitForm
from communities.models import Adjustment, AdjustmentKind, AdjustmentState
from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.records import once
from governance.web.columns import Column
from governance.web.filters import FilterForm
from governance.web.policy import Needs
from governance.web.views import Button, FormPage, ListPage

TITLE = "社区调整"
CRUMBS = (("社区", "communities:list"), (TITLE, "communities:adjustments"))
COLOURS = {
    AdjustmentState.DRAFT: "blue",
    AdjustmentState.APPLIED: "green",
    AdjustmentState.WITHDRAWN: "grey",
}


def state_tag(row: Adjustment) -> tuple[str, str]:
    return row.get_state_display(), COLOURS[AdjustmentState(row.state)]


def sources_of(row: Adjustment) -> str:
    return "、".join(each.division.name for each in row.sources.all())


def successors_of(row: Adjustment) -> str:
    return "、".join(each.name for each in row.successors.all())


class AdjustmentFilter(FilterForm):
    kind = forms.ChoiceField(label="类型", choices=[("", "全部"), *AdjustmentKind.choices])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *AdjustmentState.choices])


class AdjustmentListPage(ListPage):
    policy = Needs(Action.VIEW)
    title = TITLE
    crumbs = CRUMBS[:1]
    model = Adjustment
    filter_form_class = AdjustmentFilter
    empty_title = "还没有拆分、合并方案"
    empty_hint = "街道点“拆分社区”或“合并社区”草拟方案，核对前后合计后发起办理，批准以后按方案实施。"
    buttons = (
        Button(
            "拆分社区",
            "communities:adjust",
            "plus",
            primary=True,
            action=Action.OPEN_CASE,
            query=f"?kind={AdjustmentKind.SPLIT.value}",
        ),
        Button(
            "合并社区",
            "communities:adjust",
            "plus",
            action=Action.OPEN_CASE,
            query=f"?kind={AdjustmentKind.MERGE.value}",
        ),
    )
    columns = (
        Column("类型", "get_kind_display", url=Adjustment.get_absolute_url, strong=True),
        Column("街道（乡镇）", "division.name"),
        Column("原社区", sources_of, wrap=True),
        Column("后继社区", successors_of, wrap=True),
        Column("状态", state_tag, "tag"),
        Column("生效日期", "effective_on", "date"),
        Column("批准文号", "approval", wrap=True),
    )

    def get_queryset(self) -> QuerySet[Adjustment]:
        rows = Adjustment.objects.select_related("division")
        return rows.prefetch_related("sources__division", "successors")


class AdjustPage(FormPage):
    """`?kind=merge` merges, else one community is split; `?area=` is the community it begins with."""

    policy = Needs(Action.OPEN_CASE)
    crumbs = CRUMBS
    cancel_url_name = "communities:adjustments"
    submit_label = "下一步：确定归属"
    success_message = "已保存草拟的方案，请逐项确定归属。"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.is_merger = request.GET.get("kind") == AdjustmentKind.MERGE
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    @property
    def intro(self) -> str:  # type: ignore[override]
        if self.is_merger:
            return "合并后各社区的户数、人口相加，全部记录归入合并后的社区；实施以前可以核对和撤回。"
        return "下一步确定小区、网格、人员、设施归哪个社区，户数和人口怎样分；实施以前不改动任何台账。"

    def get_form_class(self) -> type[forms.Form]:
        return MergeForm if self.is_merger else SplitForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        area = self.request.GET.get("area", "")
        return {"sources": [area]} if self.is_merger else {"source": area}

    def get_title(self) -> str:
        return "合并社区" if self.is_merger else "拆分社区"

    def perform(self, form: Any) -> str:
        kind = AdjustmentKind.MERGE if self.is_merger else AdjustmentKind.SPLIT
        try:
            made = draft(
                user=cast(User, self.request.user),
                kind=kind,
                sources=form.sources,
                successors=form.successors,
                basis=form.cleaned_data["basis"],
                effective_on=form.cleaned_data["effective_on"],
                listed=form.cleaned_data["listed"],
                key=once.clean_token(form.cleaned_data[once.FIELD]) or once.new_token(),
            )
        except ValidationError as error:
            raise self._at_fields(error) from error
        page = "communities:adjustment" if self.is_merger else "communities:adjustment_plan"
        return reverse(page, args=[made.pk])

    def _at_fields(self, error: ValidationError) -> ValidationError:
        """The service speaks of sources and names; the two forms call them differently."""
        fields = {"sources": "sources", "names": "name"} if self.is_merger else {"sources": "source"}
        found: dict[str, list[Any]] = {}
        for name, errors in error.error_dict.items():
            found.setdefault(fields.get(name, name), []).extend(errors)
        return ValidationError(found)
