"""An adjustment with everything it is about: sources, successors, rows and where each goes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Subquery

from communities.adjustments.rows import Row, rows_of
from communities.boundaries.checks import Outline
from communities.boundaries.geojson import as_shape
from communities.models import (
    Adjustment,
    AdjustmentKind,
    AdjustmentSource,
    Assignment,
    Community,
    CommunityBoundary,
    Successor,
)
from communities.transfers import COMMUNITY
from governance.divisions.models import Division
from governance.divisions.transfers import Transfer, whole_by_kind


@dataclass
class Plan:
    """Read in four statements, whatever its size."""

    adjustment: Adjustment
    sources: list[AdjustmentSource]
    successors: list[Successor]
    communities: dict[int, Community]
    """By id of the division."""
    rows: list[Row]
    outlines: list[Outline] = field(default_factory=list)
    """Boundaries in force of the communities of a merger, as far as they are drawn."""
    assigned: dict[tuple[str, int], int | None] = field(default_factory=dict)
    """Id of the successor by kind and id of a row."""

    @property
    def divisions(self) -> list[Division]:
        return [each.division for each in self.sources]

    @cached_property
    def by_successor(self) -> dict[int, Successor]:
        return {each.pk: each for each in self.successors}

    def successor_of(self, row: Row) -> Successor | None:
        return self.by_successor.get(self.assigned.get((row.kind, row.pk)) or 0)

    @cached_property
    def unassigned(self) -> list[Row]:
        return [row for row in self.rows if self.successor_of(row) is None]

    @cached_property
    def unassigned_by_kind(self) -> Counter[str]:
        return Counter(row.kind for row in self.unassigned)

    def rows_of(self, successor: Successor) -> list[Row]:
        return [row for row in self.rows if self.successor_of(row) is successor]

    def moves(self, row: Row) -> bool:
        """Whether the row changes its community: one that stays with a community that goes on does not."""
        successor = self.successor_of(row)
        return successor is not None and successor.continues_id != row.division_id

    def total(self, name: str) -> int | None:
        """A figure of all sources together; None where none of them has it."""
        known = [value for each in self.communities.values() if (value := getattr(each, name)) is not None]
        return sum(known) if known else None

    def lacking(self, name: str) -> list[Division]:
        """The sources without a figure that others have."""
        if self.total(name) is None:
            return []
        return [each for each in self.divisions if getattr(self.communities[each.pk], name) is None]

    def meetings(self) -> list[tuple[Successor, Row]]:
        """Rows that meet one of the same key in their successor, and cannot be told apart by a new name."""
        return [(successor, row) for successor, row in self._twins() if not row.transfer.renamed]

    def renamings(self) -> list[tuple[Successor, Row]]:
        """Rows that get another name or number because another row has it."""
        return [(successor, row) for successor, row in self._twins() if row.transfer.renamed]

    def _twins(self) -> list[tuple[Successor, Row]]:
        found = []
        for successor in self.successors:
            seen: set[tuple[str, str]] = set()
            for row in in_order(self.rows_of(successor), successor):
                key = (row.kind, row.key)
                if key in seen:
                    found.append((successor, row))
                seen.add(key)
        return found

    def parts(self) -> list[tuple[Transfer, int, int]]:
        """Every registry with how many rows it has here and how many of them are unassigned."""
        counts = Counter(row.kind for row in self.rows)
        return [
            (transfer, counts[kind], self.unassigned_by_kind[kind])
            for kind, transfer in whole_by_kind().items()
        ]


def in_order(rows: list[Row], successor: Successor) -> list[Row]:
    """What stays keeps its name: rows that are in the successor already come first."""
    return sorted(rows, key=lambda row: row.division_id != successor.continues_id)


def read(adjustment: Adjustment) -> Plan:
    """The plan as it stands."""
    current = CommunityBoundary.objects.current().filter(division=OuterRef("division_id"))  # type: ignore[attr-defined]
    sources: list[Any] = list(
        adjustment.sources.select_related("division__community").annotate(
            geometry=Subquery(current.values("geometry")[:1])
        )
    )
    ids = [each.division_id for each in sources]
    successors = list(adjustment.successors.select_related("continues", "division"))
    communities: dict[int, Community] = {each.division_id: each.division.community for each in sources}  # type: ignore[attr-defined]
    assigned: Any = Assignment.objects.filter(adjustment=adjustment)
    return Plan(
        adjustment,
        sources,
        successors,
        communities,
        rows_of(ids, adjustment.effective_on),
        _outlines(sources) if adjustment.kind == AdjustmentKind.MERGE else [],
        {(kind, pk): to for kind, pk, to in assigned.values_list("object_type", "object_id", "successor_id")},
    )


def _outlines(sources: list[Any]) -> list[Outline]:
    return [
        Outline(each.division.code, each.division.name, as_shape(each.geometry))
        for each in sources
        if each.geometry is not None
    ]


def figure_names() -> tuple[str, ...]:
    return COMMUNITY.figures
