"""The filters above the pages of all ledgers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from governance.ledgers.catalogue import FILINGS, Ledger, ledgers
from governance.records.filters import RecordFilter
from governance.records.tables import RowTable
from governance.web.areas import AreaFilterForm

LEVELS = {
    "community": "社区（村）",
    "street": "街道（乡镇）",
    "county": "县（区）",
    "city": "市级",
    "province": "省级",
}


class LedgerFilter(AreaFilterForm):
    """Area, document, subject and rhythm; `q` looks in titles and ids."""

    main = ("area", "document", "q")

    def __init__(self, data: QueryDict, *, user: Any, some: list[Ledger], **kwargs: Any) -> None:
        super().__init__(data, user=user, **kwargs)
        documents = {ledger.document.id: ledger.document.title for ledger in some}
        self.fields["document"] = forms.ChoiceField(
            label="依据文件", choices=[("", "全部"), *documents.items()], required=False
        )
        self.fields["q"] = forms.CharField(label="名称、编号", max_length=40, required=False)
        self.fields["level"] = forms.ChoiceField(
            label="填报对象", choices=[("", "全部"), *LEVELS.items()], required=False
        )
        self.fields["filing"] = forms.ChoiceField(
            label="频次", choices=[("", "全部"), *FILINGS.items()], required=False
        )
        self.fields["state"] = forms.ChoiceField(
            label="填报情况",
            choices=[("", "全部"), ("none", "还没有记录"), ("some", "已有记录"), ("late", "有超期")],
            required=False,
        )

    def chosen(self, some: list[Ledger]) -> list[Ledger]:
        """The record types that the conditions leave."""
        self.is_valid()
        data = self.cleaned_data
        text = data.get("q", "").lower()
        return [
            ledger
            for ledger in some
            if data.get("document") in ("", None, ledger.document.id)
            and data.get("level") in ("", None, ledger.record.level)
            and data.get("filing") in ("", None, ledger.record.filing)
            and (not text or text in ledger.title.lower() or text in ledger.code.lower())
        ]


class EntryFilter(RecordFilter):
    """The filter of a list of entries: which of them still wait for a day, and which are marked."""

    def __init__(self, data: QueryDict, *, table: RowTable, **kwargs: Any) -> None:
        super().__init__(data, table=table, **kwargs)
        ledger = ledgers().get(table.slug)
        if ledger is not None and ledger.record.due:
            choices = [("", "全部"), ("late", "未按期办结"), ("open", "未到期")]
            self.fields["waits"] = forms.ChoiceField(label="办理期限", choices=choices, required=False)
            self.lookups["waits"] = _waiting
        if ledger is not None and ledger.has_breaches:
            choices = [("", "全部"), ("broken", "不符合"), ("kept", "没有不符合")]
            self.fields["breach"] = forms.ChoiceField(label="规定核对", choices=choices, required=False)
            self.lookups["breach"] = _marked


def _marked(queryset: QuerySet, value: str) -> QuerySet:
    return queryset.filter(breach=value == "broken")


def _waiting(queryset: QuerySet, value: str) -> QuerySet:
    today = timezone.localdate()
    late = value == "late"
    return queryset.filter(**{"due_on__lt" if late else "due_on__gte": today})
