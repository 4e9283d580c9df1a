"""How members and workers follow a split or a merger of communities.

One person in office in both of two communities that merge would stand twice in one: that is settled before,
by ending one of the two records.
"""

from django.db.models import CharField, F
from django.db.models.functions import Cast

from cadres.models import CommunityWorker, TwoCommitteeMember
from governance.divisions.transfers import Transfer, Way, register


def register_all() -> None:
    for order, model in ((30, TwoCommitteeMember), (40, CommunityWorker)):
        register(
            Transfer(
                model,
                Way.WHOLE,
                label=str(model._meta.verbose_name),
                order=order,
                told="person__name",
                key=Cast(F("person_id"), CharField()),
                names_persons=True,
            )
        )
