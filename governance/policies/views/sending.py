"""A list sent as an Excel file: never cached, and every one of them in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from governance.audit.models import EventKind
from governance.audit.services import record

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exported_by(user: Any) -> str:
    """The note that says who made a file, and when."""
    return f"导出人：{user}（{user.get_username()}）；时间：{timezone.localtime():%Y-%m-%d %H:%M}。"


def send_list(
    content: bytes,
    *,
    name: str,
    list_name: str,
    path: str,
    rows: int,
    filters: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer with the file `name` of a list of `rows` lines about what lies below `path`."""
    digest = hashlib.sha256(content).hexdigest()
    detail = {"list": list_name, "rows": rows, "filters": dict(filters or {}), "sha256": digest}
    record(EventKind.EXPORT, path=path, detail=detail)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response
