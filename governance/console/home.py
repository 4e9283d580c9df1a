"""Panels of the home page that the console itself gives: what waits, the units, jobs, administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from governance.accounts.closed import grants_on_closed
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, scope_of
from governance.accounts.visitor import visitor
from governance.audit.models import Block, Event, EventKind
from governance.console import filters, people
from governance.console.units import own_units, unit_table
from governance.console.views.jobs import COLOURS
from governance.divisions.clock import today
from governance.divisions.models import Level
from governance.jobs.models import Job, JobStatus, PeriodRun
from governance.jobs.periodic import duties
from governance.web.todo import Todo, When, todos_of

SHOWN = 8
JOBS_SHOWN = 5
_TILES = {
    When.OPEN: ("list-check", ""),
    When.SOON: ("clock", "amber"),
    When.OVERDUE: ("alert-triangle", "red"),
    When.DONE: ("circle-check", "green"),
}
_NOTES = {
    When.OPEN: "全部未办结",
    When.SOON: "7 天内到期",
    When.OVERDUE: "请优先办理",
    When.DONE: "本月 1 日以来",
}


def _works(request: HttpRequest) -> bool:
    """Whether the user has anything to enter, make or mend, so that empty lists of todos tell something."""
    scope = scope_of(request.user)
    return any(scope.may_anywhere(each) for each in (Action.ADD, Action.GENERATE_REPORT))


def tiles_panel(request: HttpRequest) -> dict[str, Any] | None:
    """The four numbers of 待办, each leading to its list; readers have other tiles."""
    if not _works(request):
        return None
    todos = todos_of(request, today())
    url = reverse("console:todo")
    tiles = []
    for when, (icon, colour) in _TILES.items():
        number = todos.count(when)
        note = _NOTES[when] if number or when != When.OVERDUE else "没有超期"
        tiles.append(
            {
                "label": when.label,
                "value": number,
                "icon": icon,
                "colour": colour if number else "",
                "url": f"{url}?when={when.value}",
                "note": note,
            }
        )
    return {"tiles": tiles}


def todo_panel(request: HttpRequest) -> dict[str, Any] | None:
    todos = todos_of(request, today())
    lines = todos.of(When.OPEN)
    if not lines and not _works(request):
        return None
    may_enter = scope_of(request.user).may_anywhere(Action.ADD)
    hint = "新的事项会自动列在这里。" if may_enter else "需要您办理的事项会自动列在这里。"
    return {"lines": lines[:SHOWN], "url": reverse("console:todo"), "hint": hint}


def units_panel(request: HttpRequest) -> dict[str, Any] | None:
    """What lies directly below the user, with the columns of all apps."""
    units = own_units(request)
    if not units.rows or (len(units.rows) == 1 and units.rows[0].level == Level.COMMUNITY):
        return None
    table = unit_table(request, units)
    names = "、".join(root.name for root in units.roots[:3])
    return {"table": table, "title": f"{names}　{units.label}一览", "meta": f"共 {len(units.rows)} 个"}


def jobs_panel(request: HttpRequest) -> dict[str, Any] | None:
    """The user's latest jobs; nothing for who never starts one."""
    jobs = own_jobs(request)
    scope = scope_of(request.user)
    if not jobs and not (scope.may_anywhere(Action.IMPORT) or scope.may_anywhere(Action.GENERATE_REPORT)):
        return None
    for job in jobs:
        job.colour = COLOURS.get(job.status, "grey")  # type: ignore[attr-defined]
    return {"jobs": jobs[:JOBS_SHOWN], "url": reverse("jobs:list")}


def own_jobs(request: HttpRequest) -> list[Job]:
    """The latest jobs of the user (one statement a request)."""
    kept: list[Job] | None = request.__dict__.get("_own_jobs")
    if kept is None:
        kept = list(Job.objects.requested_by(request.user).order_by("-pk")[:20])
        request.__dict__["_own_jobs"] = kept
    return kept


def failed_jobs(request: HttpRequest, on: Any) -> list[Todo]:
    """Jobs of the last week that failed; trying again or a later success of the same kind is not known."""
    since = timezone.now() - timedelta(days=7)
    return [
        Todo(
            f"后台任务失败：{job.label}",
            reverse("jobs:detail", args=[job.pk]),
            note=job.error[:80],
        )
        for job in own_jobs(request)
        if job.status == JobStatus.FAILED and job.created_at >= since
    ]


def accounts_panel(request: HttpRequest) -> dict[str, Any] | None:
    """Accounts of the administrator's divisions that need a hand; each number is that of its list."""
    scope = scope_of(request.user)
    if not any(scope.may_anywhere(action) for action in people.ADMIN_ACTIONS):
        return None
    url = reverse("console:users")
    users = people.users_of(request).prefetch_related(None)
    rows = [
        ("全部账号", "", "users", "", "在您数据范围内"),
        ("已锁定", filters.LOCKED, "lock", "red", "登录失败次数过多"),
        ("未首次登录", filters.NEVER, "key", "amber", "初始密码已签发"),
        ("已停用", filters.CLOSED, "user", "", "不能再登录"),
    ]
    counts = [(filters.in_state(users, row[1]) if row[1] else users).count() for row in rows]
    tiles = [
        {
            "label": label,
            "value": number,
            "icon": icon,
            "colour": colour if number else "",
            "url": f"{url}?state={state}" if state else url,
            "note": note,
        }
        for (label, state, icon, colour, note), number in zip(rows, counts, strict=True)
    ]
    left = grants_on_closed(visitor(request)).count() if scope.may_anywhere(Action.MANAGE_GRANTS) else 0
    if left:
        tiles.append(
            {
                "label": "授权待改",
                "value": left,
                "icon": "alert-triangle",
                "colour": "amber",
                "url": reverse("console:closed_grants"),
                "note": "授权仍在已撤销的单位",
            }
        )
    return {
        "tiles": tiles,
        "may_unlock": scope.may_anywhere(Action.UNLOCK),
    }


def duties_panel(request: HttpRequest) -> dict[str, Any]:
    """Periodic duties that failed and are not done since, and when each was done last."""
    labels = {duty.code: duty.label for duty in duties()}
    runs = PeriodRun.objects.order_by()
    last = dict(runs.values_list("duty").annotate(last=Max("done_at")))
    failed = list(runs.filter(done_at=None).exclude(error="").order_by("-pk")[:JOBS_SHOWN])
    return {
        "failed": [(labels.get(run.duty, run.duty), run) for run in failed],
        "rows": [(label, last.get(code)) for code, label in sorted(labels.items(), key=lambda pair: pair[1])],
    }


_WATCHED = {
    EventKind.REFUSAL: ("拒绝访问", "shield-lock"),
    EventKind.LOGIN_FAILED: ("登录失败", "lock"),
    EventKind.REVEAL: ("查看完整信息", "eye"),
    EventKind.EXPORT: ("导出", "download"),
}


def audit_panel(request: HttpRequest) -> dict[str, Any]:
    """What the audit administrator looks at first: the last seven days, and whether the log is sealed."""
    since = today() - timedelta(days=6)
    rows = permitted(Event.objects.filter(kind__in=_WATCHED), request.user, Action.READ_AUDIT)
    named = {kind.value: Count("pk", filter=Q(kind=kind)) for kind in _WATCHED}
    counts = rows.filter(at__date__gte=since).order_by().aggregate(**named)
    url = reverse("console:audit")
    block = Block.objects.order_by("-last_event").first()
    unsealed = Event.objects.filter(pk__gt=block.last_event if block else 0).count()
    return {
        "tiles": [
            {
                "label": label,
                "value": counts[kind.value],
                "icon": icon,
                "colour": "amber" if counts[kind.value] and kind == EventKind.REFUSAL else "",
                "url": f"{url}?{urlencode({'kind': kind.value, 'since': since.isoformat()})}",
                "note": "近 7 天",
            }
            for kind, (label, icon) in _WATCHED.items()
        ],
        "block": block,
        "unsealed": unsealed,
        "url": url,
    }


def register_home() -> None:
    """Panels, quick actions and todos of the console itself."""
    from governance.console import quick
    from governance.web import panels, todo

    view = Action.VIEW
    folder = "console/panels"
    panels.register(panels.Panel(f"{folder}/tiles.html", tiles_panel, order=10, action=view, wide=True))
    panels.register(panels.Panel(f"{folder}/todo.html", todo_panel, order=20, action=view))
    panels.register(panels.Panel(f"{folder}/units.html", units_panel, order=60, action=view, wide=True))
    panels.register(panels.Panel(f"{folder}/jobs.html", jobs_panel, order=50, aside=True))
    panels.register(panels.Panel(f"{folder}/accounts.html", accounts_panel, order=15, wide=True))
    panels.register(
        panels.Panel(f"{folder}/duties.html", duties_panel, order=210, action=Action.MANAGE_SETTINGS)
    )
    panels.register(
        panels.Panel(f"{folder}/audit.html", audit_panel, order=220, action=Action.READ_AUDIT, wide=True)
    )
    todo.register(todo.Provider("jobs", failed_jobs))
    quick.register(quick.QuickAction("下载台账", "exchange:download", "download", Action.IMPORT, 10))
    quick.register(quick.QuickAction("导入台账", "exchange:upload", "upload", Action.IMPORT, 20))
    quick.register(quick.QuickAction("生成报告", "reports:generate", "report", Action.GENERATE_REPORT, 30))
