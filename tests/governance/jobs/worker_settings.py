"""Settings of the worker processes started by the tests: the portal's own and the tests' job kinds."""

from governance.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.governance.jobs.kinds_app.KindsConfig"]  # noqa: F405
