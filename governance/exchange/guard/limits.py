"""How much an uploaded file may ask of us, and the one error that refuses it."""

from dataclasses import dataclass

MIB = 1024 * 1024

GUIDE_SHEET = "填写说明"
CHOICES_SHEET = "_选项"
OWN_SHEETS = frozenset({GUIDE_SHEET, CHOICES_SHEET})
"""Sheets our own writer adds: never read as data, and allowed to be hidden."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one uploaded file. Sizes are bytes, times are seconds.

    The defaults let a whole province through (20,000 communities with their grids and members in one file)
    and stop well before a web process or a worker would notice.
    """

    file_bytes: int = 20 * MIB
    entries: int = 1_000
    inflated_bytes: int = 256 * MIB
    ratio: int = 200
    ratio_from_bytes: int = 1 * MIB
    sheets: int = 60
    rows: int = 200_000
    columns: int = 200
    area: int = 5_000_000
    """Rows × columns of the filled rectangles of all sheets together: the parser allocates all of it."""
    csv_cell_chars: int = 200_000
    output_bytes: int = 256 * MIB
    """What the child may send back: one long shared string can stand in every cell of a small file."""
    memory_bytes: int = 1536 * MIB
    cpu_seconds: int = 40
    seconds: int = 90


class UploadRefused(Exception):
    """The file as a whole is not accepted; nothing of it was read.

    ``code`` is stable and for programs, ``message`` is Chinese and says what to do, ``where`` lists addresses
    such as ``网格!B7``, sheet names or names of parts (``MAX_ADDRESSES`` at most, the message has the count).
    """

    MAX_ADDRESSES = 20

    def __init__(self, code: str, message: str, where: tuple[str, ...] | list[str] = ()) -> None:
        super().__init__(code, message, tuple(where))
        self.code = code
        self.message = message
        self.where = tuple(where)[: self.MAX_ADDRESSES]

    def __str__(self) -> str:
        return self.message

    @property
    def untold(self) -> list[str]:
        """The addresses that the message does not name already."""
        return [place for place in self.where if place not in self.message]

    def as_dict(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message, "where": list(self.where)}


def name_places(places: list[str], shown: int = 5) -> str:
    """``社区!B3、社区!B4 等 12 处`` for a message."""
    text = "、".join(places[:shown])
    return text if len(places) <= shown else f"{text} 等 {len(places)} 处"
