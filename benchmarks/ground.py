"""What the measurements stand on: a migrated throwaway database with divisions, policies and one officer."""

import csv
import lzma
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from benchmarks.timing import say
from communities.models import Community
from governance.accounts.models import User
from governance.accounts.roles import Role
from governance.accounts.services import grant
from governance.divisions.loader import load_divisions
from governance.divisions.models import Division, Level
from governance.divisions.paths import under
from governance.policies.indicators import cards

PROVINCE = "61"
COUNTY = "610104"
NATIONAL = 620_573
"""Communities and villages of the country in the national codes of 2023."""
ON = date(2026, 6, 30)
"""Day of all evaluations and imports."""


@dataclass(frozen=True)
class Ground:
    """The province, how many of its communities take part, and the officer who works on them."""

    province: Division
    user: User
    rows: int
    full: bool = False
    """Whether slow references work on all rows instead of a sample."""

    @property
    def database(self) -> str:
        return connection.vendor

    @cached_property
    def community_rows(self) -> int:
        """All communities of the table, the ones outside the province included."""
        return Community.objects.count()

    def communities(self) -> list[Community]:
        """The communities that take part, in path order, with division and street."""
        rows = Community.objects.filter(under(self.province.path)).order_by("path")
        return list(rows.select_related("division__parent")[: self.rows])

    def analyse(self) -> None:
        """Fresh planner statistics after bulk changes, as autovacuum would give before long."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def prepare(rows: int, communities: Path | None, *, national: bool = False, full: bool = False) -> Ground:
    """Fill an empty database with the shipped communities; with `national` as many as the country has,
    or `communities`, a national villages.csv(.xz)."""
    say(f"{connection.vendor}: migrating and loading divisions …")
    call_command("migrate", run_syncdb=True, verbosity=0)
    if communities is None:
        load_divisions()
        if national:
            with tempfile.TemporaryDirectory() as folder:
                load_divisions(communities=str(_invented(Path(folder))))
    else:
        with tempfile.TemporaryDirectory() as folder:
            load_divisions(communities=str(_known_only(communities, Path(folder))))
    call_command("load_policies", verbosity=0, stdout=sys.stderr)
    province = Division.objects.by_code(PROVINCE)
    inside = Community.objects.filter(under(province.path)).count()
    ground = Ground(province, officer("bench", province), min(rows, inside), full)
    ground.analyse()
    assert cards(), "no app gave a card"
    return ground


def officer(name: str, division: Division) -> User:
    """A new user who may do a county's work in a division."""
    user = User(username=name, display_name="对照")
    user.set_unusable_password()
    user.save()
    grant(user=user, role=Role.COUNTY_STAFF, division=division)
    return user


def _invented(folder: Path) -> Path:
    """Communities for the streets that have none of the shipped, so that there are `NATIONAL` in all."""
    taken = Division.objects.filter(level=Level.COMMUNITY).values("parent")
    streets = Division.objects.filter(level=Level.STREET).exclude(pk__in=taken).order_by("code")
    codes = list(streets.values_list("code", flat=True))
    each, more = divmod(NATIONAL - Community.objects.count(), len(codes))
    made = folder / "villages.csv"
    with made.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["code", "name", "streetCode"])
        for place, code in enumerate(codes):
            for number in range(1, each + 1 + (place < more)):
                writer.writerow([f"{code}{number:03d}", f"第{number}社区", code])
    return made


def _known_only(file: Path, folder: Path) -> Path:
    """Every village whose street is known; the rest of a national file is left out, not refused."""
    streets = set(Division.objects.filter(level=4).values_list("code", flat=True))
    if not streets:
        load_divisions(communities=PROVINCE)
        streets = set(Division.objects.filter(level=4).values_list("code", flat=True))
    made = folder / "villages.csv"
    opener = lzma.open if file.suffix == ".xz" else open
    with (
        opener(file, "rt", encoding="utf-8-sig", newline="") as source,
        made.open("w", newline="", encoding="utf-8") as target,
    ):
        reader = csv.DictReader(source)
        writer = csv.DictWriter(target, ["code", "name", "streetCode"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(row for row in reader if row["streetCode"] in streets)
    return made
