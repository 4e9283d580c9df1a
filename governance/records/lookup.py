"""Finding the record an address names, and the address of a record."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse

from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require
from governance.divisions.models import Division, Level
from governance.exchange.sheets import Sheet, by_slug


def find_sheet(slug: str) -> Sheet:
    """The registry of an address; 404 for anything else."""
    sheet = by_slug(slug)
    if sheet is None:
        raise Http404
    return sheet


def place_url(division: Division) -> str:
    """The page of the community or of the area that a record is about."""
    if division.level == Level.COMMUNITY:
        return reverse("communities:detail", args=[division.code])
    return division.get_absolute_url()


def find_row(user: Any, sheet: Sheet, pk: int, action: Action = Action.VIEW) -> Any:
    """A record inside the user's scope, voided ones included, with its division (and person).

    Foreign and missing are the same 404; a record of one's own without the right to do `action` is 403.
    """
    related = ["division__parent"]
    if sheet.link is not None:
        related.append(sheet.link.field)
    rows = permitted(sheet.model._default_manager.all(), user).select_related(*related)
    row = get_object_or_404(rows, pk=pk)
    if action != Action.VIEW:
        require(user, action, row.path)
    return row


def row_url(sheet: Sheet, row: Any) -> str:
    """Where a record is looked at."""
    if sheet.is_per_community:
        return reverse("communities:detail", args=[row.division.code])
    try:
        return reverse("records:detail", args=[sheet.slug, row.pk])
    except NoReverseMatch:
        return f"{place_url(row.division)}#{sheet.slug}"


def list_url(sheet: Sheet) -> str:
    """The list of the registry."""
    try:
        return (
            reverse("communities:list")
            if sheet.is_per_community
            else reverse("records:list", args=[sheet.slug])
        )
    except NoReverseMatch:
        return ""
