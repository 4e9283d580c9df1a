"""The workbook inside the archive: which parts are sheets, and what a ledger workbook must not carry."""

import posixpath
from dataclasses import dataclass, field

from . import xml
from .archive import DAMAGED, Archive, nested
from .limits import OWN_SHEETS, Limits, UploadRefused

_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_TYPES = "[Content_Types].xml"
_XML_SUFFIXES = (".xml", ".rels")
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet", "activex", "intlmacrosheet", "dialogsheet")
_MACRO_FOLDERS = ("macrosheets/", "dialogsheets/", "activex/")
_MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
_LINK_FOLDERS = ("externallinks/", "querytables/")
_HARMLESS_EXTERNAL = "hyperlink"
"""A clickable address in a cell is text to us; every other external relationship fetches something."""


Relations = dict[str, tuple[str, str, bool]]


@dataclass(slots=True)
class SheetPart:
    name: str
    part: str
    hidden: bool

    @property
    def is_data(self) -> bool:
        return self.name not in OWN_SHEETS


@dataclass(slots=True)
class Package:
    """The parts of a workbook that may be read on."""

    sheets: list[SheetPart] = field(default_factory=list)
    styles: str | None = None
    strings: str | None = None
    date1904: bool = False


def open_package(archive: Archive, limits: Limits) -> Package:
    """Read the small parts and refuse macros, links to elsewhere, embedded files and hidden sheets not ours.

    Raises ``UploadRefused``: not_workbook, macros, external_link, nested, hidden_sheet, unsupported_sheet,
    damaged.
    """
    _check_content_types(archive)
    _check_names(archive)
    main = _main_part(archive)
    relations = _relations(archive, main)
    package = Package()
    for kind, target, _ in relations.values():
        if kind == "styles":
            package.styles = target
        elif kind == "sharedStrings":
            package.strings = target
    for tag, attributes in xml.elements(main, archive.read(main)):
        if tag == "sheet":
            package.sheets.append(_sheet(attributes, relations, archive))
        elif tag == "workbookPr":
            package.date1904 = attributes.get("date1904") in ("1", "true", "on")
        elif tag == "definedName" and attributes.get("name", "").lower().startswith("_xlnm.auto_"):
            raise _macros([attributes["name"]])
        elif tag == "externalReference":
            raise _external(["工作簿的外部引用"])
    _check_sheets(package.sheets, limits)
    for part in (package.styles, package.strings):
        if part and part not in archive:
            raise UploadRefused("damaged", DAMAGED, [part])
    _check_relations(archive, {sheet.part: sheet.name for sheet in package.sheets})
    return package


def is_xml(name: str) -> bool:
    return name.lower().endswith(_XML_SUFFIXES)


def _macros(where: list[str]) -> UploadRefused:
    return UploadRefused("macros", "工作簿含有宏，请另存为“Excel 工作簿 (*.xlsx)”后重新上传。", where)


def _external(where: list[str]) -> UploadRefused:
    return UploadRefused(
        "external_link",
        f"工作簿链接了其他文件或数据源（{'、'.join(where[:5])}），请在“数据—编辑链接”中断开链接后重新上传。",
        where,
    )


def _check_content_types(archive: Archive) -> None:
    if _TYPES not in archive:
        raise _not_workbook()
    types = [
        (attributes.get("ContentType", "").lower(), attributes.get("PartName", ""))
        for _, attributes in xml.elements(_TYPES, archive.read(_TYPES))
    ]
    if found := [part.lstrip("/") for kind, part in types if any(word in kind for word in _MACRO_TYPES)]:
        raise _macros([part for part in found if part])
    if _MAIN_TYPE not in {kind for kind, _ in types}:
        raise _not_workbook()


def _not_workbook() -> UploadRefused:
    return UploadRefused(
        "not_workbook", "这不是 .xlsx 工作簿，请上传从本系统下载、填写后的工作簿，或另存为 .xlsx 后重新上传。"
    )


def _check_names(archive: Archive) -> None:
    for name in archive.names:
        lower = name.lower()
        if lower.endswith(_MACRO_NAMES) or any(f"/{folder}" in f"/{lower}" for folder in _MACRO_FOLDERS):
            raise _macros([name])
        if any(f"/{folder}" in f"/{lower}" for folder in _LINK_FOLDERS) or lower.endswith("/connections.xml"):
            raise _external([name])
        if "/embeddings/" in f"/{lower}":
            raise nested(name)


def _main_part(archive: Archive) -> str:
    for kind, target, _ in _relations(archive, "").values():
        if kind == "officeDocument" and target in archive:
            return target
    raise UploadRefused("damaged", DAMAGED)


def _relations(archive: Archive, part: str) -> Relations:
    """Relationships of a part: id → (last word of the type, target inside the archive, is external)."""
    folder, base = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{base}.rels")
    if rels not in archive:
        return {}
    found = {}
    for tag, attributes in xml.elements(rels, archive.read(rels)):
        if tag == "Relationship":
            target = attributes.get("Target", "")
            external = attributes.get("TargetMode", "").lower() == "external"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, target, external)
    return found


def _sheet(attributes: dict[str, str], relations: Relations, archive: Archive) -> SheetPart:
    name = attributes.get("name", "")
    key = next((value for tag, value in attributes.items() if xml.local(tag) == "id"), "")
    kind, target, external = relations.get(key, ("", "", False))
    if kind.lower().endswith("macrosheet"):
        raise _macros([name])
    if kind in ("chartsheet", "dialogsheet"):
        raise UploadRefused(
            "unsupported_sheet", f"“{name}”不是数据工作表（图表或对话框），请删除后重新上传。", [name]
        )
    if kind != "worksheet" or external or target not in archive or not name:
        raise UploadRefused("damaged", DAMAGED, [name])
    return SheetPart(name=name, part=target, hidden=attributes.get("state", "visible") != "visible")


def _check_sheets(sheets: list[SheetPart], limits: Limits) -> None:
    if not sheets:
        raise UploadRefused("damaged", DAMAGED)
    if len(sheets) > limits.sheets:
        raise UploadRefused(
            "too_many_sheets", f"工作表超过 {limits.sheets} 张，请删除无关的工作表后重新上传。"
        )
    names, parts = {sheet.name.casefold() for sheet in sheets}, {sheet.part for sheet in sheets}
    if len(names) < len(sheets) or len(parts) < len(sheets):
        raise UploadRefused("damaged", DAMAGED)
    if hidden := [sheet.name for sheet in sheets if sheet.hidden and sheet.is_data]:
        raise UploadRefused(
            "hidden_sheet",
            f"工作表{'、'.join(f'“{n}”' for n in hidden[:5])}被隐藏，请取消隐藏或删除后重新上传。",
            hidden,
        )


def _check_relations(archive: Archive, sheets: dict[str, str]) -> None:
    where = []
    for name in archive.names:
        if not name.endswith(".rels"):
            continue
        folder, base = posixpath.split(name)
        part = posixpath.join(posixpath.dirname(folder), base.removesuffix(".rels"))
        for kind, target, external in _relations(archive, part).values():
            if kind in ("vbaProject", "macrosheet", "xlMacrosheet"):
                raise _macros([target])
            if external and kind != _HARMLESS_EXTERNAL:
                where.append(sheets.get(part, part or target))
    if where:
        raise _external(where)
