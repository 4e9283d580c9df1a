"""One finding: what is missed and by how much, who mends it until when, and what was done; and the form for
several at once."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.roles import Action
from governance.accounts.scope import permitted, require, scope_of
from governance.audit.models import Event
from governance.policies.follow_up import (
    MOST_AT_ONCE,
    add_note,
    assign,
    candidates,
    due_text,
    may_note,
    state_of,
)
from governance.policies.forms import AssignForm, NoteForm
from governance.policies.models import Finding
from governance.policies.outcomes import Outcome
from governance.policies.presentation import clause_url, outcome_lamp, rows_url, standard_url
from governance.policies.views.findings import checkup_url, explain_findings, findings_shown
from governance.web.policy import Needs
from governance.web.views import Crumb, DetailPage, FormPage

FIELD_LABELS = {"responsible": "责任单位或岗位", "responsible_user": "责任人", "due_on": "整改期限"}
_MOST_EVENTS = 100


def show_errors(form: Form, error: ValidationError) -> None:
    """Put what a service refused at the fields the form has; the rest goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def changes_of(event: Event) -> list[tuple[str, str, str]]:
    """(field, old, new) of an event, in the words of the form."""
    before, after = event.before or {}, event.after or {}
    return [
        (FIELD_LABELS.get(name, name), before.get(name) or "—", after.get(name) or "—")
        for name in FIELD_LABELS
        if name in after
    ]


class FindingPage(DetailPage):
    """GET shows the finding; POST with `action` assign or note works on it."""

    policy = Needs(Action.VIEW)
    model = Finding
    template_name = "policies/finding.html"
    crumbs = (("问题清单", "policies:findings"),)
    form: AssignForm | NoteForm | None = None

    def get_queryset(self) -> QuerySet[Finding]:
        return findings_shown().select_related("previous")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        user = cast(User, request.user)
        if request.POST.get("action") == "note":
            if not may_note(user, self.object):
                raise PermissionDenied("您的角色没有办理此项操作的权限。")
            form: AssignForm | NoteForm = NoteForm(request.POST, prefix="note")
            done = "已记录办理情况。"
        else:
            require(user, Action.FOLLOW_UP, self.object.path)
            users = candidates(by=user, paths=[self.object.path])
            form = AssignForm(request.POST, users=users, finding=self.object)
            done = "已保存责任和期限。"
        if form.is_valid():
            try:
                self._perform(form)
            except ValidationError as error:
                show_errors(form, error)
            else:
                messages.success(request, done)
                return HttpResponseRedirect(self.object.get_absolute_url())
        self.form = form
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def _perform(self, form: AssignForm | NoteForm) -> None:
        data, user = form.cleaned_data, cast(User, self.request.user)
        if not isinstance(form, AssignForm):
            add_note(finding=self.object, by=user, note=data["note"], key=data["key"])
            return
        if not self.object.is_open:
            raise ValidationError("问题已消除，不能再指派。")
        assign(
            findings=[self.object.pk],
            by=user,
            assignment=form.assignment,
            note=data["note"],
            key=data["key"],
            today=timezone.localdate(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        finding: Any = self.object
        user, today = cast(User, self.request.user), timezone.localdate()
        explain_findings([finding])
        result = finding.result
        measure = finding.standard.measure
        inputs = result.trace.inputs if result else ()
        steers = finding.is_open and scope_of(user).may(Action.FOLLOW_UP, finding.path)
        assign_form = self.form if isinstance(self.form, AssignForm) else None
        if steers and assign_form is None:
            assign_form = AssignForm(users=candidates(by=user, paths=[finding.path]), finding=finding)
        note_form = self.form if assign_form is None else None
        if assign_form is None and note_form is None and may_note(user, finding):
            note_form = NoteForm(prefix="note")
        events = Event.objects.filter(object_type=Finding._meta.label_lower, object_id=str(finding.pk))
        state, colour = state_of(finding, today)
        return super().get_context_data(
            finding=finding,
            result=result,
            measure=measure,
            local=result.trace.rule.local if result else None,
            lamp=outcome_lamp(finding.outcome, finding.severity),
            days=(today - finding.opened_on).days,
            inputs=[(item, rows_url(finding.division.code, item.rows)) for item in inputs],
            standard_url=standard_url(measure.code),
            clause_url=clause_url(measure.document.key, measure.clause.ref),
            checkup_url=checkup_url(finding),
            rows_url=rows_url(finding.division.code),
            state=state,
            state_colour=colour,
            due_text=due_text(finding, today),
            changes=[
                (change.changed_on, Outcome(change.before).label, Outcome(change.after).label)
                for change in finding.changes.all()
            ],
            notes=list(finding.notes.order_by("-pk")),
            assign_form=assign_form,
            note_form=note_form,
            form=self.form,
            history=[(event, changes_of(event)) for event in events.order_by("-pk")[:_MOST_EVENTS]],
            **kwargs,
        )

    def get_title(self) -> str:
        return f"{self.object.division.name}：{self.object.standard.measure.title}"

    def get_breadcrumb(self) -> list[Crumb]:
        return [*super().get_breadcrumb()[:-1], (self.object.division.name, "")]


class AssignPage(FormPage):
    """Several findings, chosen in the list (`?id=…`): the same responsible, due day and note for all."""

    policy = Needs(Action.FOLLOW_UP)
    template_name = "policies/assign.html"
    title = "批量指派"
    crumbs = (("问题清单", "policies:findings"),)
    form_class = AssignForm
    submit_label = "保存"
    success_message = ""
    back: str = ""
    findings: list[Finding]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        data = request.POST if request.method == "POST" else request.GET
        if "bulk" in data:  # the ticked lines of the list: the form itself is fetched by GET
            pairs = [*(("id", pk) for pk in data.getlist("pk")), ("back", data.get("back", ""))]
            return HttpResponseRedirect(f"{request.path}?{urlencode(pairs)}")
        self.back = data.get("back", "")
        ids = [int(text) for text in data.getlist("id") if text.isdecimal() and len(text) < 19]
        rows = permitted(findings_shown(), request.user, Action.FOLLOW_UP)
        rows = rows.filter(pk__in=ids[:MOST_AT_ONCE], resolved_on=None)
        self.findings = list(rows.order_by("path", "standard__measure__order", "pk"))
        if not self.findings:
            messages.warning(request, "请先在问题清单中勾选您可以办理、尚未消除的问题，再点“批量指派”。")
            return HttpResponseRedirect(self._list_url())
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    def _list_url(self) -> str:
        """The list as it was left, where the form names a page of this portal."""
        page = reverse("policies:findings")
        return self.back if self.back.startswith((f"{page}?", page)) and "//" not in self.back else page

    def get_cancel_url(self) -> str:
        return self._list_url()

    def get_form_kwargs(self) -> dict[str, Any]:
        paths = [finding.path for finding in self.findings]
        return {
            **super().get_form_kwargs(),
            "users": candidates(by=cast(User, self.request.user), paths=paths),
        }

    def perform(self, form: Any) -> str:
        data = form.cleaned_data
        count = assign(
            findings=[finding.pk for finding in self.findings],
            by=cast(User, self.request.user),
            assignment=form.assignment,
            note=data["note"],
            key=data["key"],
            today=timezone.localdate(),
        )
        messages.success(self.request, f"已指派 {count} 个问题。" if count else "所选问题没有变化。")
        return self._list_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back=self.back,
            findings=[
                (each, outcome_lamp(each.outcome, each.severity), due_text(each, timezone.localdate()))
                for each in self.findings
            ],
            **kwargs,
        )
