"""The demonstration loaded once for all its tests: 莲湖区 alone, with its real streets and communities."""

import csv
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pytest
from django.core.management import call_command

from demo.dates import FIRST_HALF
from demo.loading import DISTRICT, load_registries
from governance.divisions.loader import DATA
from governance.divisions.models import Division
from governance.divisions.registry import make_communities
from governance.policies.evaluation.community import community_results
from governance.policies.evaluation.upper import UpperResult, division_result
from governance.policies.loader import load_policies
from tests.factories import make_division, make_jurisdictions


def _district_rows(file: Path) -> list[dict[str, str]]:
    with lzma.open(file, "rt", encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["code"].startswith(DISTRICT)]


@dataclass
class Demo:
    """What was loaded, and the outcomes of a community by measure id."""

    counts: dict[str, int]

    @cached_property
    def district(self) -> UpperResult:
        return division_result(division=Division.objects.get(code=DISTRICT), on=FIRST_HALF)

    def outcomes(self, code: str, on: date = FIRST_HALF) -> dict[str, str]:
        division = Division.objects.get(code=code)
        results = [trace.as_json() for trace in community_results(division=division, on=on)]
        return {result["measure"]: result["outcome"] for result in results}


@pytest.fixture(scope="package")
def demo(django_db_setup, django_db_blocker) -> Iterator[Demo]:
    """Committed once for the package, because loading takes seconds, and flushed afterwards."""
    with django_db_blocker.unblock():
        try:
            for name in ("streets.csv.xz", "villages.csv.xz"):
                for row in _district_rows(DATA / name):
                    make_division(row["code"], row["name"])
            make_communities()
            make_jurisdictions()
            load_policies()
            yield Demo(load_registries())
        finally:
            call_command("flush", interactive=False, verbosity=0)
