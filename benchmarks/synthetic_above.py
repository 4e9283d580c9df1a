"""What stands at the divisions above communities: schemes, adjustments, and entries of their own ledgers."""

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from assessments.models import Scheme
from benchmarks.ground import COUNTY, Ground
from communities.models import Adjustment, AdjustmentKind, AdjustmentState, Community, Successor
from governance.divisions.models import Division, Level
from governance.divisions.paths import path_length, under
from governance.ledgers.catalogue import by_code
from governance.ledgers.models import LedgerEntry


def fill_above(ground: Ground, source: str) -> None:
    """For `source`, a subquery `c` with the division_id and path of the communities that take part."""
    _fill_schemes(source)
    _fill_funds()
    _fill_county()
    _fill_adjustments(ground)


def _fill_schemes(source: str) -> None:
    """Every street its scheme, three in four of them with one before, and all its communities in it."""
    streets = Division.objects.filter(level=Level.STREET).only("pk", "path").iterator()
    Scheme.objects.bulk_create(
        [
            Scheme(
                division=street,
                path=street.path,
                year=2026,
                direction="down",
                title="考核方案",
                state="scoring",
                in_force_on=date(2026, 1, 10),
                satisfaction_c=3_000,
                previous_c=(2_900, 2_500, 3_000, None)[number % 4],
            )
            for number, street in enumerate(streets)
        ],
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assessments_assessment (division_id, path, scheme_id, self_report, exempt_reason) "
            f"SELECT c.division_id, c.path, s.id, '', '' FROM {source} "
            f"JOIN assessments_scheme s ON s.path = substr(c.path, 1, {path_length(Level.STREET)})"
        )


def _fill_funds() -> None:
    """Every county what it spent in the last two years; some have not told one of them."""
    counties = list(Division.objects.filter(level=Level.COUNTY).only("pk", "path"))
    _make(
        _entry(
            code,
            county,
            period=str(year),
            started_on=date(year + 1, 1, 10),
            amount=10_000_000 + (number + year) % 5 * 100_000,
        )
        for code in ("SX-FUND-01", "SX-FUND-05")
        for number, county in enumerate(counties)
        for year in (2024, 2025)
        if (number + year) % 9
    )


def _fill_county() -> None:
    """Trainings of Lianhu, and in two of three of its streets ways of assessing with or without a veto."""
    county = Division.objects.get(path=COUNTY)
    days = {"LH-TRN-02": ("2026-03-20", "2026-05-15", "2025-09-10"), "LH-TRN-03": ("2025-10-20",)}
    _make(
        _entry(code, county, name="培训", period=day, started_on=date.fromisoformat(day))
        for code, held in days.items()
        for day in held
    )
    streets = Division.objects.filter(under(COUNTY), level=Level.STREET).order_by("path")
    _make(
        _entry(
            "LH-ASM-04",
            street,
            name=f"方案{way}",
            status="drafting",
            started_on=date(2026, 2, 1),
            ended_on=date(2026, 4, 1) if number % 4 == 3 else None,
            values={"veto": way == 2, "tolerant": True},
        )
        for number, street in enumerate(streets)
        if number % 3
        for way in (1, 2)
    )


def _entry(code: str, division: Division, **fields: Any) -> LedgerEntry:
    ledger = by_code(code)
    assert ledger is not None, code
    return LedgerEntry(
        code=code, edition=ledger.record.version, division=division, path=division.path, **fields
    )


def _make(entries: Any) -> None:
    LedgerEntry.objects.bulk_create(list(entries), batch_size=2_000)


def _fill_adjustments(ground: Ground) -> None:
    """Plans of Lianhu's list that were carried out, of which one community each stands."""
    places = Community.objects.filter(under(COUNTY)).select_related("division__parent").order_by("path")
    kinds = [AdjustmentKind.SPLIT, AdjustmentKind.MERGE]
    for number, place in enumerate(list(places)[::20]):
        street = place.division.parent
        assert street is not None
        adjustment = Adjustment.objects.create(
            division=street,
            path=street.path,
            kind=kinds[number % 2],
            state=AdjustmentState.APPLIED,
            basis="调整方案",
            effective_on=date(2025, 6, 1),
            drafted_by=ground.user,
            approval="批复",
            applied_at=timezone.now(),
            listed=number % 3,
            key=f"bench-{number}",
        )
        Successor.objects.create(adjustment=adjustment, number=1, name="社区", division=place.division)
