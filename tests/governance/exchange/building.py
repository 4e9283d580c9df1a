"""Workbooks written by hand, part by part, so that a test can get any single thing wrong."""

import io
import zipfile
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

HEADER_AND_ROW = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>社区代码</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>社区名称</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>610104001001</t></is></c>'
    '<c r="B2" t="inlineStr"><is><t>红埠街社区</t></is></c></row>'
)


def worksheet(rows: str = HEADER_AND_ROW, *, before: str = "", after: str = "") -> str:
    return (
        f'{DECLARATION}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def parts(*sheets: str, names: tuple[str, ...] = ("社区",), states: tuple[str, ...] = ()) -> dict[str, bytes]:
    """All parts of a correct workbook, to be changed by the test before `pack`."""
    texts = sheets or (worksheet(),)
    states = states or ("visible",) * len(texts)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" state="{state}" r:id="rId{i}"/>'
        for i, (name, state) in enumerate(zip(names, states, strict=True), 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(texts) + 1)
    )
    made = {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="{TYPES}">'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{WORKBOOK_TYPE}"/></Types>',
        "_rels/.rels": f'{DECLARATION}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{DECLARATION}<Relationships xmlns="{RELATIONS}">{targets}'
        f"</Relationships>",
    }
    made |= {f"xl/worksheets/sheet{i}.xml": text for i, text in enumerate(texts, 1)}
    return {name: text.encode() for name, text in made.items()}


def pack(entries: dict[str, bytes], extra: list[tuple[str, bytes]] | None = None) -> bytes:
    """A zip of the entries; `extra` may repeat or misname entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*entries.items(), *(extra or [])]:
            archive.writestr(name, data)
    return target.getvalue()


def book(rows: str = HEADER_AND_ROW, *, before: str = "", after: str = "", name: str = "社区") -> bytes:
    """A workbook of one sheet."""
    return pack(parts(worksheet(rows, before=before, after=after), names=(name,)))
