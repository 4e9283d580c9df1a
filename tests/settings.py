"""Settings of the test suite: the portal's own, with cheap hashing and a data folder per run."""

import atexit
import os
import shutil
import tempfile

if "DATA_DIR" not in os.environ:
    # Set before xdist starts its workers: they share the folder, and only this process removes it.
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="portal-test-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "a-key-for-the-tests-only-a-key-for-the-tests-only-0123456789")

from governance.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_USE_FINDERS = True
# Looks for a file when it is asked for, and not for all of them whenever a client is made.
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, so that worker processes and threads of a test see the same rows as the test.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
