"""What the pages of results share: the day asked for, and the way from 工作台 to a division."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.models import Division
from governance.divisions.paths import common_path
from governance.policies.evaluation.community import explained_rows, traces_of
from governance.policies.evaluation.relation import Relation, live_relation, stored_relation
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.store import live_run, rules_of
from governance.policies.evaluation.trace import Trace
from governance.policies.models import EvaluationRun
from governance.web.dates import HINT, parse_date
from governance.web.views import Crumb


def day_of(request: HttpRequest) -> date:
    """The day of `?on=`, else today; an unreadable one is named in a message."""
    text = request.GET.get("on", "").strip()
    if text:
        try:
            return parse_date(text)
        except ValueError:
            messages.error(request, f"日期“{text[:20]}”无法识别，已按今天显示。{HINT}。")
    return timezone.localdate()


def division_crumbs(user: Any, division: Division, title: str) -> list[Crumb]:
    """工作台, the lineage with links to what the user may see, and the page itself."""
    scope = scope_of(user)
    lineage = division.lineage() or [division]
    middle = [
        (
            each.name,
            reverse("policies:overview", kwargs={"code": each.code})
            if scope.may(Action.VIEW, each.path)
            else "",
        )
        for each in lineage
    ]
    return [("工作台", reverse("console:home")), *middle, (title, "")]


def current_run() -> EvaluationRun | None:
    """The live run, if its standards are still those in force; None before the first evaluation."""
    run = live_run()
    if run is not None:
        try:
            run.rules = rules_of(run)  # type: ignore[attr-defined]
        except KeyError:
            return None
    return run


def stored_results(run: EvaluationRun, divisions: Sequence[Division]) -> dict[int, list[Trace]]:
    """What the live run says of some communities, by division id (one statement)."""
    if not divisions:
        return {}
    path = common_path(each.path for each in divisions)
    relation = stored_relation(run=run, path=path, rules=run.rules)  # type: ignore[attr-defined]
    # Paths are digits only, so they may stand in the SQL text; the index of the cards is on them.
    paths = ", ".join(f"'{each.path}'" for each in divisions)
    rows = explained_rows(relation, f"WHERE path IN ({paths}) ORDER BY path")
    return {row["division_id"]: traces_of(relation, row) for row in rows}


def current_relation(path: str) -> Relation:
    """The stored results below `path`, or live ones as long as nothing is stored."""
    run = current_run()
    if run is not None:
        return stored_relation(run=run, path=path, rules=run.rules)  # type: ignore[attr-defined]
    on = timezone.localdate()
    return live_relation(path=path, on=on, rules=rules_for(path=path, on=on))
