"""Imports on the home page: the latest, those that wait for a confirmation, those of this month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.exchange.models import BatchStatus, ImportBatch
from governance.web.todo import Todo

SHOWN, READ = 5, 30


def own_batches(request: HttpRequest) -> list[ImportBatch]:
    """The latest imports of the user (one statement a request)."""
    kept: list[ImportBatch] | None = request.__dict__.get("_own_batches")
    if kept is None:
        assert request.user.pk is not None
        rows = ImportBatch.objects.filter(user_id=request.user.pk).order_by("-pk")
        kept = request.__dict__["_own_batches"] = list(rows[:READ])
    return kept


def imports_panel(request: HttpRequest) -> dict[str, Any]:
    return {"batches": own_batches(request)[:SHOWN], "url": reverse("exchange:index")}


def todos(request: HttpRequest, on: date) -> Iterable[Todo]:
    for batch in own_batches(request):
        url = batch.get_absolute_url()
        if batch.status == BatchStatus.PREVIEWED and batch.has_file:
            errors = batch.count("errors")
            label = "改正后重新导入" if errors else "确认导入"
            yield Todo(f"{label}：{batch.file_name}", url, note=f"有 {errors} 处错误" if errors else "")
        elif batch.status == BatchStatus.APPLIED and _day(batch) >= on.replace(day=1):
            yield Todo(f"导入台账：{batch.file_name}", url, done=True)


def _day(batch: ImportBatch) -> date:
    return timezone.localtime(batch.applied_at or batch.created_at).date()


def register_home() -> None:
    """Panel and todos of imports."""
    from governance.web import panels, todo

    panels.register(
        panels.Panel(
            "exchange/panels/imports.html", imports_panel, order=55, action=Action.IMPORT, aside=True
        )
    )
    todo.register(todo.Provider("imports", todos, Action.IMPORT))
