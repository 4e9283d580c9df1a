"""Working on one step of a case: fill in, attach papers, finish; or go back, leave out, take over, refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from governance.accounts.roles import Action
from governance.accounts.scope import permitted
from governance.accounts.visitor import visitor
from governance.divisions.clock import today
from governance.policies.procedure_schema import ProcedureStep
from governance.records.once import AlreadySubmitted
from governance.web.policy import Needs
from governance.web.views import Crumb, TemplatePage
from governance.workflows import engine
from governance.workflows.catalogue import ACTIONS, ACTOR_NAMES, procedure_of
from governance.workflows.flow import before
from governance.workflows.forms import StepForm
from governance.workflows.models import Case, CaseStep, StepState, Verb
from governance.workflows.papers import add_paper, remove_paper
from governance.workflows.views.case import revision_of
from governance.workflows.views.lines import EventLine, bar, event_lines, step_lines
from governance.workflows.views.listing import TITLE, state_tag

_REMARK = "remark-"
_REMOVE = "remove-"


class StepPage(TemplatePage):
    """GET shows the form of a step; POST with `action` save, finish, return, skip, refuse or take.

    Who may see the case but not work on the step is led to the case; a POST of his is 403.
    """

    policy = Needs(*dict.fromkeys(ACTIONS.values()))
    template_name = "workflows/step.html"

    case: Case
    step: ProcedureStep
    row: CaseStep
    form: StepForm
    asked: dict[str, str]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.asked = {}

    def _find(self) -> None:
        rows = Case.objects.select_related("division", "procedure", "opened_by", "result")
        self.case = get_object_or_404(permitted(rows, self.request.user), pk=self.kwargs["pk"])
        self.procedure = procedure_of(self.case)
        if not self.procedure.has(self.kwargs["key"]):
            raise Http404
        self.step = self.procedure.step(self.kwargs["key"])
        self.row = self.case.steps.select_related("holder").get(key=self.step.key)
        self.row.case = self.case
        self.may_work = engine.may_work(visitor(self.request), self.row)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        if not self.may_work:
            messages.info(request, f"“{self.step.title}”由{ACTOR_NAMES[self.step.by]}办理，您可以查看。")
            return HttpResponseRedirect(self.case.get_absolute_url())
        if not (self.case.is_open and self.row.is_live):
            messages.info(request, f"“{self.step.title}”{self.row.get_state_display()}，现在不用办理。")
            return HttpResponseRedirect(self.case.get_absolute_url())
        self.form = StepForm(self.step, self.row)
        return self.render_to_response(self.get_context_data(**kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        if not self.may_work:
            raise PermissionDenied(
                f"“{self.step.title}”由{ACTOR_NAMES[self.step.by]}办理，您的角色没有这项权限。"
            )
        self.form = StepForm(self.step, self.row, request.POST, request.FILES)
        action = request.POST.get("action", "")
        if removed := next((name for name in request.POST if name.startswith(_REMOVE)), ""):
            action, self.asked["attachment"] = "remove", removed.removeprefix(_REMOVE)
        act = self._acts().get(action)
        if act is None:
            return HttpResponseRedirect(request.path)
        try:
            return HttpResponseRedirect(act())
        except AlreadySubmitted:
            return HttpResponseRedirect(self.case.get_absolute_url())
        except engine.Outdated as error:
            self.form.is_valid()
            self.form.add_error(None, str(error))
            self._again()
            return self.render_to_response(self.get_context_data(**kwargs), status=409)
        except ValidationError as error:
            self._show(error)
            self._again()
            return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def _again(self) -> None:
        """Rows as they are now, for the page that is shown again; what was typed stays in the form."""
        self.case.refresh_from_db()
        self.row = self.case.steps.select_related("holder").get(key=self.step.key)
        self.row.case = self.case
        data = self.request.POST.copy()
        data["revision"] = str(self.case.revision)
        self.form.data = data

    def _show(self, error: ValidationError) -> None:
        self.form.is_valid()
        if not hasattr(error, "error_dict"):
            self.form.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            if name not in self.form.errors or name not in self.form.fields:
                self.form.add_error(name if name in self.form.fields else None, errors)

    # --- what can be done ---------------------------------------------------------------------------------
    def _acts(self) -> dict[str, Callable[[], str]]:
        return {
            "save": self._save,
            "finish": self._finish,
            "return": self._return,
            "skip": self._skip,
            "refuse": self._refuse,
            "take": self._take,
            "remove": self._remove,
        }

    def _common(self) -> dict[str, Any]:
        return {
            "user": visitor(self.request),
            "case": self.case,
            "key": self.step.key,
            "revision": revision_of(self.request),
            "token": self.form.token,
        }

    def _keep(self, **seen: Any) -> None:
        """Keep every field that could be read, and papers, before anything is judged: nothing is lost.

        Fields first: who comes second to a step is refused there and leaves no paper behind. `seen`: revision
        and number of a page that goes on to finish the step.
        """
        who: dict[str, Any] = {"user": visitor(self.request), "case": self.case, "key": self.step.key, **seen}
        valid = self.form.is_valid()
        engine.save_step(**who, values=self.form.values, opinion=self.form.cleaned_data.get("opinion", ""))
        for paper, file in self.form.uploads():
            add_paper(**who, paper=paper, name=file.name, content=file.read())
        if not valid:
            raise ValidationError({})

    def _save(self) -> str:
        self._keep()
        messages.success(self.request, "已暂存，还没有提交。")
        return self.request.path

    def _finish(self) -> str:
        common = self._common()
        self._keep(revision=common["revision"], token=common["token"])
        opinion = self.request.POST.get("opinion", "")
        engine.finish_step(**common, on=today(), opinion=opinion, values=self.form.values)
        messages.success(self.request, f"“{self.step.title}”已办理。")
        return self.case.get_absolute_url()

    def _return(self) -> str:
        to = self.request.POST.get("to", "")
        remarks = {
            name.removeprefix(f"{_REMARK}{to}-"): str(text)
            for name, text in self.request.POST.items()
            if name.startswith(f"{_REMARK}{to}-")
        }
        engine.return_step(**self._common(), to=to, reason=self._reason(), remarks=remarks)
        messages.success(self.request, f"已退回到“{self.procedure.step(to).title}”。")
        return self.case.get_absolute_url()

    def _reason(self) -> str:
        return self.request.POST.get("reason", "")

    def _skip(self) -> str:
        engine.skip_step(**self._common(), reason=self._reason())
        messages.success(self.request, f"已略过“{self.step.title}”。")
        return self.case.get_absolute_url()

    def _refuse(self) -> str:
        engine.refuse(**self._common(), reason=self._reason())
        messages.success(self.request, "已作不予批准处理，发起人看到理由。")
        return self.case.get_absolute_url()

    def _take(self) -> str:
        engine.take_over(**self._common())
        messages.success(self.request, f"“{self.step.title}”由您承办。")
        return self.request.path

    def _remove(self) -> str:
        pk = self.asked["attachment"]
        user = visitor(self.request)
        file = remove_paper(
            user=user, case=self.case, key=self.step.key, attachment=int(pk) if pk.isdecimal() else 0
        )
        messages.success(self.request, f"已撤下“{file.name}”。")
        return self.request.path

    # --- the page -------------------------------------------------------------------------------------------
    def get_title(self) -> str:
        return self.step.title

    def get_breadcrumb(self) -> Sequence[Crumb]:  # type: ignore[override]
        return [
            ("工作台", reverse("console:home")),
            (TITLE, reverse("workflows:list")),
            (str(self.case), self.case.get_absolute_url()),
            (self.step.title, ""),
        ]

    def _returned(self, events: Sequence[EventLine]) -> dict[str, Any]:
        """Why the step is to be done again, and what is to be corrected, above the form."""
        if self.row.state != StepState.RETURNED:
            return {}
        back = (line for line in events if line.event.verb == Verb.RETURNED)
        return {
            "returned": next((line for line in back if line.event.step == self.step.key), None),
            "remarks": [
                (each.key, each.label, note)
                for each in self.step.fields
                if (note := self.row.remarks.get(each.key))
            ],
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = visitor(self.request)
        lines = step_lines(self.case, self.procedure, user, today())
        earlier = {each.key for each in before(self.procedure, self.step)}
        mine = next(line for line in lines if line.step.key == self.step.key)
        events = event_lines(self.case, self.procedure)
        return super().get_context_data(
            case=self.case,
            procedure=self.procedure,
            state=state_tag(self.case),
            line=mine,
            form=self.form,
            papers=mine.papers,
            bar=bar(lines),
            events=events,
            **self._returned(events),
            targets=[line for line in lines if line.step.key in earlier and line.row.state == StepState.DONE],
            earlier=[line for line in lines if line.step.key in earlier and line.is_begun],
            taken_by=self.row.holder if self.row.holder_id not in (None, user.pk) else None,
            may_refuse=self.row.action in (Action.REVIEW_CASE, Action.APPROVE_CASE)
            and self.case.result_id is None,
            reason=self.request.POST.get("reason", ""),
            return_to=self.request.POST.get("to", ""),
            **kwargs,
        )
