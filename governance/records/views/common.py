"""What all form pages of a record share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from governance.accounts.roles import Action
from governance.exchange.sheets import Sheet
from governance.records.lookup import find_row, find_sheet, list_url, place_url, row_url
from governance.web.views import Crumb, PageMixin


class SheetMixin(PageMixin):
    """A page of one registry, named by `slug` in the address."""

    kwargs: dict[str, Any]
    sheet: Sheet

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.row: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.sheet = find_sheet(kwargs["slug"])
        self.find()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def find(self) -> None:
        """Find what the page is about; raises Http404 and `PermissionDenied`."""

    def get_breadcrumb(self) -> list[Crumb]:
        trail = [("工作台", reverse("console:home")), (self.sheet.caption, list_url(self.sheet))]
        if self.row is not None:
            if not self.sheet.is_per_community:
                division = self.row.division
                trail.append((division.name, place_url(division)))
            trail.append((str(self.row), row_url(self.sheet, self.row)))
        return [*trail, (self.get_title(), "")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sheet=self.sheet, row=self.row, **kwargs)


class RowMixin(SheetMixin):
    """A page about one record; the user must be allowed to do `action` with it."""

    action: Action = Action.CHANGE

    def find(self) -> None:
        self.row = find_row(self.request.user, self.sheet, self.kwargs["pk"], self.action)

    def get_cancel_url(self) -> str:
        return row_url(self.sheet, self.row)
