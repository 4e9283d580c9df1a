"""Themes of the measure catalogue: the middle part of a measure's code says what it is about.

The parts are the same in every document (`LH-SIZE-01`, `RS-SIZE-01`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """A heading under which results are shown; `parts` are the middle parts of the codes it holds."""

    slug: str
    label: str
    parts: frozenset[str]


THEMES: tuple[Theme, ...] = (
    Theme("size", "规模与边界", frozenset({"SIZE", "BND", "EST", "ADJ", "TYPE"})),
    Theme("facilities", "服务设施", frozenset({"FAC", "EMB", "SMART", "INFO", "SVC"})),
    Theme("cadres", "组织与队伍", frozenset({"CAD", "PTY", "SUP", "ORG", "TRN", "PAY", "SW", "ELEC", "COM"})),
    Theme("grids", "网格", frozenset({"GRID"})),
    Theme("property", "物业与环境", frozenset({"PROP", "ENV"})),
    Theme("funds", "经费与减负", frozenset({"FUND", "BURD", "PUR"})),
    Theme("society", "志愿者与社会组织", frozenset({"VOL", "SOC", "UNIT", "DEL"})),
    Theme("affairs", "规约、公开与考核", frozenset({"COV", "DISC", "LIST", "ASM", "DEMO", "LEAD"})),
    Theme("culture", "文化与法治", frozenset({"VAL", "LAW"})),
)
OTHER = Theme("other", "其他", frozenset())


def theme_of(code: str) -> Theme:
    """The theme of a measure code; 其他 for a part that no theme names."""
    parts = code.split("-")
    part = parts[1] if len(parts) > 1 else ""
    return next((theme for theme in THEMES if part in theme.parts), OTHER)
