"""Who may open a page: every view carries a policy, and a route without one is refused (trust.md, Access).

The policy is the first door only: it asks whether the user has the action *somewhere*. The rows come from
`permitted(queryset, user)` and the action on a given division from `require(user, action, path)`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import URLPattern, URLResolver, get_resolver

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of

View = Callable[..., HttpResponse]

EXEMPT_MODULES = ("django.views.static", "django.contrib.staticfiles.views", "django.views.i18n")
"""Django's own views that serve no data of the portal: static files and the script catalogue."""


class Policy:
    """What a page asks of its visitor before any row is looked at."""

    public: ClassVar[bool] = False

    def admits(self, user: Any) -> bool:
        """Whether a signed-in user may open the page at all."""
        return True


@dataclass(frozen=True)
class Public(Policy):
    """Anybody, signed in or not."""

    public: ClassVar[bool] = True


@dataclass(frozen=True)
class Authenticated(Policy):
    """Anybody who is signed in; the page shows only what belongs to the user."""


@dataclass(frozen=True, init=False)
class Needs(Policy):
    """Whoever has one of the actions in at least one division."""

    actions: tuple[Action, ...]

    def __init__(self, *actions: Action) -> None:
        if not actions:
            raise ImproperlyConfigured("Needs() must name an action.")
        object.__setattr__(self, "actions", actions)

    @property
    def action(self) -> Action:
        return self.actions[0]

    def admits(self, user: Any) -> bool:
        scope = scope_of(user)
        return any(scope.may_anywhere(action) for action in self.actions)


PUBLIC = Public()
AUTHENTICATED = Authenticated()


def guard(view: View, policy: Policy) -> View:
    """The view behind its policy: sign-in page for strangers, 403 (and an event) without the action."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policy.public:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), resolve_url("accounts:login"))
            if not policy.admits(request.user):
                raise PermissionDenied("您的角色没有这项权限。")
        return view(request, *args, **kwargs)

    guarded.policy = policy  # type: ignore[attr-defined]
    # Read by Django's LoginRequiredMiddleware, which refuses strangers everywhere else.
    guarded.login_required = not policy.public  # type: ignore[attr-defined]
    return guarded


def policy_required(policy: Policy) -> Callable[[Any], Any]:
    """Decorator for a view function, the result of `as_view()`, or a class-based view."""

    def decorate(target: Any) -> Any:
        if not isinstance(target, type):
            return guard(target, policy)
        original = target.as_view.__func__  # type: ignore[attr-defined]

        def as_view(cls: type, **initkwargs: Any) -> View:
            return guard(original(cls, **initkwargs), cls.policy)  # type: ignore[attr-defined]

        target.policy = policy  # type: ignore[attr-defined]
        target.as_view = classmethod(as_view)  # type: ignore[attr-defined]
        return target

    return decorate


class PolicyMixin:
    """For class-based views: the class attribute `policy` is required and enforced."""

    policy: ClassVar[Policy | None] = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> View:
        if not isinstance(cls.policy, Policy):
            raise ImproperlyConfigured(f"{cls.__module__}.{cls.__qualname__} names no policy.")
        return guard(super().as_view(**initkwargs), cls.policy)  # type: ignore[misc]


def is_exempt(view: View) -> bool:
    """Whether a view is one of Django's own that need no policy."""
    return getattr(view, "__module__", "").startswith(EXEMPT_MODULES)


class PolicyMiddleware:
    """Refuses to run a view that names no policy, so that a forgotten one is closed, not open."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        if not isinstance(getattr(view, "policy", None), Policy) and not is_exempt(view):
            raise ImproperlyConfigured(f"{request.path_info}: the view names no policy.")


@dataclass(frozen=True)
class Route:
    """One entry of the URLconf."""

    pattern: str
    name: str
    view: View
    policy: Policy | None


def walk_urlconf(urlconf: str | None = None) -> Iterator[Route]:
    """Every route of the project but the exempt ones; `policy` is None where the view names none."""

    def walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Route]:
        for entry in resolver.url_patterns:
            pattern = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
                yield from walk(entry, pattern, inner)
            elif isinstance(entry, URLPattern) and not is_exempt(entry.callback):
                policy = getattr(entry.callback, "policy", None)
                yield Route(
                    pattern=pattern,
                    name=":".join((*namespaces, entry.name or "")),
                    view=entry.callback,
                    policy=policy if isinstance(policy, Policy) else None,
                )

    yield from walk(get_resolver(urlconf), "/", ())
