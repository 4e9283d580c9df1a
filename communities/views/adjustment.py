"""One split or merger: what it does before it is carried out, what it did afterwards; and its plan.

Its case carries it out (`communities.adjustments.cases`); the page leads there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from communities.adjustments import drafting
from communities.adjustments.cases import carrying_kinds, case_of, start_case
from communities.adjustments.checks import faults, hints
from communities.adjustments.effects import Effect, effects
from communities.adjustments.figures import row_lines, typed_lines
from communities.adjustments.forms import WithdrawForm
from communities.adjustments.plan import Plan, read
from communities.adjustments.rows import Row
from communities.models import Adjustment, Assignment
from communities.transfers import COMMUNITY
from communities.views.adjustments import CRUMBS, sources_of, state_tag
from governance.accounts.models import DivisionGrant, User
from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.clock import today
from governance.divisions.models import Division
from governance.divisions.transfers import Transfer, Way, registered, whole_by_kind
from governance.policies.presentation import Result, standard_url
from governance.records import once
from governance.web.policy import Needs
from governance.web.views import ActingPage, Crumb
from governance.workflows.models import Case
from governance.workflows.views.listing import state_tag as case_tag

FIGURES = "figures"
PAGE_SIZE = 100
MOST_EFFECTS = 60


class AdjustmentPage(ActingPage):
    """GET shows what a draft would do, or what an adjustment did; POST opens its case or takes it back."""

    policy = Needs(Action.VIEW)
    model = Adjustment
    template_name = "communities/adjustment.html"
    crumbs = CRUMBS
    started: Case | None = None

    def get_queryset(self) -> QuerySet[Adjustment]:
        return Adjustment.objects.select_related("division", "drafted_by", "applied_by")

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        return {"case": self._case, "withdraw": self._withdraw}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if self.started is not None and response.status_code == 302:
            return HttpResponseRedirect(self.started.get_absolute_url())
        return response

    def _case(self, request: HttpRequest) -> str:
        user = cast(User, request.user)
        token = once.clean_token(request.POST.get(once.FIELD, ""))
        self.started = start_case(user=user, adjustment=self.object, token=token)
        return "请按步骤办理，批准以后按方案实施。"

    def _withdraw(self, request: HttpRequest) -> str:
        self.form = WithdrawForm(request.POST)
        reason = self.form.data.get("reason", "")
        drafting.withdraw(user=cast(User, request.user), adjustment=self.object, reason=reason)
        return "方案已撤回，没有改动任何台账。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        adjustment, may = self.object, scope_of(self.request.user).may
        kwargs["plan"] = None
        if adjustment.is_draft:
            kwargs |= self._foreseen(may(Action.VIEW_PERSONS, adjustment.path))
            kwargs["may_plan"] = may(Action.OPEN_CASE, adjustment.path)
            kwargs["may_start"] = kwargs["may_plan"] and bool(carrying_kinds())
            kwargs["token"] = once.new_token()
            kwargs["withdraw_form"] = self.form or WithdrawForm()
        else:
            kwargs |= self._happened()
            kwargs["may_plan"] = False
        case = case_of(adjustment)
        return super().get_context_data(
            adjustment=adjustment,
            state=state_tag(adjustment),
            form=self.form,
            case=case,
            case_tag=case_tag(case) if case else None,
            is_handled=case is not None and case.is_open,
            **kwargs,
        )

    def _foreseen(self, persons: bool) -> dict[str, Any]:
        plan = read(self.object)
        wrong = faults(plan, today(), persons=persons)
        seen = effects(plan)
        return {
            "plan": plan,
            "sources": plan.sources,
            "successors": plan.successors,
            "typed": [line for line in typed_lines(plan) if line.before is not None or line.sum_after],
            "counted": row_lines(plan),
            "faults": wrong,
            "hints": hints(plan, persons=persons),
            "effects": [_shown(each) for each in seen[:MOST_EFFECTS]],
            "effects_left": max(0, len(seen) - MOST_EFFECTS),
            "staying": _staying(),
        }

    def _happened(self) -> dict[str, Any]:
        """Sources with the figures they had, successors with theirs, and how many rows went where."""
        sources = list(self.object.sources.select_related("division"))
        successors = list(self.object.successors.select_related("division"))
        moved: dict[tuple[str, int], int] = {}
        rows = Assignment.objects.filter(adjustment=self.object, moved_from__isnull=False)
        for kind, to in rows.values_list("object_type", "successor_id"):
            moved[kind, to] = moved.get((kind, to), 0) + 1
        table = [
            (transfer.label, [moved.get((kind, each.pk), 0) for each in successors])
            for kind, transfer in whole_by_kind().items()
            if any(moved.get((kind, each.pk)) for each in successors)
        ]
        figures = [
            (
                COMMUNITY.caption(name),
                [each.figures.get(name) for each in sources],
                [each.figures.get(name) for each in successors],
            )
            for name in COMMUNITY.figures
            if any(each.figures.get(name) is not None for each in (*sources, *successors))
        ]
        left = DivisionGrant.objects.filter(
            content_object__in=[each.division_id for each in sources],
            content_object__closed_on__isnull=False,
            user__is_active=True,
        )
        return {
            "sources": sources,
            "successors": successors,
            "moved": table,
            "figures": figures,
            "grants_left": left.count(),
        }

    def get_title(self) -> str:
        return f"{self.object.division.name}：社区{self.object.get_kind_display()}"


def _staying() -> list[tuple[str, str]]:
    """What does not move, and why, in words."""
    names = [(str(each.model._meta.verbose_name), each.why) for each in registered(Way.STAYS) if each.why]
    return list(dict.fromkeys(names))


def _shown(effect: Effect) -> dict[str, Any]:
    return {
        "effect": effect,
        "url": standard_url(effect.code),
        "before": [Result(each) if each else None for each in effect.before],
        "after": [Result(each) if each else None for each in effect.after],
    }


class PlanPage(ActingPage):
    """One part of a plan at a time: the figures, or the rows of a registry with a choice for each."""

    policy = Needs(Action.OPEN_CASE)
    action = Action.OPEN_CASE
    model = Adjustment
    template_name = "communities/adjustment_plan.html"
    crumbs = CRUMBS
    title = "确定归属"

    def get_queryset(self) -> QuerySet[Adjustment]:
        return Adjustment.objects.select_related("division")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not self.object.is_draft:
            messages.warning(request, f"方案{self.object.get_state_display()}，不能再修改。")
            return HttpResponseRedirect(self.object.get_absolute_url())
        return self.render_to_response(self.get_context_data(**kwargs))

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        return {
            "figures": self._figures,
            "apportion": self._apportion,
            "assign": self._assign,
            "ticked": self._ticked,
            "all": self._all,
            "follow": self._follow,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if response.status_code == 302:
            # Back to where the user works, unless asked to go on.
            address = reverse("communities:adjustment_plan", args=[self.object.pk])
            page = request.GET.get("page", "")
            query = f"?part={self._part()}" + (f"&page={page}" if page.isdecimal() else "")
            return HttpResponseRedirect(address + query)
        return response

    def _part(self) -> str:
        part = self.request.GET.get("part", FIGURES)
        return part if part == FIGURES or self._transfer(part) else FIGURES

    @staticmethod
    def _transfer(slug: str) -> Transfer | None:
        return next((each for each in whole_by_kind().values() if each.slug == slug), None)

    def _kind(self) -> str:
        transfer = self._transfer(self._part())
        if transfer is None:
            raise Http404
        return transfer.kind

    def _figures(self, request: HttpRequest) -> str:
        found: dict[int, dict[str, int | None]] = {}
        for name, text in request.POST.items():
            field, _, pk = name.rpartition("-")
            if field in COMMUNITY.figures and pk.isdecimal() and len(pk) < 19:
                found.setdefault(int(pk), {})[field] = _whole_number(str(text), COMMUNITY.caption(field))
        drafting.set_figures(user=cast(User, request.user), adjustment=self.object, figures=found)
        return "已保存户数和人口。"

    def _apportion(self, request: HttpRequest) -> str:
        drafting.apportion(user=cast(User, request.user), adjustment=self.object)
        return "已按各社区所得小区的户数折算，请核对后修改。"

    def _assign(self, request: HttpRequest) -> str:
        choices: dict[int, int | None] = {}
        for name, text in request.POST.items():
            field, _, pk = name.partition("-")
            if field == "row" and pk.isdecimal() and len(pk) < 19:
                choices[int(pk)] = _id(str(text))
        count = drafting.assign(
            user=cast(User, request.user), adjustment=self.object, kind=self._kind(), choices=choices
        )
        return f"已保存，{count} 条改变归属。"

    def _ticked(self, request: HttpRequest) -> str:
        ids = [int(text) for text in request.POST.getlist("pk") if text.isdecimal() and len(text) < 19]
        to = _id(request.POST.get("successor", ""))
        if not ids or to is None:
            raise ValidationError("请先勾选记录并选择归入的社区。")
        count = drafting.assign(
            user=cast(User, request.user),
            adjustment=self.object,
            kind=self._kind(),
            choices=dict.fromkeys(ids, to),
        )
        return f"勾选的记录中 {count} 条改变归属。"

    def _all(self, request: HttpRequest) -> str:
        to = _id(request.POST.get("successor", ""))
        if to is None:
            raise ValidationError("请选择全部归入哪个社区。")
        count = drafting.assign_all(
            user=cast(User, request.user), adjustment=self.object, kind=self._kind(), successor=to
        )
        return f"全部归入，{count} 条改变归属。"

    def _follow(self, request: HttpRequest) -> str:
        count = drafting.follow_compounds(
            user=cast(User, request.user), adjustment=self.object, kind=self._kind()
        )
        return f"名称中有小区名的记录随小区归入，{count} 条改变归属。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan, part = read(self.object), self._part()
        transfer = self._transfer(part)
        return super().get_context_data(
            adjustment=self.object,
            plan=plan,
            part=part,
            transfer=transfer,
            parts=self._parts(plan),
            typed=self._typed(plan) if transfer is None else [],
            **(self._rows(plan, transfer) if transfer is not None else {}),
            **kwargs,
        )

    def _parts(self, plan: Plan) -> list[tuple[str, str, int, int]]:
        """Slug, label, rows, unassigned ones; the figures first."""
        lines = typed_lines(plan)
        left = sum(1 for line in lines if not line.is_kept)
        figures = (FIGURES, "户数和人口", len(lines), left)
        return [figures, *((each.slug, each.label, count, open_) for each, count, open_ in plan.parts())]

    def _typed(self, plan: Plan) -> list[dict[str, Any]]:
        sent = self.request.POST if self.request.method == "POST" else {}
        return [
            {
                "line": line,
                "boxes": [
                    (each, sent.get(f"{line.name}-{each.pk}", each.figures.get(line.name, "")))
                    for each in plan.successors
                ],
            }
            for line in typed_lines(plan)
            if line.before is not None
        ]

    def _rows(self, plan: Plan, transfer: Transfer) -> dict[str, Any]:
        rows = [row for row in plan.rows if row.kind == transfer.kind]
        pages = max(1, -(-len(rows) // PAGE_SIZE))
        asked = self.request.GET.get("page", "1")
        number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 9 else 1
        names: dict[int, Division] = {each.pk: each for each in plan.divisions}
        shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        return {
            "rows": [(row, names[row.division_id], plan.successor_of(row), _facts(row)) for row in shown],
            "total": len(rows),
            "page_number": number,
            "page_numbers": range(1, pages + 1) if pages > 1 else (),
            "is_compounds": transfer.slug == "compound",
        }

    def get_breadcrumb(self) -> list[Crumb]:
        *upper, last = super().get_breadcrumb()
        label = f"{self.object.get_kind_display()}“{sources_of(self.object)}”"
        return [*upper, (label, self.object.get_absolute_url()), last]


def _facts(row: Row) -> str:
    """户数 100，楼栋数 3: what the row brings along."""
    told = []
    for name, value in zip(row.transfer.sums, row.sums, strict=False):
        if value is not None and not name.endswith("_c"):
            told.append(f"{row.transfer.caption(name)} {value:,}")
    return "，".join(told)


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _whole_number(text: str, label: str) -> int | None:
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    if not (plain.isdecimal() and len(plain) < 12):
        raise ValidationError(f"{label}“{text[:20]}”不是整数，请核对。")
    return int(plain)
