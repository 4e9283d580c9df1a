"""`python -m benchmarks [names …]`: prints one JSON object a line (see docs/speed.md); asserts no time."""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMES = ("list", "import", "export", "evaluation", "growth", "report")
MODULES = {
    "list": "lists",
    "import": "workbook_import",
    "export": "workbook_export",
    "evaluation": "evaluation",
    "growth": "growth",
    "report": "report",
}
ROWS = 20356


def main() -> int:
    arguments = _arguments()
    if arguments.database == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            return _measure(arguments, f"sqlite:///{folder}/bench.sqlite3", folder)
    if arguments.database:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, _own_database(arguments.database) as url:
            return _measure(arguments, url, folder)
    # A database each process: settings are read once.
    databases = ["sqlite", *filter(None, [os.environ.get("TEST_POSTGRES_URL")])]
    command = [sys.executable, "-m", "benchmarks", *sys.argv[1:], "--database"]
    return max(subprocess.run([*command, database], check=False).returncode for database in databases)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all by default")
    parser.add_argument("--rows", type=int, default=ROWS, help="communities that take part, all by default")
    parser.add_argument(
        "--communities",
        type=Path,
        metavar="FILE",
        help="a national villages.csv(.xz) instead of the shipped communities of a province",
    )
    parser.add_argument(
        "--national",
        action="store_true",
        help="as many communities as the country has (620,573): those of other provinces are invented for "
        "the real streets; for the lists",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="`sqlite`, or a PostgreSQL server, in which a database is made and dropped; "
        "by default SQLite, and the server of TEST_POSTGRES_URL when that is set",
    )
    parser.add_argument("--full", action="store_true", help="let slow references work on all rows")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return arguments


def _measure(arguments: argparse.Namespace, url: str, folder: str) -> int:
    os.environ |= {
        "DATABASE_URL": url,
        "DATA_DIR": folder,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "FONT_DIR": os.environ.get("FONT_DIR", str(Path(__file__).parent.parent / "var" / "fonts")),
    }
    os.environ.pop("DEBUG", None)  # it would keep every statement in memory
    import django

    django.setup()
    from importlib import import_module

    from django.db import connection

    from benchmarks import ground as grounds
    from benchmarks.timing import emit, say

    ground = grounds.prepare(
        arguments.rows, arguments.communities, national=arguments.national, full=arguments.full
    )
    for name in NAMES:
        if arguments.names and name not in arguments.names:
            continue
        say(f"{connection.vendor}: {name} …")
        for measurement in import_module(f"benchmarks.{MODULES[name]}").measure(ground):
            emit(measurement, connection.vendor)
    connection.close()
    return 0


@contextmanager
def _own_database(url: str) -> Iterator[str]:
    """A database of a chance name on the server, dropped at the end."""
    import psycopg2

    name = f"bench_{secrets.token_hex(4)}"
    server, _, _ = url.rpartition("/")

    def run(statement: str) -> None:
        connection = psycopg2.connect(f"{server}/postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    run(f"CREATE DATABASE {name}")
    try:
        yield f"{server}/{name}"
    finally:
        run(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
