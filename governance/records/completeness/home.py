"""Completeness on the home page: a column of units, bars per unit or registry, and drafts among the todos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.console.units import UnitCell, Units, own_units
from governance.divisions.clock import today
from governance.divisions.models import Level
from governance.exchange import sheets
from governance.records.completeness.cells import cells_of, optional_url
from governance.records.completeness.states import DONE, TODO, State, counted_sheets
from governance.records.completeness.tally import Tally, summed, tally
from governance.records.completeness.views import list_url
from governance.records.models import Draft
from governance.web.charts import Bar
from governance.web.todo import Todo

_FORMS = {"add": "新增", "change": "修改", "move": "调动"}


def tallies_of(request: HttpRequest, units: Units) -> Mapping[str, Tally]:
    """Tallies by path of unit, counted once a request."""
    kept: dict[Units, Mapping[str, Tally]] = request.__dict__.setdefault("_tallies", {})
    if units not in kept:
        on = today()
        kept[units] = units.by_length(lambda length: tally(paths=units.paths, length=length, on=on))
    return kept[units]


def colour_of(counted: Tally) -> str:
    if not counted.cells:
        return "dash"
    if counted.cells_done == counted.cells:
        return "green"
    return "amber" if counted.cells_done * 2 >= counted.cells else "red"


def share_cells(request: HttpRequest, units: Units) -> Mapping[str, UnitCell]:
    """完整率 of each unit; a community leads to its registries, a unit to its communities."""
    found = {}
    tallies = tallies_of(request, units)
    for row in units.rows:
        counted = tallies.get(row.path, Tally())
        is_community = row.level == Level.COMMUNITY
        url = reverse("completeness:community", args=[row.code]) if is_community else list_url(area=row)
        left = counted.cells - counted.cells_done
        note = f"缺 {left:,} 本" if left else ""
        found[row.path] = UnitCell(counted.share_text, url, colour_of(counted), note)
    return found


def community_cells(request: HttpRequest, units: Units) -> Mapping[str, UnitCell]:
    """How many communities each unit has."""
    if units.are_communities:
        return {}
    tallies = tallies_of(request, units)
    return {
        row.path: UnitCell(f"{tallies.get(row.path, Tally()).communities:,}", f"{_communities_url(row.code)}")
        for row in units.rows
    }


def _communities_url(code: str) -> str:
    return optional_url("communities:list", query=f"?area={code}")


def completeness_panel(request: HttpRequest) -> dict[str, Any] | None:
    """Bars of 完整率 by unit, with the registries left as a table beside."""
    units = own_units(request)
    if not units.rows:
        return None
    if len(units.rows) == 1 and units.rows[0].level == Level.COMMUNITY:
        division = units.rows[0]
        return {
            "cells": cells_of([division], today())[division.path],
            "url": reverse("completeness:community", args=[division.code]),
            "title": f"{division.name}　台账完整度",
        }
    tallies = tallies_of(request, units)
    whole = summed(list(tallies.values()))
    area = units.roots[0] if len(units.roots) == 1 else None
    bars = []
    for row in units.rows:
        counted = tallies.get(row.path, Tally())
        share = counted.cells_done * 100 / counted.cells if counted.cells else 0
        css = {"dash": "grey"}.get(colour_of(counted), colour_of(counted))
        is_community = row.level == Level.COMMUNITY
        url = reverse("completeness:community", args=[row.code]) if is_community else list_url(area=row)
        bars.append(Bar(row.name, share, counted.share_text, css, url))
    return {
        "title": "数据完整度",
        "whole": whole,
        "bars": bars,
        "label": f"各{units.label}台账完整率",
        "rows": [
            (
                sheet,
                whole.done(sheet.slug),
                list_url(area=area, sheet=sheet.slug, state=DONE),
                whole.todo(sheet.slug),
                list_url(area=area, sheet=sheet.slug, state=TODO),
                whole.count(sheet.slug, State.EMPTY),
            )
            for sheet in counted_sheets()
        ],
        "url": list_url(area=area),
        "has_data": whole.cells_done > 0,
        "may_add": scope_of(request.user).may_anywhere(Action.ADD),
    }


def sheets_panel(request: HttpRequest) -> dict[str, Any] | None:
    """The registries of the whole as a table; left out where the units are one community or none."""
    found = completeness_panel(request)
    return found if found and found.get("rows") and found["whole"].communities else None


def drafts(request: HttpRequest, on: date) -> Iterable[Todo]:
    """Forms that were begun and not saved."""
    assert request.user.pk is not None
    for draft in Draft.objects.filter(user_id=request.user.pk).order_by("-saved_at")[:20]:
        verb, slug, key = draft.key.split(":", 2)
        sheet = sheets.by_slug(slug)
        if sheet is None or verb not in _FORMS:
            continue
        if verb == "add":
            url = optional_url("records:add", slug, query=f"?area={key}" if key != "0" else "")
        else:
            url = optional_url(f"records:{verb}", slug, key)
        yield Todo(
            f"未保存的草稿：{_FORMS[verb]}{sheet.name}",
            url,
            note=f"{localtime(draft.saved_at):%Y-%m-%d %H:%M} 暂存",
        )
