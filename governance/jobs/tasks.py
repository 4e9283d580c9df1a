"""Celery tasks: an id in, one service call."""

from governance.celery import app
from governance.jobs import services


@app.task(name="jobs.run")
def run(job_id: int) -> None:
    """Run a job if it still waits for that; everything else is in its row."""
    services.run_job(job_id)
