"""Large workbooks in the background, both ways, and the daily deletion of old files."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from governance.divisions.models import UnknownCode
from governance.exchange import batches, downloads
from governance.exchange.exporting import ExportRefused
from governance.exchange.models import BatchStatus, ExportFile, ImportBatch
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
    report_progress(5, "正在读取工作簿。")
    batch = batches.check(batch=_batch(job), progress=report_progress)
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


def run_export(job: Job, report_progress: ReportProgress) -> dict[str, Any]:
    file = ExportFile.objects.select_related("user").filter(pk=job.payload["export"]).first()
    if file is None or file.user_id != job.requester_id:
        raise JobFailed("这次下载已不存在，请重新下载。")
    report_progress(10, f"正在写出约 {file.rows:,} 行。")
    try:
        file = downloads.make(file=file)
    except (ExportRefused, UnknownCode) as error:
        raise JobFailed(str(error)) from error
    return {"export": file.pk, "rows": file.rows}


def export_link(job: Job) -> tuple[str, str] | None:
    file = ExportFile.objects.filter(pk=job.payload.get("export")).first()
    return (f"下载 {file.file_name}", file.get_absolute_url()) if file and file.is_ready else None


CHECK = JobKind(code=batches.CHECK_KIND, label="检查台账工作簿", run=run_check, link=link)
APPLY = JobKind(code=batches.APPLY_KIND, label="导入台账工作簿", run=run_apply, link=link)

EXPORT = JobKind(code=downloads.EXPORT_KIND, label="导出台账工作簿", run=run_export, link=export_link)


def purge(key: str, now: datetime) -> None:
    batches.purge(now)
    downloads.purge(now)


DUTY = PeriodicDuty(PURGE, "删除过期的导入和导出文件", daily_keys(PURGE, hour=3, most=1), purge)
