"""List, detail, figures and downloads of reports, and the form that asks for one."""

import hashlib
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from governance.accounts.roles import Action
from governance.accounts.scope import Scope, require, scope_of
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.clock import today
from governance.divisions.models import Division, Level
from governance.jobs import services as jobs
from governance.reports.jobs import KIND
from governance.reports.models import Period, Report
from governance.reports.origin import origin_rows
from governance.reports.periods import HalfYear, half_year_of
from governance.reports.services import reports_folder
from governance.web.columns import Column
from governance.web.paging import numbered_page
from governance.web.policy import Needs
from governance.web.views import Button, DetailPage, FormPage, ListPage, ObjectMixin, TemplatePage

_CRUMBS = (("进展报告", "reports:list"),)


def _state(report: Report) -> tuple[str, str]:
    return (f"定稿 {report.snapshot.name}", "green") if report.snapshot else ("草稿", "amber")


class ReportList(ListPage):
    """Reports of the divisions in scope, newest period first."""

    policy = Needs(Action.DOWNLOAD_REPORT, Action.GENERATE_REPORT)
    title = "进展报告"
    action = Action.DOWNLOAD_REPORT
    queryset = Report.objects.select_related(
        "division", "period", "snapshot__period", "generated_by"
    ).order_by("-period__code", "path", "-snapshot__version")
    by_number = True
    columns = (
        Column("报告期", lambda r: r.period.label, url=lambda r: r.get_absolute_url(), strong=True),
        Column("行政区划", lambda r: r.division.name),
        Column("状态", _state, kind="tag"),
        Column("页数", lambda r: r.pages, kind="number"),
        Column("报送期限", lambda r: r.period.due_on, kind="date"),
        Column("生成时间", lambda r: r.generated_at, kind="moment"),
        Column("生成人", lambda r: r.generated_by),
    )
    buttons = (Button("生成报告", "reports:generate", "report", primary=True, action=Action.GENERATE_REPORT),)
    empty_title = "还没有报告"

    @property
    def empty_hint(self) -> str:  # type: ignore[override]
        if scope_of(self.request.user).paths(Action.GENERATE_REPORT):
            return "点“生成报告”，选择报告期和行政区划。"
        return "报告由区（县）生成；生成后列在这里，可以查看和下载。"

    def row_actions(self, report: Report) -> list[tuple[str, str]]:
        return [("查看", report.get_absolute_url()), ("下载 PDF", reverse("reports:pdf", args=[report.pk]))]


def report_divisions(scope: Scope) -> list[Division]:
    """Divisions a user may report for: those of the grants and those directly below, streets at least."""
    paths = scope.paths(Action.GENERATE_REPORT)
    granted = Division.objects.filter(path__in=paths, level__lt=Level.COMMUNITY)
    below = Division.objects.filter(parent__path__in=paths, level__lt=Level.COMMUNITY)
    return list((granted | below).distinct().order_by("path"))


class GenerateForm(forms.Form):
    """Which report; `token` makes a double click ask once."""

    period = forms.ChoiceField(label="报告期")
    division = forms.ChoiceField(label="行政区划")
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = half_year_of(today())
        halves = [current, current.previous, current.previous.previous]
        period, division = self.fields["period"], self.fields["division"]
        assert isinstance(period, forms.ChoiceField) and isinstance(division, forms.ChoiceField)
        period.choices = [(half.code, half.label) for half in halves]
        period.help_text = "数据截止日之前生成的是草稿，之后生成的是定稿。"
        division.choices = [(each.code, f"{each.name}（{each.code}）") for each in report_divisions(scope)]
        self.fields["token"].initial = uuid.uuid4()


class GeneratePage(FormPage):
    """Asks for a report; a job makes it."""

    policy = Needs(Action.GENERATE_REPORT)
    title = "生成报告"
    crumbs = _CRUMBS
    form_class = GenerateForm
    submit_label = "开始生成"
    success_message = "已开始生成，可离开此页，完成后在“进展报告”中查看。"
    cancel_url_name = "reports:list"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "scope": scope_of(self.request.user)}

    def perform(self, form: forms.Form) -> str:
        division = Division.objects.get(code=form.cleaned_data["division"])
        require(self.request.user, Action.GENERATE_REPORT, division.path)
        period = Period.objects.for_half_year(HalfYear.parse(form.cleaned_data["period"]))
        if not period.has_begun(today()):
            raise ValidationError(
                {"period": f"{period.label}报告期自 {period.starts_on} 开始，目前尚未开始。"}
            )
        job = jobs.enqueue(
            kind=KIND,
            key=f"{KIND}:{form.cleaned_data['token']}",
            payload={"period": period.code, "division": division.code},
            path=division.path,
            user=self.request.user,
        )
        return reverse("jobs:detail", args=[job.pk])


class ReportPage(DetailPage):
    """One report: what it stands on, its figures, its files."""

    policy = Needs(Action.DOWNLOAD_REPORT)
    action = Action.DOWNLOAD_REPORT
    model = Report
    queryset = Report.objects.select_related("division", "period", "snapshot__period", "generated_by")
    crumbs = _CRUMBS
    template_name = "reports/report.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_open = scope_of(self.request.user).may(Action.VIEW, self.object.path)
        return super().get_context_data(
            report=self.object, state=_state(self.object), may_open=may_open, **kwargs
        )


class FigurePage(ObjectMixin, TemplatePage):
    """The communities behind one figure of a report."""

    policy = Needs(Action.VIEW)
    model = Report
    queryset = Report.objects.select_related("division", "period", "snapshot__run", "snapshot__period")
    template_name = "reports/figure.html"

    def get_title(self) -> str:
        return self.figure["label"]

    def get_breadcrumb(self) -> list[tuple[str, str]]:
        report = self.object
        return [
            ("工作台", reverse("console:home")),
            ("进展报告", reverse("reports:list")),
            (str(report), report.get_absolute_url()),
            (self.figure["label"], ""),
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        name = self.kwargs["figure"]
        found = [entry for entry in self.object.figures if entry["id"] == name]
        if not found:
            raise Http404
        self.figure = found[0]
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = origin_rows(report=self.object, figure=self.figure["id"])
        page = numbered_page(rows, self.request)
        # The route's own keyword `figure` is the id; the template gets the whole entry.
        kwargs |= {"report": self.object, "figure": self.figure, "page": page}
        return super().get_context_data(**kwargs)


class FileView(ObjectMixin, TemplatePage):
    """Download of one of a report's files; every download is logged with the file's hash."""

    policy = Needs(Action.DOWNLOAD_REPORT)
    action = Action.DOWNLOAD_REPORT
    model = Report
    queryset = Report.objects.select_related("division", "period", "snapshot__period")
    attribute = "file_name"
    content_type = "application/octet-stream"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        report = self.get_object()
        file = reports_folder() / getattr(report, self.attribute)
        if not file.is_file():
            raise Http404("报告文件不在服务器上，请重新生成。")
        content = file.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        record(EventKind.EXPORT, obj=report, detail={"file": file.name, "sha256": sha256})
        draft = "（草稿）" if report.is_draft else ""
        name = f"{report.division.name}{report.period.label}进展报告{draft}{file.suffix}"
        response = HttpResponse(content, content_type=self.content_type)
        response.headers["Content-Disposition"] = content_disposition_header(True, name)
        return response


class PdfView(FileView):
    attribute = "file_name"
    content_type = "application/pdf"


class AnnexView(FileView):
    attribute = "annex_name"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
