"""A round of the small tree."""

from collections.abc import Sequence
from datetime import date, timedelta

from governance.accounts.models import User
from governance.divisions.clock import today
from governance.rounds.models import Round
from governance.rounds.services import Request, issue
from tests.factories import Tree


def round_of(
    tree: Tree,
    by: User,
    *,
    title: str = "上半年台账填报",
    note: str = "请逐社区核对",
    due_on: date | None = None,
    sheets: Sequence[str] = ("communities", "grids"),
    streets: Sequence[str] = ("610104001", "610104002"),
    duties: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> Round:
    """Sent by 莲湖区 to both of its streets, due in ten days."""
    return issue(
        user=by,
        division=tree.county,
        request=Request(title, due_on or today() + timedelta(days=10), note),
        sheets=sheets,
        streets=[tree[code].pk for code in streets],
        today=today(),
        duties=duties,
        since=since,
        until=until,
    )
