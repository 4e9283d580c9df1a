"""From bytes to rows of typed cells; runs in the child.

A line of output is either an object (``{"sheet": …}`` opens a sheet) or a list of rows, each row a list that
begins with Excel's row number: ``[7, "610104…", 12, null, {"d": "2024-06-30"}]``.
"""

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from . import sheet as sheets
from . import xml
from .archive import DAMAGED, Archive
from .limits import Limits, UploadRefused, name_places
from .package import Package, SheetPart, is_xml, open_package
from .sheet import SheetLook
from .sniff import Kind, sniff

ROWS_PER_LINE = 500
_DELIMITERS = ",\t;"
_CSV_ENCODINGS = ("utf-8-sig", "gb18030")
_FORBIDDEN_TEXT = {chr(code) for code in range(32)} - set("\t\n\r\f\v")
_EXACT = 2**53

Line = dict[str, object] | list[list[object]]


def parse(data: bytes, limits: Limits) -> Iterator[Line]:
    """All sheets of an upload, after every check. Raises ``UploadRefused``."""
    if sniff(data, limits) is Kind.CSV:
        yield from _parse_csv(data, limits)
    else:
        yield from _parse_xlsx(data, limits)


def encode(line: Line) -> str:
    return json.dumps(
        line, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_encode_moment
    )


def _encode_moment(value: object) -> dict[str, str]:
    if isinstance(value, dt.datetime):
        return {"m": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    return {"x": str(value)}  # times of day and durations are no values of a ledger


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_encode_moment
)


def _parse_xlsx(data: bytes, limits: Limits) -> Iterator[Line]:
    import python_calamine

    archive = Archive(data, limits)
    package = open_package(archive, limits)
    clean, looks = _rebuild(archive, package, limits)
    _refuse_contents(package.sheets, looks)
    sheets.check_area([part.name for part in package.sheets], sum(k.rows * k.columns for k in looks), limits)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(clean)
        for index, (part, look) in enumerate(zip(package.sheets, looks, strict=True)):
            if not part.is_data:
                continue
            grid = workbook.get_sheet_by_index(index)
            sheets.check_area([part.name], grid.total_height * grid.total_width, limits)
            left: list[object] = [None] * (grid.start[1] if grid.start else 0)
            yield {"sheet": part.name, "hidden_rows": look.hidden_rows, "hidden_columns": look.hidden_columns}
            yield from _rows(part.name, (left + _typed(row) for row in grid.iter_rows()), limits)
    except python_calamine.CalamineError as error:
        raise UploadRefused("damaged", DAMAGED) from error


def _rebuild(archive: Archive, package: Package, limits: Limits) -> tuple[io.BytesIO, list[SheetLook]]:
    """A new archive with nothing but the inspected parts.

    The parser reads what was inspected, byte for byte: two zip readers may see two different files in one
    upload. Every other part is still inflated and checked, then dropped.
    """
    target, looks = io.BytesIO(), {}
    names = {sheet.part: f"xl/worksheets/sheet{index}.xml" for index, sheet in enumerate(package.sheets, 1)}
    if package.styles:
        names[package.styles] = "xl/styles.xml"
    if package.strings:
        names[package.strings] = "xl/sharedStrings.xml"
    sheet_names = {sheet.part: sheet.name for sheet in package.sheets}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as clean:
        for name in archive.names:
            if name in sheet_names:
                part = archive.read(name)
                looks[name] = sheets.look(sheet_names[name], name, part, limits)
            elif is_xml(name) or name in names:
                part = archive.read(name)
                xml.check(name, part)
            else:
                part = xml.find_doctype(name, archive.chunks(name))
            if name in names:
                clean.writestr(names[name], part)
        for name, text in _frame(package).items():
            clean.writestr(name, text)
    target.seek(0)
    return target, [looks[sheet.part] for sheet in package.sheets]


def _frame(package: Package) -> dict[str, str]:
    base = "http://schemas.openxmlformats.org"
    kinds = f"{base}/officeDocument/2006/relationships"
    count = len(package.sheets)
    listed = "".join(f'<sheet name="s{i}" sheetId="{i}" r:id="rId{i}"/>' for i in range(1, count + 1))
    targets = [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in range(1, count + 1)]
    if package.styles:
        targets.append(("rIdStyles", "styles", "styles.xml"))
    if package.strings:
        targets.append(("rIdStrings", "sharedStrings", "sharedStrings.xml"))
    relations = "".join(f'<Relationship Id="{i}" Type="{kinds}/{k}" Target="{t}"/>' for i, k, t in targets)
    return {
        "_rels/.rels": f'<Relationships xmlns="{base}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{base}/spreadsheetml/2006/main" xmlns:r="{kinds}">'
        f'<workbookPr date1904="{int(package.date1904)}"/><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{base}/package/2006/relationships">'
        f"{relations}</Relationships>",
    }


_CONTENTS = (
    ("formula", "formulas", "公式（{}）：请选中后复制，再“选择性粘贴—数值”"),
    ("error_value", "errors", "错误值如 #N/A（{}）：请改成正确内容或清空"),
    ("merged", "merged", "合并的单元格（{}）：请取消合并，每格分别填写"),
)


def _refuse_contents(parts: list[SheetPart], looks: list[SheetLook]) -> None:
    """All findings at once, with their addresses; the code is that of the first kind."""
    codes, messages, where = [], [], []
    for code, attribute, text in _CONTENTS:
        places = [
            f"{part.name}!{address}"
            for part, look in zip(parts, looks, strict=True)
            if part.is_data or code == "formula"
            for address in getattr(look, attribute)
        ]
        if places:
            codes.append(code)
            messages.append(text.format(name_places(places)))
            where.extend(places)
    if codes:
        raise UploadRefused(codes[0], f"工作簿含有{'；'.join(messages)}，然后重新上传。", where)


def _typed(row: Sequence[object]) -> list[object]:
    return [
        (int(cell) if cell.is_integer() and abs(cell) < _EXACT else cell)
        if type(cell) is float
        else (None if type(cell) is str and not cell.strip() else cell)
        for cell in row
    ]


def _parse_csv(data: bytes, limits: Limits) -> Iterator[Line]:
    text = _decode(data)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    csv.field_size_limit(limits.csv_cell_chars)
    yield {"sheet": "", "hidden_rows": [], "hidden_columns": []}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from _rows("", ([cell if cell.strip() else None for cell in row] for row in reader), limits)
    except csv.Error as error:
        raise UploadRefused(
            "csv", f"CSV 第 {reader.line_num} 行附近引号不成对或内容过长，请改正或另存为 .xlsx 后重新上传。"
        ) from error


def _decode(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else _CSV_ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _FORBIDDEN_TEXT.isdisjoint(text):
            return text
        break
    raise UploadRefused("not_text", "CSV 文件的编码无法识别，请在 Excel 或 WPS 中另存为 .xlsx 后重新上传。")


def _rows(name: str, rows: Iterable[list[object]], limits: Limits) -> Iterator[Line]:
    """Batches of the non-empty rows, numbered as in Excel."""
    numbered = iter(_numbered(name, rows, limits))
    while batch := list(islice(numbered, ROWS_PER_LINE)):
        yield batch


def _numbered(name: str, rows: Iterable[list[object]], limits: Limits) -> Iterator[list[object]]:
    for number, row in enumerate(rows, 1):
        if number > limits.rows:
            raise UploadRefused(
                "too_many_rows",
                f"数据超过 {limits.rows} 行，请拆成几个文件后分别上传。",
                [name] if name else [],
            )
        if len(row) > limits.columns:
            raise UploadRefused(
                "too_many_columns",
                f"第 {number} 行超过 {limits.columns} 列，请删除多余的列。",
                [f"{name}!{number}" if name else f"第 {number} 行"],
            )
        if row.count(None) < len(row):
            yield [number, *row]
