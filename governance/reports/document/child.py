"""The process that typesets: reads one task from stdin, writes one PDF to stdout, and is gone.

Run by `render` as `python -m governance.reports.document.child`, without the portal's secrets in its
environment and under limits of memory and CPU time. It knows no Django settings and no database.

Task: 8 bytes length, JSON, then the embedded files one after the other. Answer: a JSON line, then the PDF.
"""

import datetime as dt
import json
import logging
import resource
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO


def limit(memory: int, cpu_seconds: int) -> None:
    """Hard limits: address space in bytes, CPU time in seconds."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def typeset(task: dict[str, Any], files: list[bytes]) -> tuple[bytes, dict[str, Any]]:
    """The PDF/A-3a and what was noticed; raises for an address outside the bundled ones."""
    # Late: the limits must hold before these libraries load.
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    from .fetcher import BundledFetcher
    from .justify import install

    install()
    fetcher = BundledFetcher({f["url"]: (Path(f["path"]), f["sha256"]) for f in task["fonts"]})
    day = dt.datetime.fromisoformat(task["timestamp"])
    attachments = [
        weasyprint.Attachment(
            string=content,
            name=entry["name"],
            description=entry["description"],
            created=day,
            modified=day,
            relationship="Source",
        )
        for entry, content in zip(task["files"], files, strict=True)
    ]
    config = FontConfiguration()
    page = weasyprint.HTML(string=task["html"], base_url="asset:///", url_fetcher=fetcher)
    document = page.render(font_config=config, pdf_variant="pdf/a-3a")
    document.metadata.attachments = attachments
    pdf = document.write_pdf(
        finisher=_plain_metadata,
        pdf_variant="pdf/a-3a",
        pdf_identifier=bytes.fromhex(task["identifier"]),
    )
    return pdf, {"pages": len(document.pages)}


def _plain_metadata(document: Any, pdf: Any) -> None:
    """Leave the XMP packet readable without inflating, as archives ask for."""
    for item in pdf.objects:
        if getattr(item, "extra", {}).get("Type") == "/Metadata":
            item.compress = False


def read_task(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    """The task and its embedded files."""
    length = int.from_bytes(stream.read(8), "big")
    task = json.loads(stream.read(length))
    return task, [stream.read(entry["size"]) for entry in task["files"]]


def main() -> int:
    """Exit status 0 with a PDF, 1 with the reason on stderr."""
    task, files = read_task(sys.stdin.buffer)
    limit(task["memory"], task["cpu_seconds"])
    # System fonts are switched off on purpose; the library warns about that at import.
    warnings.filterwarnings("ignore", message="No fonts configured")
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        pdf, notes = typeset(task, files)
    except MemoryError:
        print("MemoryError", file=sys.stderr)
        return 1
    except BaseException as error:  # a refused address is a BaseException of WeasyPrint's
        cause = error.__cause__ or error
        print(f"{type(cause).__name__}: {cause}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(json.dumps(notes).encode() + b"\n" + pdf)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
