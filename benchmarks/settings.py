"""Settings of the benchmarks: the portal's own, and the admin, which exists here only to be measured."""

from governance.settings import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.admin", *INSTALLED_APPS, "benchmarks"]  # noqa: F405
ROOT_URLCONF = "benchmarks.urls"
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
LOGGING["root"]["level"] = "WARNING"  # type: ignore[index]  # noqa: F405
