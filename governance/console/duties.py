"""Hourly duties of the kernel: sealing the audit log, and clearing sessions that ran out."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from governance.accounts import options
from governance.accounts.models import UserSession
from governance.audit.sealing import seal_events
from governance.console import verification
from governance.jobs.periodic import PeriodicDuty, register


def hour_key(now: datetime) -> list[str]:
    """The hour that has begun, e.g. 2026-06-15T08: a missed hour needs no run of its own."""
    return [f"{timezone.localtime(now):%Y-%m-%dT%H}"]


def seal(key: str, now: datetime) -> None:
    seal_events(now)


def clear_sessions(key: str, now: datetime) -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    oldest = now - timedelta(hours=options.value("session_absolute_hours"))
    UserSession.objects.filter(created_at__lt=oldest).delete()


def register_all() -> None:
    register(PeriodicDuty("audit-seal", "封存审计日志", hour_key, seal))
    verification.register()
    register(PeriodicDuty("sessions-clear", "清理过期会话", hour_key, clear_sessions))
