"""A collection round under way: one street has confirmed, one was given it back, one was reminded."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from demo.loading import district
from demo.people import MARK
from governance.exchange.commands import as_user
from governance.rounds.filling import confirm, give_back
from governance.rounds.models import Round, RoundStreet
from governance.rounds.progress import offered_sheets, streets_below
from governance.rounds.reminders import remind
from governance.rounds.services import Request, issue

STAFF, GIVEN_BACK, DONE = "demo-staff", "demo-lead", "demo-lead-2"
REMINDED = "610104003"
_DUE_IN = timedelta(days=6)


def send_round(today: date) -> int:
    """Send it and do what followed; returns how many rounds there are."""
    bureau = district()
    with as_user(STAFF) as staff:
        made = issue(
            user=staff,
            division=bureau,
            request=Request(
                "年度台账核对",
                today + _DUE_IN,
                f"{MARK}：请逐社区核对各本台账，变动的及时修改；确实没有的确认为无。",
            ),
            sheets=[sheet.slug for sheet in offered_sheets()],
            streets=streets_below(bureau).values_list("pk", flat=True),
            today=today,
        )
    answered = [
        _confirm(made, GIVEN_BACK, "610104001", f"{MARK}：已核对，新设社区还在收集资料", today),
        _confirm(made, DONE, "610104002", f"{MARK}：已逐社区核对，缺的正在向社区核实", today),
    ]
    with as_user(STAFF) as staff:
        give_back(user=staff, row=answered[0], reason=f"{MARK}：社会组织缺成立日期，请补充")
        late = _row(made, REMINDED)
        remind(user=staff, asked=made, streets=[late.pk], now=timezone.now())
    return 1


def _row(made: Round, code: str) -> RoundStreet:
    return RoundStreet.objects.select_related("division", "round").get(round=made, division__code=code)


def _confirm(made: Round, username: str, code: str, remark: str, today: date) -> RoundStreet:
    row = _row(made, code)
    with as_user(username) as user:
        confirm(user=user, row=row, remark=remark, today=today)
    return row
