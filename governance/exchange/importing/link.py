"""What connects rows of a sheet with an object of their own; `governance.people` fills it with persons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from governance.exchange.importing.lines import Line
    from governance.exchange.importing.session import Session
    from governance.exchange.sheets import Sheet


class Link(Protocol):
    """Rows of several sheets may link to the same object; all sheets with one link share this.

    The engine calls `match` for each sheet, `join` once when all sheets are matched, and inside the
    transaction `save` once before the rows are written and `spread` once afterwards.
    """

    field: str
    """Name of the foreign key of the rows."""

    def match(self, session: Session, sheet: Sheet, lines: Sequence[Line]) -> None:
        """Set `line.stored` of lines without a valid `_id`."""

    def join(self, session: Session, lines: Sequence[Line]) -> None:
        """Decide which lines are about the same object, and bring their values together."""

    def save(self, session: Session, lines: Sequence[Line]) -> None:
        """Write the objects and set them on `line.row`."""

    def spread(self, session: Session, lines: Sequence[Line]) -> list[Any]:
        """Note changed objects at their other rows, those not in the file; returns events."""

    def remember(self, lines: Sequence[Line]) -> dict[str, Any]:
        """What the objects are before `save`, JSON-ready (it is sealed): for `take_back`."""

    def note(self, memory: dict[str, Any], lines: Sequence[Line]) -> None:
        """Add to what `remember` gave what the objects are afterwards."""

    def take_back(self, memory: dict[str, Any]) -> dict[int, dict[str, tuple[Any, Any]]]:
        """Give the objects their old values back: pk → attribute → (now, old). Call it in a transaction.

        Raises `StalePlan` when one of them was changed since.
        """
