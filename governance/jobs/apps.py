"""App configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "governance.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        from governance.accounts import options
        from governance.jobs import periodic, upkeep

        options.register(upkeep.KEEP_DAYS)
        periodic.register(upkeep.DUTY)
