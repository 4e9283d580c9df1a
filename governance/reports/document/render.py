"""OfficialDocument → PDF bytes, set in a child process; files written so that no half one is ever seen."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .fonts import PROJECT, FontSet, resolve
from .html import to_html
from .model import OfficialDocument

MEMORY = 2 << 30
"""Address space of the child in bytes; 12 pages take some 200 MB, 5,000 table rows some 900 MB."""
CPU_SECONDS = 180
WALL_SECONDS = 300

FONTCONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/none</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


class RenderingFailed(Exception):
    """The page could not be set; the message is for the user, the cause stands in `detail`."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file carried inside the PDF (the xlsx annex)."""

    name: str
    content: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished PDF/A-3a with its number of pages and SHA-256 (hex)."""

    pdf: bytes
    pages: int
    sha256: str


def render_pdf(
    document: OfficialDocument, *, files: Sequence[EmbeddedFile] = (), fonts: FontSet | None = None
) -> Rendered:
    """Set the document. Equal input, fonts and library versions give equal bytes, anywhere and at any time.

    Raises RenderingFailed when the child refuses an address, exceeds its limits or dies.
    """
    fonts = fonts or resolve()
    return render_html(
        to_html(document, fonts),
        fonts=fonts,
        timestamp=f"{document.date.isoformat()}T00:00:00+08:00",
        files=files,
    )


def render_html(html: str, *, fonts: FontSet, timestamp: str, files: Sequence[EmbeddedFile] = ()) -> Rendered:
    """Set finished HTML; see `render_pdf`. `timestamp` is the ISO time written into the file."""
    identity = hashlib.sha256(html.encode())
    for face in fonts.faces:
        identity.update(bytes.fromhex(face.sha256))
    for file in files:
        identity.update(hashlib.sha256(file.content).digest())
    task = json.dumps(
        {
            "html": html,
            "timestamp": timestamp,
            "identifier": identity.hexdigest()[:32],
            "fonts": [{"url": f.url, "path": str(f.path), "sha256": f.sha256} for f in fonts.faces],
            "files": [{"name": f.name, "description": f.description, "size": len(f.content)} for f in files],
            "memory": MEMORY,
            "cpu_seconds": CPU_SECONDS,
        }
    ).encode()
    answer = _run(b"".join((len(task).to_bytes(8, "big"), task, *(f.content for f in files))))
    notes, _, pdf = answer.partition(b"\n")
    if not pdf.startswith(b"%PDF-"):
        raise RenderingFailed("公文排版未完成，请重试；仍失败时请联系系统管理员。", "no PDF in the answer")
    return Rendered(pdf, int(json.loads(notes)["pages"]), hashlib.sha256(pdf).hexdigest())


def _run(task: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="typeset-") as folder:
        config = Path(folder) / "fonts.conf"
        config.write_text(FONTCONFIG.format(folder=folder), "utf-8")
        # No secrets of the portal, no system fonts, no time zone or locale of the machine.
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(PROJECT),
            "PYTHONHASHSEED": "0",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "HOME": folder,
            "TMPDIR": folder,
            "FONTCONFIG_FILE": str(config),
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", "governance.reports.document.child"],
                input=task,
                capture_output=True,
                cwd=PROJECT,
                env=environment,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RenderingFailed("公文排版超时，请减少附表行数后重试。", str(error)) from error
    if done.returncode:
        detail = done.stderr.decode(errors="replace").strip()[-2000:] or f"exit status {done.returncode}"
        if "MemoryError" in detail or done.returncode < 0:
            raise RenderingFailed("公文内容过多，超出排版限制；请将明细改为电子表格附件。", detail)
        raise RenderingFailed("公文排版失败，请联系系统管理员。", detail)
    return done.stdout


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, fsync, rename: readers see the old file or the whole new one. OSError when it fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
