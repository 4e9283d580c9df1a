"""A PostgreSQL for tests that need one beside the database they run on."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from tests.workers import free_port


def given_url() -> str:
    """The server that bin/test started, or the one the portal is configured for; "" when there is none."""
    configured = os.environ.get("DATABASE_URL", "")
    return os.environ.get("TEST_POSTGRES_URL") or (configured if configured.startswith("postgres") else "")


def _programs() -> Path:
    """The folder of initdb; Debian keeps it out of the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    assert folders, "PostgreSQL is not installed: apt-get install postgresql"
    return folders[-1]


@contextmanager
def running_postgres() -> Iterator[str]:
    """A cluster that lives as long as the block, run by an unprivileged user when we are root; its URL."""
    programs, port, password = _programs(), free_port(), secrets.token_hex(12)
    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    first: list[str] = []
    (folder / "password").write_text(password)
    if os.getuid() == 0:
        first = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres", "postgres")
    data = ["-D", str(folder / "data")]
    make = ["--username=portal", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync"]
    make += ["--encoding=UTF8", "--locale=C.UTF-8"]
    options = ["listen_addresses=127.0.0.1", "fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    url = f"postgres://portal:{password}@127.0.0.1:{port}/postgres"
    log = open(folder / "log", "wb")  # noqa: SIM115
    server = None
    try:
        quiet = {"cwd": folder, "stdout": log, "stderr": log}
        subprocess.run([*first, programs / "initdb", *data, *make], check=True, **quiet)
        line = [*first, programs / "postgres", *data, "-p", str(port), "-k", str(folder)]
        server = subprocess.Popen([*line, *(f"-c{option}" for option in options)], **quiet)
        _wait(url, server, folder / "log")
        yield url
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=60)
        log.close()
        shutil.rmtree(folder)


def _wait(url: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError:
            assert server.poll() is None and time.monotonic() < end, log.read_text(errors="replace")
            time.sleep(0.1)


@contextmanager
def empty_database(server_url: str) -> Iterator[str]:
    """A new database on a server, dropped at the end; its URL."""
    name = f"portal_{secrets.token_hex(6)}"
    _run(server_url, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        _run(server_url, "DROP DATABASE {} WITH (FORCE)", name)


def _run(url: str, statement: str, name: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
    finally:
        connection.close()
