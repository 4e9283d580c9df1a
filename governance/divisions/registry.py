"""Hooks of upper apps into the life of divisions.

The registry app registers what makes the one `Community` of every community-level division; apps with
scoped rows register their models, so that `move_division` can rewrite their path copies.
"""

from collections.abc import Callable

from django.db import models

_community_makers: list[Callable[[], int]] = []
_scoped_models: list[type[models.Model]] = []


def register_community_maker(maker: Callable[[], int]) -> None:
    """`maker()` makes the missing communities of all community-level divisions; returns how many."""
    _community_makers.append(maker)


def make_communities() -> int:
    return sum(maker() for maker in _community_makers)


def register_scoped(model: type[models.Model]) -> type[models.Model]:
    """Class decorator: rows of this model carry `division` and a copy of its `path`."""
    _scoped_models.append(model)
    return model


def scoped_models() -> tuple[type[models.Model], ...]:
    return tuple(_scoped_models)
