"""填报负担: what the documents ask of one community in a half year."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from governance.accounts.roles import Action
from governance.divisions.models import Division
from governance.ledgers import burden
from governance.ledgers.views.common import InView
from governance.web.policy import Needs
from governance.web.views import TemplatePage

REDUCTION = ("LIST", "BURD")
"""Middle parts of the ids of what is about lists of work, admission, proofs, signs, meetings."""


class BurdenPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "ledgers/burden.html"
    title = "填报负担"
    crumbs = (("专项台账", "ledgers:index"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view, on = InView(self.request), timezone.localdate()
        for name in ("level", "filing", "state"):
            del view.form.fields[name]
        communities = Division.objects.current().communities().under(view.path).count()
        measured = burden.measure(view.chosen, view.path, on, communities)
        lines = sorted(measured.lines, key=lambda line: (-line.asked, -line.entries, line.ledger.code))
        return super().get_context_data(
            burden=measured,
            lines=lines,
            reductions=[each for each in view.ledgers if each.code.split("-")[1] in REDUCTION],
            **view.context(),
            **kwargs,
        )
