"""Sections of the half-year report, filled by the apps; a part is a heading of the first level."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from governance.reports.context import ReportContext
from governance.reports.document.model import Block


class Part(IntEnum):
    """The report's parts in order."""

    BASICS = 1
    PROGRESS = 2
    STANDARDS = 3
    UNITS = 4
    PROBLEMS = 5
    NEXT_STEPS = 6

    @property
    def heading(self) -> str:
        return {
            Part.BASICS: "基本情况",
            Part.PROGRESS: "主要工作进展",
            Part.STANDARDS: "标准落实和目标完成情况",
            Part.UNITS: "各单位情况",
            Part.PROBLEMS: "存在的主要问题",
            Part.NEXT_STEPS: "下一步工作",
        }[self]


@dataclass(frozen=True)
class Section:
    """`build` gives the blocks of a section; `heading` is of the second level, "" for none."""

    part: Part
    order: int
    heading: str
    build: Callable[[ReportContext], list[Block]]


_sections: list[Section] = []


def register(section: Section) -> Section:
    _sections.append(section)
    return section


def sections(part: Part) -> list[Section]:
    return sorted((section for section in _sections if section.part == part), key=lambda item: item.order)
