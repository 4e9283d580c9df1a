"""Which users an administrator may manage."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from governance.accounts.models import DivisionGrant, User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of


def manageable_users(admin: User, action: Action) -> QuerySet[User]:
    """Users all of whose grants lie inside the administrator's divisions, the administrator himself left out.

    A user without grants belongs to the division of the unit. Grants come along, in path order.
    """
    scope = scope_of(admin)
    inside = scope.condition(action, "content_object__path")
    unit_inside = scope.condition(action, "unit__division__path")
    if inside is None or unit_inside is None:
        return User.objects.none()
    grants = DivisionGrant.objects.filter(user=OuterRef("pk"))
    listed = DivisionGrant.objects.select_related("permission", "content_object").order_by(
        "content_object__path", "pk"
    )
    in_unit = unit_inside & Q(unit__isnull=False) if unit_inside else Q()
    return (
        User.objects.filter(Exists(grants.filter(inside)) | (~Exists(grants) & in_unit))
        .exclude(Exists(grants.exclude(inside)) if inside else Q(pk__in=[]))
        .exclude(pk=admin.pk)
        .select_related("unit")
        .prefetch_related(Prefetch("divisiongrant_set", queryset=listed, to_attr="listed_grants"))
    )
