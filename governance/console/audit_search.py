"""Searching the audit log: its filters, and pages by event number so that page 1 and 2,000 cost alike."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.audit.models import Event, EventKind
from governance.console.event_texts import object_kind
from governance.divisions.paths import under
from governance.web.areas import AreaField
from governance.web.filters import FilterForm
from governance.web.forms import DateField
from governance.web.paging import PAGE_SIZE, Page, capped_count, query_string

_TYPES_KEY, _TYPES_SECONDS = "console:event-types", 300
_NUMBER = re.compile(r"\d{1,18}")


def object_types() -> list[tuple[str, str]]:
    """The kinds of objects that events are about, with their names; may be five minutes old."""
    found = cache.get(_TYPES_KEY)
    if found is None:
        labels = Event.objects.exclude(object_type="").order_by().values_list("object_type", flat=True)
        found = sorted(((label, object_kind(label)) for label in labels.distinct()), key=lambda pair: pair[1])
        cache.set(_TYPES_KEY, found, _TYPES_SECONDS)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _containing(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    text = text.strip()
    return events.filter(Q(object_label__icontains=text) | Q(reason__icontains=text))


class AuditFilter(FilterForm):
    """Who, what, when, where; the bounds of days are those of the portal's time zone."""

    since = DateField(label="起始日期")
    until = DateField(label="截止日期")
    username = forms.CharField(label="用户名", max_length=150)
    kind = forms.ChoiceField(label="类型", choices=[("", "全部"), *EventKind.choices])
    object_type = forms.ChoiceField(label="对象种类")
    text = forms.CharField(label="对象或原因", max_length=60)
    request_id = forms.CharField(label="请求编号", max_length=36)
    object_id = forms.CharField(max_length=40, widget=forms.HiddenInput)

    main: ClassVar[tuple[str, ...]] = ("since", "until", "username", "kind")
    lookups: dict[str, Any] = {
        "since": lambda events, day: events.filter(at__gte=_midnight(day)),
        "until": lambda events, day: events.filter(at__lt=_midnight(day + timedelta(days=1))),
        "username": lambda events, name: events.filter(username=name.strip()),
        "request_id": lambda events, number: events.filter(request_id=number.strip()),
        "text": _containing,
        "area": lambda events, division: events.filter(under(division.path, "path")),
    }

    def __init__(self, data: QueryDict, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        types = object_types()
        chosen = data.get("object_type", "")
        if chosen and chosen not in dict(types):
            types = [*types, (chosen, object_kind(chosen))]
        self.fields["object_type"].choices = [("", "全部"), *types]  # type: ignore[attr-defined]
        area = AreaField(user=user, chosen=data.get("area", ""), action=Action.READ_AUDIT)
        if area.is_useful:
            self.fields["area"] = area

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            raise ValidationError({"until": "截止日期早于起始日期，请核对。"})
        return cleaned

    @property
    def described(self) -> dict[str, str]:
        """The conditions in force, in words, for the log and the file."""
        words = {}
        for name, value in self.cleaned_data.items():
            if value in (None, ""):
                continue
            field = self.fields[name]
            choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
            words[str(field.label or "对象编号")] = str(dict(choices).get(value, value))
        return words


def found_events(request: HttpRequest, form: AuditFilter) -> QuerySet[Event]:
    """The events of the auditor's divisions that the filter leaves, newest first."""
    return form.apply(permitted(Event.objects.all(), request.user, Action.READ_AUDIT)).order_by("-pk")


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Http404("bad page key")
    return int(text)


def event_page(events: QuerySet[Event], request: HttpRequest, size: int = PAGE_SIZE) -> Page:
    """The page that `?after=`, `?before=` (event numbers) or `?last=1` asks for, newest first."""
    data = request.GET
    newest = oldest = False
    if data.get("last"):
        rows = list(events.order_by("pk")[: size + 1])
        newest, rows = len(rows) > size, rows[:size][::-1]
    elif data.get("before"):
        rows = list(events.filter(pk__gt=_number(data["before"])).order_by("pk")[: size + 1])
        newest, oldest, rows = len(rows) > size, True, rows[:size][::-1]
        if len(rows) < size:  # the start is near: show a full first page instead of its rest
            rows = list(events[: size + 1])
            newest, oldest, rows = False, len(rows) > size, rows[:size]
    else:
        after = data.get("after", "")
        rows = list((events.filter(pk__lt=_number(after)) if after else events)[: size + 1])
        newest, oldest, rows = bool(after), len(rows) > size, rows[:size]
    return Page(
        rows=rows,
        total=capped_count(events),
        first=query_string(data) if newest else "",
        previous=query_string(data, before=str(rows[0].pk)) if rows and newest else "",
        next=query_string(data, after=str(rows[-1].pk)) if rows and oldest else "",
        last=query_string(data, last="1") if oldest else "",
    )
