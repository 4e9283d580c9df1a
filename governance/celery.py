"""The Celery application: `celery -A governance worker`; `manage.py run_worker` starts it with its clock."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")


def _settings() -> dict:
    from django.conf import settings

    from governance.jobs.broker import broker_settings

    return broker_settings(settings.CELERY_BROKER_URL, settings.DATA_DIR)


app = Celery("governance")
app.add_defaults(_settings)
app.autodiscover_tasks(["governance.jobs"])
