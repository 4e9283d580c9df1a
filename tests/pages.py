"""Every page of the portal by name and address, found by walking the URLconf."""

from collections.abc import Iterator

from django.urls import reverse

from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.accounts.scope import scope_of
from governance.exchange import sheets
from governance.exchange.sheets import Sheet
from governance.web.policy import Needs, Route, walk_urlconf
from tests.factories import LEVEL_OF_ROLE, Tree
from tests.matrix import PUBLIC_KWARGS, Case, Kwargs, kwargs_maker
from tests.test_rights_matrix import parameters


def answers_get(route: Route) -> bool:
    view = getattr(route.view, "view_class", route.view)
    return "get" in getattr(view, "http_method_names", ["get"])


ROUTES = [route for route in walk_urlconf() if not route.policy.public and answers_get(route)]
"""Routes that may be pages; some answer with a file or send elsewhere."""


def pages_of(route: Route, tree: Tree, visitor: User, role: Role) -> Iterator[tuple[str, str]]:
    """Names and addresses behind a route for a visitor who may open it: objects of his own divisions.

    Routes of all registries give a page for each of them. One name may come with several addresses, of which
    the first that answers will do.
    """
    for name, kwargs in _objects_of(route, tree, visitor, role):
        yield name, reverse(route.name, kwargs=kwargs)


def _objects_of(route: Route, tree: Tree, visitor: User, role: Role) -> Iterator[tuple[str, Kwargs]]:
    names = parameters(route)
    if not names:
        yield route.name, {}
    elif names[0] == "slug" and set(names) <= {"slug", "pk"} and not route.name.startswith("ledgers:"):
        for sheet in sheets.registered():
            kwargs = _row_of(route, sheet, visitor)
            if kwargs is not None:
                yield f"{route.name} {sheet.slug}", kwargs
    elif route.name in PUBLIC_KWARGS:
        yield route.name, PUBLIC_KWARGS[route.name](tree)
    else:
        make = kwargs_maker(route, names)
        assert make is not None, f"{route.name}: add its object to tests/matrix.py"
        for division in (tree[LEVEL_OF_ROLE[role]], tree.street, tree.community):
            kwargs = make(Case(division=division, visitor=visitor, is_own=True, tree=tree))
            if kwargs is not None:
                yield route.name, kwargs


def _row_of(route: Route, sheet: Sheet, visitor: User) -> Kwargs | None:
    """A row of one registry on which the visitor may do what the route is for."""
    if parameters(route) == ["slug"]:
        return {"slug": sheet.slug}
    actions = route.policy.actions[:1] if isinstance(route.policy, Needs) else ()
    for row in sheet.model._default_manager.select_related("division").order_by("pk"):
        if all(scope_of(visitor).may(action, row.division.path) for action in actions):
            return {"slug": sheet.slug, "pk": row.pk}
    return None
