"""The signed-in user of a request, as our own model."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from governance.accounts.models import User


def visitor(request: HttpRequest) -> User:
    """The user of a request behind a policy; raises `PermissionDenied` for nobody."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied("请先登录。")
    return user
