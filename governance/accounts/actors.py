"""Who acted, by the name that people know: the log keeps user names."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from governance.accounts.models import User
from governance.audit.models import Event


def with_actors(events: QuerySet[Event]) -> QuerySet[Event]:
    """Events with `who`: the name of the account, or what the log has where there is none any more."""
    names = User.objects.filter(username=OuterRef("username")).values("display_name")[:1]
    return events.annotate(who=Coalesce(Subquery(names), "username"))
