"""Live figures of measures that are ledgers: for 政策落实, the report and whoever asks for a measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zlib import crc32

from django.core.cache import cache
from django.urls import reverse

from governance.divisions.models import Division
from governance.ledgers.catalogue import Ledger, by_code, of_measure
from governance.ledgers.duties import due_lines
from governance.ledgers.statistics import NONE, Summary, amount_text, by_area, summaries
from governance.ledgers.subjects import Census
from governance.policies.figures import Figure, LeagueLine, below
from governance.policies.models import Measure
from governance.web.formats import thousands

SECONDS = 60


def figures(measures: Sequence[Measure], division: Division, on: date) -> Mapping[str, Sequence[Figure]]:
    """Entries, subjects covered, sums and late entries of each measure's record type, and periods missing."""
    some = [ledger for each in measures for ledger in of_measure(each.code)]
    if not some:
        return {}
    found = summaries(some, division.path, on)
    counts, missing = _expected(some, division.path, on)
    made: dict[str, list[Figure]] = {}
    for ledger in some:
        made.setdefault(ledger.record.measure, []).extend(
            _figures_of(
                ledger,
                found.get(ledger.slug, NONE),
                counts[ledger.slug],
                missing.get(ledger.slug, 0),
                division.code,
            )
        )
    return made


def _figures_of(ledger: Ledger, summary: Summary, subjects: int, missing: int, area: str) -> list[Figure]:
    record, url = ledger.record, f"{ledger.url}?area={area}"
    of = f"／应填 {thousands(subjects)}" if record.expected else ""
    of_part = f"{ledger.title}：" if record.part else ""
    found = [
        Figure(
            f"{of_part}在册记录",
            f"{thousands(summary.entries)} 条",
            url,
            f"其中超期 {thousands(summary.late)} 条" if summary.late else "",
            summary.late,
            late_text=f"“{ledger.title}”超期 {thousands(summary.late)} 条",
        ),
        Figure(f"{of_part}已填{ledger.level.label}", f"{thousands(summary.covered)} 个{of}", url),
    ]
    if summary.total is not None and record.count:
        field = record.field(record.count)
        found.append(Figure(field.label, f"{thousands(summary.total)} {field.unit}", url))
    if summary.money is not None and record.amount:
        field = record.field(record.amount)
        found.append(Figure(field.label, amount_text(field, summary.money), url))
    if missing:
        due = f"{reverse('ledgers:due')}?area={area}"
        found.append(Figure(f"{of_part}应报未报", f"{thousands(missing)} 份", due, late=missing))
    return found


def _expected(some: Sequence[Ledger], path: str, on: date) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Subjects and late missing entries by slug; kept for a minute, since every page of measures asks."""
    codes = crc32(",".join(ledger.code for ledger in some).encode())
    key = f"ledger-expected:{path}:{on}:{codes}"
    kept: tuple[dict[str, int], dict[str, int]] | None = cache.get(key)
    if kept is None:
        census = Census(some, [path])
        counts = {ledger.slug: census.count(ledger) for ledger in some}
        kept = counts, _missing(some, path, on)
        cache.set(key, kept, SECONDS)
    return kept


def _missing(some: Sequence[Ledger], path: str, on: date) -> dict[str, int]:
    """Entries of past periods that were not filed and are late, by slug."""
    periodic = [ledger for ledger in some if ledger.record.expected and ledger.record.is_periodic]
    found: dict[str, int] = {}
    for line in due_lines(periodic, [path], on) if periodic else ():
        if line.is_late(on):
            found[line.ledger.slug] = found.get(line.ledger.slug, 0) + line.missing
    return found


def league(measure: Measure, division: Division, on: date) -> Sequence[LeagueLine] | None:
    """Entries and subjects covered by child division (two statements for each level among them)."""
    ledger, children = by_code(measure.code), below(division)
    if ledger is None or not children:
        return None
    found: dict[str, Summary] = {}
    for level in sorted({int(child.level) for child in children}):
        found |= by_area(ledger, division.path, level, on)
    return [_league_line(ledger, found.get(child.path, NONE), child) for child in children]


def _league_line(ledger: Ledger, summary: Summary, child: Division) -> LeagueLine:
    extra = []
    if summary.total is not None and ledger.record.count:
        field = ledger.record.field(ledger.record.count)
        extra.append(f"{field.label} {thousands(summary.total)} {field.unit}")
    if summary.money is not None and ledger.record.amount:
        field = ledger.record.field(ledger.record.amount)
        extra.append(f"{field.label} {amount_text(field, summary.money)}")
    return LeagueLine(
        child,
        f"{thousands(summary.entries)} 条，已填 {thousands(summary.covered)} 个",
        met=summary.covered,
        url=f"{ledger.url}?area={child.code}",
        note="，".join(extra),
        late=summary.late,
    )
