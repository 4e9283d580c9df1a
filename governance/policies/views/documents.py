"""政策文件: the documents, and one document with its record, relations, tasks, clauses and measures."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Action
from governance.accounts.scope import scope_of
from governance.divisions.paths import is_under
from governance.policies.evaluation.resolve import rules_for
from governance.policies.inheritance import meetings_of
from governance.policies.mechanisms import LIVE_OF_DOCUMENT, MeasureState, measure_state
from governance.policies.models import Clause, Measure, PolicyDocument, Task, TaskUnit
from governance.policies.models.documents import DocumentStatus, UnitRole
from governance.policies.presentation import standard_url
from governance.policies.themes import theme_of
from governance.web.columns import Column, Section
from governance.web.policy import Needs
from governance.web.views import ListPage, TemplatePage

STATUS_COLOURS = {DocumentStatus.IN_FORCE: "green", DocumentStatus.DRAFT: "amber"}
RELATIONS = {"basis": "制定依据", "named": "文中引用", "to_be_issued": "待出台"}


def status_tag(document: PolicyDocument) -> tuple[str, str]:
    return (
        document.get_status_display(),
        STATUS_COLOURS.get(DocumentStatus(document.status), "grey"),
    )


def number_text(document: PolicyDocument) -> str:
    return document.number or document.number_note or "无文号"


class DocumentsPage(ListPage):
    policy = Needs(Action.VIEW)
    title = "政策文件"
    path_field = None
    empty_title = "还没有政策文件"
    empty_hint = "请系统管理员装载政策数据。"
    columns = (
        Column("名称", "title", url=lambda row: row.get_absolute_url(), strong=True, wrap=True),
        Column("发文机关", "issuer"),
        Column("成文日期", "issued_on", "date"),
        Column("效力", status_tag, "tag"),
        Column("适用范围", "jurisdiction.name"),
        Column("条款", "clause_count", "number"),
        Column("措施", "measure_count", "number"),
        Column("已实现", "live_count", "number"),
        Column("可核查标准", "standard_count", "number"),
    )

    def get_queryset(self) -> QuerySet[PolicyDocument]:
        return (
            PolicyDocument.objects.select_related("jurisdiction")
            .annotate(
                clause_count=Count("clauses", distinct=True),
                measure_count=Count("measures", distinct=True),
                standard_count=Count("measures__standard", distinct=True),
                live_count=Count("measures", filter=LIVE_OF_DOCUMENT, distinct=True),
            )
            .order_by("jurisdiction__path", "issued_on")
        )


@dataclass(frozen=True)
class MeasureLine:
    """A measure as its clause shows it."""

    measure: Measure
    state: MeasureState

    @property
    def theme(self) -> str:
        return theme_of(self.measure.code).label


@dataclass
class ClauseBlock:
    """A clause with its measures and the units that answer for it."""

    clause: Clause
    lines: list[MeasureLine] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)


@dataclass(frozen=True)
class TaskLine:
    """A numbered task and its units by role."""

    task: Task

    def _names(self, role: UnitRole) -> str:
        return "、".join(unit.name for unit in self.task.units.all() if unit.role == role)

    @property
    def lead(self) -> str:
        return self._names(UnitRole.LEAD)

    @property
    def cooperating(self) -> str:
        return self._names(UnitRole.COOPERATE)

    @property
    def responsible(self) -> str:
        return self._names(UnitRole.RESPONSIBLE)


class DocumentPage(TemplatePage):
    policy = Needs(Action.VIEW)
    template_name = "policies/document.html"
    crumbs = (("政策文件", "policies:documents"),)
    record = Section(
        "",
        (
            Column("发文机关", "issuer"),
            Column("文号", number_text),
            Column("成文日期", "issued_on", "date"),
            Column("效力", status_tag, "tag"),
            Column("适用范围", lambda row: row.jurisdiction.full_name() or "全国"),
            Column("公开属性", "disclosure"),
            Column("通过情况", "adopted"),
            Column("主送", lambda row: "、".join(row.addressees), wide=True),
            Column("说明", "note", wide=True),
        ),
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.document = get_object_or_404(
            PolicyDocument.objects.select_related("jurisdiction"), key=kwargs["key"]
        )
        blocks = {clause.pk: ClauseBlock(clause) for clause in self.document.clauses.order_by("order")}
        states = []
        for measure in self.document.measures.select_related("standard").order_by("order"):
            line = MeasureLine(measure, measure_state(measure))
            states.append(line.state)
            blocks[measure.clause_id].lines.append(line)
        tasks = list(
            self.document.tasks.select_related("clause")
            .prefetch_related(Prefetch("units", TaskUnit.objects.order_by("order")))
            .order_by("number")
        )
        for task in tasks:
            blocks[task.clause_id].tasks.append(task)
        relations: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for relation in self.document.relations:
            relations[RELATIONS[relation["relation"]]].append(relation)
        rules = rules_for(path="", on=timezone.localdate())
        may_adopt = not self.document.binds and any(
            is_under(path, self.document.jurisdiction.path) or is_under(self.document.jurisdiction.path, path)
            for path in scope_of(self.request.user).paths(Action.DRAFT_POLICY)
        )
        live = sum(state.is_live for state in states)
        return super().get_context_data(
            document=self.document,
            record=self.record,
            blocks=list(blocks.values()),
            standards=[
                (rule, rule.comparison.wording(rule.unit), standard_url(rule.code))
                for rule in rules
                if rule.document.pk == self.document.pk and rule.local is None
            ],
            adopt_url=reverse("policies:adopt", kwargs={"key": self.document.key}) if may_adopt else "",
            meetings=meetings_of(self.document, rules),
            tasks=[TaskLine(task) for task in tasks],
            relations=[(label, relations[label]) for label in RELATIONS.values() if relations[label]],
            totals={"measures": len(states), "live": live, "planned": len(states) - live},
            **kwargs,
        )

    def get_title(self) -> str:
        return self.document.title
