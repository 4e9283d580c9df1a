"""Loading the shipped division codes into the tree.

Pseudo-levels of the national codes (市辖区, 省直辖县级行政区划, a city that is its own county) get no node:
their part of the path is 00. Divisions that exist keep their place and name, so a second run changes nothing.
"""

import csv
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from governance.audit.models import EventKind
from governance.audit.services import record
from governance.divisions.codes import COUNTRY_CODE, fold_code
from governance.divisions.models import Division, Level, RetiredCode
from governance.divisions.naming import name_missing
from governance.divisions.paths import WIDTHS, path_length
from governance.divisions.registry import make_communities

DATA = Path(__file__).parent / "data"
_BATCH = 2000
_SHOWN = 10
"""Bad lines named in a message."""
_LONGEST_NAME = 60
_PSEUDO_CITIES = ("市辖区", "县")


class LoadError(ValueError):
    """A file that cannot be loaded; its Chinese text names the line."""


@dataclass
class LoadResult:
    """How many divisions of each level were new."""

    created: dict[str, int] = field(default_factory=dict)
    communities: int = 0

    @property
    def total(self) -> int:
        return sum(self.created.values())


@dataclass
class _Node:
    id: int
    path: str


class _Tree:
    """What is in the database, by code, and the paths taken; new divisions are added level by level."""

    def __init__(self) -> None:
        self.nodes: dict[str, _Node] = {}
        self.taken: set[str] = set()
        self.streets: set[str] = set()
        rows = Division.objects.values_list("pk", "code", "path", "level")
        for pk, code, path, level in rows.iterator():
            self._know(code, _Node(pk, path), level)
            self.taken.add(path)
        # A division that has a new code today is still the one the file means by its old one.
        retired = RetiredCode.objects.values_list("division", "code", "division__path", "division__level")
        for pk, code, path, level in retired:
            if code not in self.nodes:
                self._know(code, _Node(pk, path), level)

    def _know(self, code: str, node: _Node, level: int) -> None:
        self.nodes[code] = node
        if level == Level.STREET:
            self.streets.add(code)

    def _path(self, parent: _Node, level: int, part: str) -> str:
        """The parent's path, 00 for levels without a node, and the part; a taken one moves to 9xx."""
        stem = parent.path.ljust(path_length(level - 1), "0")
        path = stem + part
        width = WIDTHS[level - 1]
        own = 9 * 10 ** (width - 1)
        while path in self.taken:
            path = f"{stem}{own:0{width}d}"
            own += 1
        self.taken.add(path)
        return path

    def add(self, level: Level, rows: Iterable[tuple[str, str, str]]) -> int:
        """Rows of (code, name, parent's code); returns how many were new."""
        new: list[Division] = []
        for code, name, parent_code in rows:
            if code in self.nodes:
                continue
            parent = self.nodes[parent_code]
            part = code[-WIDTHS[level - 1] :] if level else ""
            new.append(
                Division(
                    parent_id=parent.id,
                    path=self._path(parent, level, part),
                    level=level,
                    code=code,
                    name=name,
                )
            )
        for division in Division.objects.bulk_create(new, batch_size=_BATCH):
            self._know(division.code, _Node(division.pk, division.path), level)
        return len(new)


def _read(file: Path) -> Iterator[dict[str, str]]:
    opener = lzma.open if file.suffix == ".xz" else open
    with opener(file, "rt", encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def _is_pseudo_city(name: str) -> bool:
    return name in _PSEUDO_CITIES or name.endswith("直辖县级行政区划")


@transaction.atomic
def load_divisions(*, communities: str | None = None) -> LoadResult:
    """Load everything shipped, or with `communities` the villages of a file or of one province only.

    Raises `LoadError` for a file whose rows do not fit; nothing is saved then.
    """
    result = LoadResult()
    tree = _Tree()
    if COUNTRY_CODE not in tree.nodes:
        root = Division.objects.create(path="", level=Level.COUNTRY, code=COUNTRY_CODE, name="全国")
        tree.nodes[COUNTRY_CODE] = _Node(root.pk, "")
        tree.taken.add("")
    above = _load_upper_levels(tree, result)
    streets = ((r["code"], r["name"], above[r["areaCode"]]) for r in _read(DATA / "streets.csv.xz"))
    result.created["street"] = tree.add(Level.STREET, streets)
    result.created["community"] = tree.add(Level.COMMUNITY, _village_rows(tree, communities))
    name_missing()
    result.communities = make_communities()
    if result.total:
        record(EventKind.IMPORT, detail={"divisions": result.created})
    return result


def _load_upper_levels(tree: _Tree, result: LoadResult) -> dict[str, str]:
    """Provinces, cities, own nodes and counties; returns the code above the streets by county code."""
    provinces = [(r["code"], r["name"], COUNTRY_CODE) for r in _read(DATA / "provinces.csv.xz")]
    result.created["province"] = tree.add(Level.PROVINCE, provinces)
    cities = {r["code"]: r for r in _read(DATA / "cities.csv.xz")}
    nodes = list(_read(DATA / "reporting_nodes.csv"))
    moved = {county: node["code"] for node in nodes for county in node["counties"].split()}
    city_rows = [
        (code, r["name"], r["provinceCode"]) for code, r in cities.items() if not _is_pseudo_city(r["name"])
    ]
    city_rows += [(node["code"], node["name"], node["parent"]) for node in nodes]
    result.created["city"] = tree.add(Level.CITY, city_rows)

    above: dict[str, str] = {}
    county_rows = []
    for row in _read(DATA / "areas.csv.xz"):
        code, city = row["code"], cities[row["cityCode"]]
        parent = moved.get(code) or (
            row["provinceCode"] if _is_pseudo_city(city["name"]) else row["cityCode"]
        )
        if code.endswith("00") or row["name"] == city["name"]:
            above[code] = parent
        else:
            above[code] = code
            county_rows.append((code, row["name"], parent))
    result.created["county"] = tree.add(Level.COUNTY, county_rows)
    return above


def _village_rows(tree: _Tree, communities: str | None) -> list[tuple[str, str, str]]:
    """Code, name and street's code of every community to be loaded; raises `LoadError` with all bad lines."""
    province = communities if communities and communities.isdigit() and len(communities) == 2 else None
    file = DATA / "villages.csv.xz" if communities is None or province else Path(communities)
    if not file.is_file():
        raise LoadError(f"找不到文件 {file}。")
    found: dict[str, tuple[int, str, str, str]] = {}
    faults: list[str] = []
    try:
        for line, row in enumerate(_read(file), start=2):
            code, name, street = (fold_code(row.get(key) or "") for key in ("code", "name", "streetCode"))
            if province and not code.startswith(province):
                continue
            name = (row.get("name") or "").strip()
            fault = _village_fault(tree, code, name, street)
            if not fault and code in found:
                fault = f"社区代码 {code} 与第 {found[code][0]} 行重复"
            if fault:
                faults.append(f"第 {line} 行：{fault}")
            found.setdefault(code, (line, code, name, street))
    except (UnicodeDecodeError, csv.Error, lzma.LZMAError, EOFError) as error:
        raise LoadError(f"{file.name} 无法读取，应为 UTF-8 编码的 CSV 文件（可用 xz 压缩）。") from error
    if faults:
        more = f"；另有 {len(faults) - _SHOWN} 行" if len(faults) > _SHOWN else ""
        raise LoadError(
            f"{file.name} 有 {len(faults)} 行不正确。{'；'.join(faults[:_SHOWN])}{more}。未保存任何数据。"
        )
    if not found:
        raise LoadError(
            f"随软件提供的数据中没有省级代码 {province} 的社区，请用 --communities 指定文件。"
            if province
            else f"{file.name} 中没有数据，首行应为 code,name,streetCode。"
        )
    return [row[1:] for row in found.values()]


def _village_fault(tree: _Tree, code: str, name: str, street: str) -> str:
    """What is wrong with a line, for users; empty when nothing is."""
    if len(code) != 12 or not (code.isascii() and code.isdigit()):
        return f"社区代码应为 12 位数字（{code}）" if code else "缺少社区代码（code 列）"
    if not name or len(name) > _LONGEST_NAME:
        return f"社区名称（name 列）不能为空，且不超过 {_LONGEST_NAME} 字"
    if street not in tree.streets:
        return f"街道代码 {street} 不存在" if street else "缺少街道代码（streetCode 列）"
    return "" if code.startswith(street) else f"社区代码 {code} 不属于街道 {street}"
