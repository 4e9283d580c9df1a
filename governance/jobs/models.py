"""The row of a background run (the truth about it) and the rows of what the clock has done."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone


class JobStatus(models.TextChoices):
    QUEUED = "queued", "等待中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELED = "canceled", "已取消"


class JobQuerySet(models.QuerySet["Job"]):
    def requested_by(self, user) -> "JobQuerySet":
        """Jobs of one user; everybody sees only his own."""
        return self.filter(requester_id=user.pk) if user.pk else self.none()

    def unfinished(self) -> "JobQuerySet":
        return self.filter(status__in=[JobStatus.QUEUED, JobStatus.RUNNING])


class Job(models.Model):
    """One background run. The broker carries its id only; this row survives whatever the broker loses.

    It outlives its requester, so it names him by text and id, without a foreign key.
    """

    kind = models.CharField("种类", max_length=60)
    key = models.CharField("防重键", max_length=200, unique=True)
    payload = models.JSONField("参数", default=dict)
    path = models.CharField("区划", max_length=12, blank=True)
    requested_by = models.CharField("申请人", max_length=150, blank=True)
    requester_id = models.BigIntegerField(null=True, db_index=True)
    status = models.CharField("状态", max_length=8, choices=JobStatus.choices, default=JobStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    max_attempts = models.PositiveSmallIntegerField("最多次数", default=3)
    owner = models.CharField("执行进程", max_length=120, blank=True)
    lease_until = models.DateTimeField("占用至", null=True)
    ring_at = models.DateTimeField("下次唤起", default=timezone.now)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    progress_text = models.CharField("进度说明", max_length=200, blank=True)
    result = models.JSONField("结果", null=True, encoder=DjangoJSONEncoder)
    error = models.CharField("失败原因", max_length=500, blank=True)
    created_at = models.DateTimeField("提交时间", default=timezone.now)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        ordering = ["-id"]
        indexes = [
            # What the sweep asks for every few seconds; finished rows are not in it.
            models.Index(
                fields=["status", "ring_at"],
                name="job_unfinished",
                condition=Q(status__in=["queued", "running"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__lte=100),
                name="job_progress_at_most_100",
                violation_error_message="进度不能超过 100。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.pk}"

    @property
    def label(self) -> str:
        """What users call this kind of job."""
        from governance.jobs.registry import find

        kind = find(self.kind)
        return kind.label if kind else self.kind

    @property
    def is_over(self) -> bool:
        return self.status in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELED)

    @property
    def may_be_repeated(self) -> bool:
        """Whether the requester can have it run again."""
        return self.status in (JobStatus.FAILED, JobStatus.CANCELED)


class PeriodRun(models.Model):
    """One due thing of one duty (`report-freeze`, `2026H1`). The unique pair makes doubled ticks harmless."""

    duty = models.CharField("事项", max_length=60)
    key = models.CharField("期次", max_length=60)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField("办理时间", null=True)
    attempts = models.PositiveIntegerField("已试次数", default=0)
    error = models.CharField("失败原因", max_length=500, blank=True)

    class Meta:
        verbose_name = "定期事项"
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "key"],
                name="period_run_once",
                violation_error_message="这一期已经办理过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.key}"


class Clock(models.Model):
    """One row: the latest moment a tick has seen, by which a clock that went back is noticed."""

    seen_at = models.DateTimeField("最近时刻")
    refused_at = models.DateTimeField("拒绝的时刻", null=True)

    class Meta:
        verbose_name = "时钟"

    def __str__(self) -> str:
        return self.seen_at.isoformat()
