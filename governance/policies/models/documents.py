"""Documents, their clauses, the measures they state and the units that answer for them."""

from django.db import models
from django.urls import reverse

from governance.divisions.models import Division, Level
from governance.policies.outcomes import Binding


class DocumentStatus(models.TextChoices):
    IN_FORCE = "in_force", "现行有效"
    DRAFT = "draft", "征求意见稿"
    GUIDANCE = "guidance", "参考"


class PolicyDocument(models.Model):
    """The text that states rules; only documents in force bind."""

    key = models.SlugField("标识", max_length=40, unique=True)
    code = models.CharField("简码", max_length=8, unique=True)
    title = models.CharField("名称", max_length=200)
    issuer = models.CharField("发文机关", max_length=100, blank=True)
    number = models.CharField("发文字号", max_length=60, blank=True)
    number_note = models.CharField("字号说明", max_length=300, blank=True)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    status = models.CharField("效力", max_length=10, choices=DocumentStatus.choices)
    jurisdiction = models.ForeignKey(Division, on_delete=models.PROTECT, verbose_name="适用范围")
    adopted = models.CharField("通过情况", max_length=200, blank=True)
    disclosure = models.CharField("公开属性", max_length=60, blank=True)
    addressees = models.JSONField("主送", default=list)
    relations = models.JSONField("相关文件", default=list)
    note = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = "政策文件"
        # Undated documents last: databases put them first or last as they like.
        ordering = [models.F("issued_on").asc(nulls_last=True), "key"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("policies:document", args=[self.key])

    @property
    def binds(self) -> bool:
        return self.status == DocumentStatus.IN_FORCE


class Clause(models.Model):
    """A place in a document, summarised in our own words."""

    document = models.ForeignKey(PolicyDocument, on_delete=models.CASCADE, related_name="clauses")
    ref = models.CharField("条款", max_length=40)
    heading = models.CharField("标题", max_length=100)
    summary = models.TextField("要点")
    order = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "条款"
        ordering = ["document", "order"]
        constraints = [models.UniqueConstraint(fields=["document", "ref"], name="clause_ref_once")]

    def __str__(self) -> str:
        return f"{self.ref} {self.heading}"


class Task(models.Model):
    """A numbered task of a document with the units that answer for it."""

    document = models.ForeignKey(PolicyDocument, on_delete=models.CASCADE, related_name="tasks")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("任务", max_length=100)
    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="tasks", verbose_name="条款")

    class Meta:
        verbose_name = "任务"
        ordering = ["document", "number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="task_number_once")]

    def __str__(self) -> str:
        return self.title


class UnitRole(models.TextChoices):
    LEAD = "lead", "牵头单位"
    COOPERATE = "cooperate", "配合单位"
    RESPONSIBLE = "responsible", "责任单位"


class TaskUnit(models.Model):
    """A unit named for a task; a group (区级相关部门) is a unit of its own kind.

    `level`: a group that means every division of a level (各街办), each of which answers for itself.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="units")
    name = models.CharField("单位", max_length=60)
    role = models.CharField("职责", max_length=11, choices=UnitRole.choices)
    is_group = models.BooleanField("泛指", default=False)
    level = models.PositiveSmallIntegerField("所指层级", choices=Level.choices, null=True, blank=True)
    order = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "任务单位"
        ordering = ["task", "order"]

    def __str__(self) -> str:
        return self.name


class MeasureKind(models.TextChoices):
    STANDARD = "standard", "标准"
    TARGET = "target", "目标"
    WORKFLOW = "workflow", "流程"
    ROLE = "role", "职责"
    RECORD = "record", "台账"
    DEADLINE = "deadline", "时限"
    REPORT = "report", "报告"
    PRINCIPLE = "principle", "原则"


_RHYTHMS = {"yearly": "每年", "half_yearly": "每半年", "quarterly": "每季度", "monthly": "每月"}


class Measure(models.Model):
    """One mechanism of a document (a row of the measure catalogue), paraphrased, with what realises it."""

    code = models.CharField("编号", max_length=20, unique=True)
    document = models.ForeignKey(PolicyDocument, on_delete=models.CASCADE, related_name="measures")
    clause = models.ForeignKey(Clause, on_delete=models.CASCADE, related_name="measures")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="measures")
    order = models.PositiveSmallIntegerField()
    title = models.CharField("措施", max_length=60)
    text = models.TextField("内容")
    kind = models.CharField("类别", max_length=10, choices=MeasureKind.choices)
    binding = models.CharField("约束力", max_length=12, choices=Binding.choices)
    scope = models.CharField("范围", max_length=10)
    due_on = models.DateField("完成期限", null=True, blank=True)
    due_early_on = models.DateField("最早期限", null=True, blank=True)
    recurring = models.CharField("周期", max_length=40, blank=True)
    reading = models.TextField("理解说明", blank=True)
    realised_by = models.JSONField("实现方式", default=list)

    class Meta:
        verbose_name = "政策措施"
        ordering = ["document", "order"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def recurring_text(self) -> str:
        """The rhythm in words: 每季度, 每年 06-30、12-31; empty where it is due once or has no term."""
        if not self.recurring:
            return ""
        return _RHYTHMS.get(self.recurring) or f"每年 {self.recurring.replace(',', '、')}"
