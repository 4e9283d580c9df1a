"""The app that registers the tests' job kinds in worker processes."""

from pathlib import Path

from django.apps import AppConfig


class KindsConfig(AppConfig):
    name = "tests.governance.jobs.kinds_app"
    label = "test_job_kinds"
    path = str(Path(__file__).parent)

    def ready(self) -> None:
        from tests.governance.jobs import kinds

        kinds.register_all()
