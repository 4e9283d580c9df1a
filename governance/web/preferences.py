"""How a user wants a list: last conditions, saved ones, and columns left out; kept on the server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from governance.accounts.models import ListPreference, SavedFilter, User

MOST_SAVED = 12
"""Saved filters of one list: more chips than these nobody overlooks."""

MOST_CHARS = 1000


@dataclass(frozen=True)
class Preferences:
    """What is kept of one list for one user."""

    last_query: str = ""
    hidden: frozenset[str] = frozenset()
    saved: list[SavedFilter] = field(default_factory=list)


def preferences_of(user: User, list_key: str) -> Preferences:
    """Two statements."""
    kept = ListPreference.objects.filter(user=user, list_key=list_key).first()
    saved = SavedFilter.objects.filter(user=user, list_key=list_key).order_by("pk")
    if kept is None:
        return Preferences(saved=list(saved))
    return Preferences(kept.last_query, frozenset(kept.hidden), list(saved))


def remember_query(*, user: User, list_key: str, query: str) -> None:
    """Keep the conditions of the last search; ones too long to keep are forgotten."""
    if len(query) <= MOST_CHARS:
        _set(user, list_key, last_query=query)


def hide_columns(*, user: User, list_key: str, labels: Iterable[str]) -> None:
    """Leave these columns out from now on."""
    _set(user, list_key, hidden=sorted(set(labels)))


def _set(user: User, list_key: str, **values: Any) -> None:
    """One statement, whether the list was remembered before or not."""
    ListPreference.objects.bulk_create(
        [ListPreference(user=user, list_key=list_key, **values)],
        update_conflicts=True,
        unique_fields=["user", "list_key"],
        update_fields=list(values),
    )


@transaction.atomic
def save_filter(*, user: User, list_key: str, name: str, query: str) -> SavedFilter:
    """Keep conditions under a name; the same name again takes the new conditions.

    Raises `ValidationError` (Chinese).
    """
    name = " ".join(name.split())
    if not name:
        raise ValidationError("请给条件起一个名称，如“待核实”。")
    if len(name) > 20:
        raise ValidationError("名称最多 20 个字，请缩短。")
    if not query or len(query) > MOST_CHARS:
        raise ValidationError("没有可保存的条件，请先设置条件并查询。")
    # One after another for a user, so that the limit holds for two clicks at once too.
    User.objects.select_for_update().get(pk=user.pk)
    own = SavedFilter.objects.filter(user=user, list_key=list_key)
    if not own.filter(name=name).exists() and own.count() >= MOST_SAVED:
        raise ValidationError(f"每个列表最多保存 {MOST_SAVED} 组条件，请先删除不用的。")
    saved, _ = SavedFilter.objects.update_or_create(
        user=user, list_key=list_key, name=name, defaults={"query": query}
    )
    return saved


def forget_filter(*, user: User, list_key: str, pk: int) -> None:
    """Delete a saved filter of the user; one of somebody else is as missing."""
    SavedFilter.objects.filter(user=user, list_key=list_key, pk=pk).delete()
