"""Large workbooks in the background, and the daily deletion of old files."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from governance.exchange import batches
from governance.exchange.models import BatchStatus, ImportBatch
from governance.jobs.models import Job
from governance.jobs.periodic import PeriodicDuty, daily_keys
from governance.jobs.registry import JobFailed, JobKind, ReportProgress

PURGE = "workbook-purge"


def _batch(job: Job) -> ImportBatch:
    """The batch of a job, of the user who asked for it."""
    batch = ImportBatch.objects.select_related("user").filter(pk=job.payload["batch"]).first()
    if batch is None or batch.user_id != job.requester_id:
        raise JobFailed("这次上传已不存在，请重新上传文件。")
    return batch


def run_check(job: Job, report_progress: ReportProgress) -> dict[str, Any]:
    report_progress(5, "正在读取和核对工作簿。")
    batch = batches.check(batch=_batch(job))
    if batch.status == BatchStatus.REFUSED:
        raise JobFailed(batch.message)
    return {"batch": batch.pk, **batch.counts}


def run_apply(job: Job, report_progress: ReportProgress) -> dict[str, Any]:
    batch = _batch(job)
    report_progress(10, "正在核对并保存，全部成功后才生效。")
    try:
        batches.confirm(batch=batch, user=batch.user, on_conflict=job.payload["on_conflict"])
    except batches.PreviewOutdated as error:
        raise JobFailed(str(error)) from error
    except ValidationError as error:
        raise JobFailed(" ".join(error.messages)) from error
    return {"batch": batch.pk, **batch.counts}


def link(job: Job) -> tuple[str, str] | None:
    batch = ImportBatch.objects.filter(pk=job.payload.get("batch")).first()
    return ("查看导入结果" if batch.applied_at else "查看预览", batch.get_absolute_url()) if batch else None


CHECK = JobKind(code=batches.CHECK_KIND, label="检查台账工作簿", run=run_check, link=link)
APPLY = JobKind(code=batches.APPLY_KIND, label="导入台账工作簿", run=run_apply, link=link)


def purge(key: str, now: datetime) -> None:
    batches.purge(now)


DUTY = PeriodicDuty(PURGE, "删除过期的导入文件", daily_keys(PURGE, hour=3, most=1), purge)
