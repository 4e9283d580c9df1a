"""Gates beyond one entry, asked of all lines of a file together: what came before, what is attached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.exchange import sheets
from governance.exchange.importing.lines import Line, Status
from governance.exchange.importing.session import Session, chunks
from governance.ledgers.catalogue import Ledger, by_code
from governance.ledgers.labels import labels_of
from governance.ledgers.rules import Ask, faults, speaks
from governance.policies.record_schema import RecordRule
from governance.records.models import Attachment


@dataclass(frozen=True)
class Known:
    """An entry as it will be: where, what it is called, since when, and what it has come to.

    Entries of the file count although something else is wrong with them: it will be mended, and what comes
    after them is not wrong for that.
    """

    division_id: int
    name: str
    begun: date | None
    status: str


def asker(ledger: Ledger, line: Line) -> Ask:
    """The values a line will have, by key."""
    labels = labels_of(ledger)
    return lambda key: line.final(labels[key]) if labels[key] in line.sheet.columns else None


def check(session: Session, ledger: Ledger, by_sheet: Mapping[str, Sequence[Line]]) -> None:
    """Refuse the lines of a record type that lack what a rule asks for beyond them; tell of breaches."""
    record = ledger.record
    lines = [line for line in by_sheet[ledger.sheet_name] if _is_different(line)]
    status = labels_of(ledger)[record.status] if record.status else ""
    for rule in record.rules:
        if not (rule.is_beyond or rule.breach):
            continue
        if rule.breach:
            _tell(ledger, rule, lines)
            continue
        spoken = [line for line in lines if speaks(rule, asker(ledger, line))]
        lacking = (
            _unattached(spoken) if rule.attached else _unpreceded(session, ledger, rule, spoken, by_sheet)
        )
        for line in lacking:
            line.fail(status, rule.message)
            line.status = Status.ERROR


def _is_different(line: Line) -> bool:
    return line.division is not None and line.status != Status.UNCHANGED


def _tell(ledger: Ledger, rule: RecordRule, lines: Sequence[Line]) -> None:
    labels = labels_of(ledger)
    for line in lines:
        for key in faults(rule, asker(ledger, line)):
            line.notify(labels[key], rule.message)


def _unattached(lines: Sequence[Line]) -> Iterator[Line]:
    """Lines whose entry has no attachment (one statement for all of them)."""
    stored = {line.stored.pk for line in lines if line.stored is not None}
    having: set[int] = set()
    for some in chunks(stored):
        rows = Attachment.objects.valid()  # type: ignore[attr-defined]
        rows = rows.filter(object_type=lines[0].sheet.label, object_id__in=some)
        having |= set(rows.values_list("object_id", flat=True))
    return (line for line in lines if line.stored is None or line.stored.pk not in having)


def _unpreceded(
    session: Session,
    ledger: Ledger,
    rule: RecordRule,
    lines: Sequence[Line],
    by_sheet: Mapping[str, Sequence[Line]],
) -> Iterator[Line]:
    """Lines for which no earlier entry is on record or in the same file."""
    assert rule.earlier is not None
    of = by_code(rule.earlier.of) if rule.earlier.of else ledger
    assert of is not None, rule.earlier.of
    places = {line.division.pk for line in lines if line.division is not None}
    known: dict[tuple[int, str], list[Known]] = {}
    for each in _known(session, of, places, by_sheet.get(of.sheet_name, ())) if lines else ():
        if each.status in rule.earlier.status:
            known.setdefault((each.division_id, each.name), []).append(each)
    for line in lines:
        name, begun = line.final(ledger.record.name or ""), line.final(labels_of(ledger)["started_on"])
        assert line.division is not None
        if not any(
            of is not ledger or (each.begun and begun and each.begun < begun)
            for each in known.get((line.division.pk, name), ())
        ):
            yield line


def _known(session: Session, of: Ledger, places: set[int], lines: Sequence[Line]) -> Iterator[Known]:
    """The entries of some divisions as they will be when the file is carried out."""
    sheet = sheets.by_slug(of.slug)
    assert sheet is not None, of.slug
    written = [line for line in lines if _is_different(line)]
    superseded = {line.stored.pk for line in written if line.stored is not None}
    held: dict[int, list[Any]] = session.rows(sheet, places)
    for place in places:
        for row in held[place]:
            if row.pk not in superseded:
                yield Known(place, row.name, row.started_on, row.status)
    status = of.record.status
    for line in written:
        ask = asker(of, line)
        yield Known(
            line.division.pk,  # type: ignore[union-attr]
            line.final(of.record.name or "") or "",
            ask("started_on"),
            (ask(status) if status else "") or "",
        )
