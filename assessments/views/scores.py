"""打分: the scores of all communities of a scheme, typed on the page or uploaded as 打分表."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views import View

from assessments.choices import SchemeState
from assessments.forms import ScoreUploadForm
from assessments.models import Scheme
from assessments.results import Line, lines_of
from assessments.rights import may_score, must, organises, sees_each
from assessments.scoresheet import ReadSheet, read_scores, write_scores
from assessments.scoring import Change, save_scores, told
from assessments.views.boxes import BoxLine, box_lines, read_boxes, rebase
from assessments.views.common import CRUMBS, TITLE
from governance.accounts.roles import Action
from governance.accounts.visitor import visitor
from governance.exchange.guard import UploadRefused
from governance.policies.views.sending import exported_by, send_list
from governance.web.policy import Needs
from governance.web.views import Crumb, DetailPage, ObjectMixin

PAGE = 40
"""Communities on one page of boxes."""
_MOST_SHOWN = 300
_KEPT = 3600
_SALT = "assessments.scores"


def _pages(lines: list[Line]) -> int:
    return max((len(lines) + PAGE - 1) // PAGE, 1)


class _ScoringPage(DetailPage):
    """A page of whoever scores; single scores about a street are not for the street itself."""

    policy = Needs(Action.CHANGE)
    model = Scheme
    crumbs = CRUMBS
    word = ""

    def get_queryset(self) -> Any:
        return Scheme.objects.select_related("division")

    def get_object(self) -> Any:
        scheme = super().get_object()
        must(may_score(self.request.user, scheme, scheme.path))
        return scheme

    def get_title(self) -> str:
        return f"{self.word}　{self.object.title}"

    def get_breadcrumb(self) -> list[Crumb]:
        first, upper, _ = super().get_breadcrumb()
        return [first, upper, (self.object.title, self.object.get_absolute_url()), (self.word, "")]


class ScoresPage(_ScoringPage):
    """`?page=` of all communities; POST saves the page, all of it or nothing."""

    template_name = "assessments/scores.html"
    word = "打分"
    shown: list[BoxLine] | None = None
    faults: list[str] = []

    def _lines(self) -> list[Line]:
        return [line for line in lines_of(self.object) if line.assessment.is_counted]

    def _number(self, lines: list[Line]) -> int:
        text = self.request.GET.get("page", "1")
        return min(max(int(text) if text.isdecimal() and len(text) < 9 else 1, 1), _pages(lines))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        lines = self._lines()
        number = self._number(lines)
        part = lines[(number - 1) * PAGE : number * PAGE]
        # Only what was on the page that was sent: communities may have come or gone meanwhile.
        part = [line for line in part if f"base-{line.assessment.pk}" in request.POST]
        self.shown = box_lines(part, request.POST)
        changes, self.faults = read_boxes(self.shown)
        if not self.faults:
            try:
                saved = save_scores(user=visitor(request), scheme=self.object, changes=changes)
            except ValidationError as error:
                self.faults = error.messages
                rebase(self.shown)
            else:
                messages.success(request, f"已保存 {saved} 个得分。" if saved else "没有改动。")
                return HttpResponseRedirect(f"{request.path}?page={number}")
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = self._lines()
        number = self._number(lines)
        shown = self.shown
        if shown is None:
            shown = box_lines(lines[(number - 1) * PAGE : number * PAGE])
        return super().get_context_data(
            scheme=self.object,
            criteria=lines[0].criteria if lines else [],
            shown=shown,
            faults=self.faults,
            number=number,
            pages=range(1, _pages(lines) + 1),
            counted=len(lines),
            done=sum(1 for line in lines if line.result is not None),
            is_open=self.object.state == SchemeState.SCORING,
            **kwargs,
        )


class UploadPage(_ScoringPage):
    """A filled 打分表: first all that it would change or all that is wrong, then one transaction."""

    template_name = "assessments/upload.html"
    word = "导入打分表"
    read: ReadSheet | None = None
    refused = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        self.form = ScoreUploadForm(request.POST, request.FILES)
        if request.POST.get("changes"):
            return self._apply(request)
        if self.form.is_valid():
            lines = [line for line in lines_of(self.object) if line.assessment.is_counted]
            try:
                self.read = read_scores(self.form.cleaned_data["file"].read(), lines)
            except UploadRefused as refusal:
                self.refused = str(refusal)
        status = 422 if self.refused or not self.form.is_valid() or (self.read and self.read.faults) else 200
        return self.render_to_response(self.get_context_data(**kwargs), status=status)

    def _apply(self, request: HttpRequest) -> HttpResponse:
        try:
            kept = signing.loads(request.POST["changes"], salt=self._salt, max_age=_KEPT)
            changes = [Change(a, c, (b[0], b[1]), (n[0], n[1])) for a, c, b, n in kept]
            saved = save_scores(user=visitor(request), scheme=self.object, changes=changes)
        except signing.BadSignature:
            messages.error(request, "预览已超过一小时，请重新上传打分表。")
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
        else:
            messages.success(request, f"已保存 {saved} 个得分。")
            return HttpResponseRedirect(self.object.get_absolute_url())
        return HttpResponseRedirect(request.path)

    @property
    def _salt(self) -> str:
        return f"{_SALT}.{self.object.pk}.{self.request.user.pk}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        changes = self.read.changes if self.read is not None and not self.read.faults else []
        token = (
            signing.dumps(
                [[each.assessment, each.criterion, each.base, each.new] for each in changes],
                salt=self._salt,
                compress=True,
            )
            if changes
            else ""
        )
        return super().get_context_data(
            scheme=self.object,
            form=getattr(self, "form", None) or ScoreUploadForm(),
            read=self.read,
            refused=self.refused,
            changes=self._told(changes) if changes else [],
            left=max(len(changes) - _MOST_SHOWN, 0),
            count=len(changes),
            token=token,
            **kwargs,
        )

    def _told(self, changes: list[Change]) -> list[tuple[str, str, str, str]]:
        lines = {line.assessment.pk: line for line in lines_of(self.object)}
        found = []
        for change in changes[:_MOST_SHOWN]:
            line = lines[change.assessment]
            criterion = next(each for each in line.criteria if each.pk == change.criterion)
            new = "清空" if change.new[0] is None else told(change.new)
            found.append((line.assessment.division.name, criterion.name, told(change.base), new))
        return found


class SheetDownload(ObjectMixin, View):
    """打分表 with what was scored so far."""

    policy = Needs(Action.CHANGE)
    model = Scheme
    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        scheme = self.object = self.get_object()
        must(organises(request.user, scheme.path) and sees_each(request.user, scheme))
        lines = lines_of(scheme)
        notes = [
            f"{scheme.division.name}　{scheme.title}（{scheme.year} 年度）。",
            "每项满分 100 分，最多两位小数；没有打分的留空，空着的不能定稿。",
            exported_by(request.user),
        ]
        return send_list(
            write_scores(scheme, lines, notes=notes),
            name=f"{scheme.title}_打分表.xlsx",
            list_name=TITLE,
            path=scheme.path,
            rows=len(lines),
        )
