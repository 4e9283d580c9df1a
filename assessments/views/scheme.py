"""One scheme: its criteria, what is decided of it, and what came out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest

from assessments.choices import SchemeState
from assessments.forms import EnactForm, PublishForm, ReasonForm
from assessments.lifecycle import (
    enact,
    finalise,
    include_new,
    newcomers,
    previous_of,
    publish,
    reopen,
    revise,
    withdraw,
)
from assessments.models import Scheme
from assessments.results import averages_of, lines_of, ranked
from assessments.rights import decides, floor_of, may_reopen, may_score, organises, sees_each
from assessments.views.common import CRUMBS, state_tag
from assessments.weights import remarks_on, satisfaction_of, total_of
from governance.accounts.actors import with_actors
from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.audit.models import Event
from governance.divisions.clock import today
from governance.web.policy import Needs
from governance.web.views import ActingPage, Button

_MOST_LINES = 200
"""Communities on one page; the others stand in 各社区考核结果."""
_MOST_EVENTS = 50


class SchemePage(ActingPage):
    policy = Needs(Action.VIEW)
    model = Scheme
    crumbs = CRUMBS
    template_name = "assessments/scheme.html"
    typed: Form | None = None

    def get_queryset(self) -> QuerySet[Scheme]:
        return Scheme.objects.select_related("division", "drafted_by", "enacted_by", "finalised_by")

    def acts(self) -> dict[str, Callable[[HttpRequest], str]]:
        return {
            "enact": self._enact,
            "include": self._include,
            "revise": self._revise,
            "finalise": self._finalise,
            "reopen": self._reopen,
            "publish": self._publish,
            "withdraw": self._withdraw,
        }

    def _enact(self, request: HttpRequest) -> str:
        data = self._cleaned(EnactForm(request.POST))
        enact(user=visitor(request), scheme=self.object, on=data["on"])
        return "方案已施行，可以打分了。"

    def _include(self, request: HttpRequest) -> str:
        made = include_new(user=visitor(request), scheme=self.object)
        return f"已补入 {made} 个社区。" if made else ""

    def _revise(self, request: HttpRequest) -> str:
        revise(user=visitor(request), scheme=self.object, reason=request.POST.get("reason", ""))
        return "已退回修改，施行前不能打分。"

    def _finalise(self, request: HttpRequest) -> str:
        finalise(user=visitor(request), scheme=self.object)
        return "已定稿。公开以后，社区可以看到自己的得分。"

    def _reopen(self, request: HttpRequest) -> str:
        reopen(user=visitor(request), scheme=self.object, reason=request.POST.get("reason", ""))
        return "已退回打分，更正后重新定稿。"

    def _publish(self, request: HttpRequest) -> str:
        data = self._cleaned(PublishForm(request.POST))
        user, on = visitor(request), data["on"]
        publish(user=user, scheme=self.object, on=on, place=data["place"], today=today())
        return "已登记公开，社区可以看到自己的得分。"

    def _withdraw(self, request: HttpRequest) -> str:
        withdraw(user=visitor(request), scheme=self.object, reason=request.POST.get("reason", ""))
        return "方案已撤回。"

    def _cleaned(self, form: Form) -> dict[str, Any]:
        """What was typed; the form is shown again with it when something refuses."""
        self.typed = form
        if not form.is_valid():
            raise ValidationError([text for texts in form.errors.values() for text in texts])
        return form.cleaned_data

    def _form(self, form_class: type[Form]) -> Form:
        return self.typed if isinstance(self.typed, form_class) else form_class(initial={"on": today()})

    def get_buttons(self) -> list[Button]:
        scheme, user, args = self.object, self.request.user, (self.object.pk,)
        organiser = organises(user, scheme.path)
        buttons = []
        if organiser and scheme.state == SchemeState.DRAFT:
            buttons.append(Button("修改方案", "assessments:edit", "edit", args=args))
        if scheme.state == SchemeState.SCORING and may_score(user, scheme, scheme.path):
            buttons.append(Button("打分", "assessments:scores", "edit", primary=True, args=args))
            buttons.append(Button("导入打分表", "assessments:upload", "upload", args=args))
        if scheme.in_force_on and organiser and sees_each(user, scheme):
            buttons.append(Button("下载打分表", "assessments:sheet", "download", args=args))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scheme, user = self.object, visitor(self.request)
        criteria = list(scheme.criteria.all())
        lines = lines_of(scheme)
        places = ranked(lines)
        is_draft = scheme.state == SchemeState.DRAFT
        if is_draft:
            before = previous_of(scheme)
            previous = before.satisfaction_c if before is not None else scheme.previous_c
        else:
            previous = scheme.previous_c
        counted = [line for line in lines if line.assessment.is_counted]
        ordered = places if scheme.is_locked else counted
        exempt = [line for line in lines if not line.assessment.is_counted]
        events = Event.objects.filter(object_type=Scheme._meta.label_lower, object_id=str(scheme.pk))
        return super().get_context_data(
            scheme=scheme,
            state=state_tag(scheme),
            criteria=criteria,
            total_c=total_of(criteria),
            satisfaction_c=satisfaction_of(criteria),
            previous_c=previous,
            remarks=remarks_on(criteria, previous) if not scheme.is_up else [],
            lines=[*ordered, *exempt][:_MOST_LINES] if sees_each(user, scheme) else [],
            averages=averages_of(lines, criteria, floor=floor_of(user, scheme)) if lines else [],
            sees_each=sees_each(user, scheme),
            counted=len(counted),
            done=sum(1 for line in counted if line.result is not None),
            hidden=max(len(lines) - _MOST_LINES, 0),
            newcomers=newcomers(scheme) if scheme.state == SchemeState.SCORING else [],
            organises=organises(user, scheme.path),
            decides=decides(user, scheme.division),
            may_revise=scheme.state == SchemeState.SCORING
            and decides(user, scheme.division)
            and not any(line.scores for line in lines),
            may_reopen=scheme.state == SchemeState.FINAL and may_reopen(user, scheme),
            enact_form=self._form(EnactForm),
            publish_form=self._form(PublishForm),
            reason_form=ReasonForm(),
            events=list(with_actors(events).order_by("-pk")[:_MOST_EVENTS]),
            states=SchemeState,
            **kwargs,
        )
