"""From an empty database to measured communities and a report, by commands alone, in one process.

`python -m tests.whole_way write BOOK RESULTS`: enter the demonstration and export it as a workbook.
`python -m tests.whole_way read BOOK CHANGED RESULTS`: import it, measure, report twice, import the changed
workbook, measure again. RESULTS is JSON. The database and the data folder are those of the environment.
"""

import hashlib
import json
import lzma
import os
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import django

PROVINCE, CITY = "61", "6101"
DISTRICT, ON, PERIOD = "610104", "2026-06-15", "2026H1"
STAFF = "demo-staff"


def command(*arguments: str) -> str:
    from django.core.management import call_command

    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def begin(communities: str) -> None:
    """Empty database → divisions, policies, and the accounts to import with."""
    from demo.accounts import load_accounts

    command("migrate", "--verbosity", "0")
    command("load_divisions", "--communities", communities)
    command("load_policies")
    load_accounts()


def communities_of_the_city(folder: Path) -> str:
    """A file of the shipped communities of 西安 alone: those of the whole province take a minute a time."""
    from governance.divisions.loader import DATA

    file = folder / "communities.csv"
    with lzma.open(DATA / "villages.csv.xz", "rt", encoding="utf-8-sig") as shipped:
        head, *lines = shipped
    file.write_text(head + "".join(line for line in lines if line.startswith(CITY)), encoding="utf-8")
    return str(file)


def checks() -> dict[str, Any]:
    """`check_standards --json` of every community, street and the district, by code."""
    from governance.divisions.models import Division

    divisions = Division.objects.under(Division.objects.get(code=DISTRICT).path).order_by("path")
    codes = list(divisions.values_list("code", flat=True))
    return {code: json.loads(command("check_standards", code, "--on", ON, "--json")) for code in codes}


def report(file: Path) -> dict[str, Any]:
    made = json.loads(command("progress_report", PERIOD, DISTRICT, "--out", str(file), "--json"))
    return made | {"sha256_of_file": hashlib.sha256(file.read_bytes()).hexdigest()}


def take(book: str) -> dict[str, Any]:
    return json.loads(command("import_workbook", book, "--as", STAFF, "--json"))


def write(book: str) -> dict[str, Any]:
    from communities.models import CommunityBoundary
    from demo.loading import load_registries

    begin(PROVINCE)
    load_registries()
    # Boundaries are drawn, no workbook carries them; with them LH-BND-01 would differ where it is read.
    CommunityBoundary.objects.all().delete()
    command("export_workbook", DISTRICT, book, "--as", STAFF, "--reveal", "--reason", "对比两种数据库")
    return {"checks": checks()}


def read(book: str, changed: str) -> dict[str, Any]:
    folder = Path(os.environ["DATA_DIR"])
    begin(communities_of_the_city(folder))
    return {
        "imported": take(book),
        "checks": checks(),
        "reports": [report(folder / f"{number}.pdf") for number in (1, 2)],
        "changed": take(changed),
        "checks_after": checks(),
        "report_after": report(folder / "3.pdf"),
        "again": take(changed),
    }


if __name__ == "__main__":
    django.setup()
    task, *files, results = sys.argv[1:]
    Path(results).write_text(json.dumps({"write": write, "read": read}[task](*files), ensure_ascii=False))
