"""The hostile corpus: every file here is refused with a code, an address where there is one, and no crash."""

import io
import struct
import warnings
import zipfile

import pytest
import xlsxwriter

from governance.exchange.guard import Limits, UploadRefused
from governance.exchange.reader import read_workbook

from .building import HEADER_AND_ROW, OFFICE, RELATIONS, WORKBOOK_TYPE, book, pack, parts, worksheet

LINK = "xl/externalLinks/externalLink1.xml"


def refusal(data: bytes, **limits: int) -> UploadRefused:
    with pytest.raises(UploadRefused) as caught:
        read_workbook(data, Limits(**limits))
    assert caught.value.message and caught.value.message.endswith("。")
    return caught.value


def with_part(name: str, data: bytes, **changed: bytes) -> bytes:
    return pack(parts() | {name: data} | changed)


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def test_the_untouched_workbook_is_read() -> None:
    sheet = read_workbook(pack(parts())).sheets[0]
    assert (sheet.header, sheet.rows) == (["社区代码", "社区名称"], [(2, ["610104001001", "红埠街社区"])])


def test_empty_file() -> None:
    assert refusal(b"").code == "empty"


def test_too_large_file() -> None:
    assert refusal(pack(parts()), file_bytes=100).code == "too_large"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n%...",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"<html><table></table></html>",
        b"\0" * 64,
        b"\x7fELF\x02\x01",
    ],
)
def test_other_content_is_refused_whatever_its_name(data: bytes) -> None:
    assert refusal(data).code == "not_workbook"


def test_a_zip_that_is_no_workbook() -> None:
    assert refusal(pack({"readme.txt": b"hello"})).code == "not_workbook"


def test_a_word_document() -> None:
    entries = parts()
    entries["[Content_Types].xml"] = entries["[Content_Types].xml"].replace(b"spreadsheetml.sheet", b"wordml")
    assert refusal(pack(entries)).code == "not_workbook"


def test_a_cut_off_file() -> None:
    assert refusal(pack(parts())[:-40]).code == "damaged"


def test_a_flipped_bit_in_the_data() -> None:
    entries = parts()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    assert refusal(target.getvalue().replace("红埠街".encode(), "红埠巷".encode())).code == "damaged"


def test_password_protected_workbook() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")
    found = refusal(ole)
    assert found.code == "encrypted" and "密码" in found.message


def test_old_xls() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512).code == "old_format"


def test_encrypted_entry() -> None:
    data = bytearray(pack(parts()))
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert refusal(bytes(data)).code == "encrypted"


def test_zip_bomb_by_ratio() -> None:
    found = refusal(with_part("xl/media/image1.png", b"\0" * (40 * 1024 * 1024)))
    assert found.code == "bomb" and found.where == ("xl/media/image1.png",)


def test_zip_bomb_by_inflated_size() -> None:
    assert (
        refusal(with_part("docProps/x.bin", bytes(range(256)) * 4096), inflated_bytes=500_000).code == "bomb"
    )


def test_size_is_counted_not_believed() -> None:
    """An entry whose headers say it is small is cut at that size and fails its checksum."""
    data = bytearray(with_part("xl/media/image1.png", b"\0" * (40 * 1024 * 1024)))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 100)
    assert refusal(bytes(data)).code in ("damaged", "bomb")


def test_too_many_entries() -> None:
    assert (
        refusal(pack(parts(), [(f"x/{i}.bin", b"") for i in range(50)]), entries=40).code
        == "too_many_entries"
    )


def test_duplicate_entry() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = pack(parts(), [("xl/workbook.xml", b"<workbook/>")])
    assert refusal(data).code == "duplicate_entry"


def test_duplicate_entry_that_differs_in_case_only() -> None:
    assert refusal(pack(parts(), [("XL/Workbook.xml", b"<workbook/>")])).code == "duplicate_entry"


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "xl/../../x", "..\\x", "C:/x", "xl/./x.xml"])
def test_climbing_entry_name(name: str) -> None:
    assert refusal(pack(parts(), [(name, b"x")])).code == "unsafe_entry"


def test_symbolic_link_entry() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(target.getvalue()).code == "unsafe_entry"


@pytest.mark.parametrize(
    "name", ["xl/embeddings/oleObject1.bin", "xl/media/image1.png", "inner.zip", "a/b.xlsx"]
)
def test_nested_archive(name: str) -> None:
    assert refusal(with_part(name, pack({"a": b"b"}))).code == "nested"


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "part",
    ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"],
)
def test_dtd_in_a_part_that_is_read(part: str) -> None:
    entries = parts()
    start = entries[part].index(b"?>") + 2
    entries[part] = entries[part][:start] + DOCTYPE.encode() + entries[part][start:]
    assert refusal(pack(entries)).code == "dtd"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "cp037", "utf-7"])
@pytest.mark.parametrize("part", ["customXml/item1.xml", "docProps/app.xml", "xl/drawings/vml.vml"])
def test_dtd_in_any_encoding_of_any_part(encoding: str, part: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{DOCTYPE}<x>&b;</x>'
    assert refusal(with_part(part, text.encode(encoding))).code in ("dtd", "encoding")


def test_sheet_in_another_encoding() -> None:
    entries = parts()
    text = entries["xl/worksheets/sheet1.xml"].decode().replace("UTF-8", "UTF-16")
    entries["xl/worksheets/sheet1.xml"] = text.encode("utf-16")
    assert refusal(pack(entries)).code == "encoding"


@pytest.mark.parametrize("markup", ["<!-- -->", "<![CDATA[x]]>", "<?x y?>"])
def test_markup_that_could_hide_tags(markup: str) -> None:
    assert refusal(book(HEADER_AND_ROW + markup)).code == "odd_markup"


def test_formula_with_its_address() -> None:
    formula = row(3, '<c r="A3"><v>1</v></c>', '<c r="B3"><f>SUM(A1:A2)</f><v>3</v></c>')
    found = refusal(book(HEADER_AND_ROW + formula))
    assert (found.code, found.where) == ("formula", ("社区!B3",))
    assert "社区!B3" in found.message


def test_shared_and_prefixed_formula() -> None:
    rows = row(3, '<c r="B3"><x:f xmlns:x="urn:x" t="shared" si="0"/><v>3</v></c>')
    assert refusal(book(HEADER_AND_ROW + rows)).where == ("社区!B3",)


def test_formula_written_by_xlsxwriter() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet("网格")
        sheet.write_row(0, 0, ["网格名称", "户数"])
        sheet.write_row(1, 0, ["一", 300])
        sheet.write_formula(2, 1, "=SUM(B2:B2)", None, 300)
    assert refusal(target.getvalue()).where == ("网格!B3",)


def test_all_kinds_of_contents_are_named_together() -> None:
    rows = row(3, '<c r="A3"><f>1+1</f><v>2</v></c>', '<c r="B3" t="e"><v>#N/A</v></c>') + row(
        4, '<c r="A4"><v>2</v></c>'
    )
    found = refusal(book(HEADER_AND_ROW + rows, after='<mergeCells><mergeCell ref="A3:A4"/></mergeCells>'))
    assert set(found.where) == {"社区!A3", "社区!B3", "社区!A3:A4"}
    assert all(word in found.message for word in ("公式", "错误值", "合并"))


def test_merged_data_cells() -> None:
    found = refusal(book(after='<mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>'))
    assert (found.code, found.where) == ("merged", ("社区!A2:B2",))


def test_merge_outside_the_data_is_no_matter() -> None:
    assert read_workbook(book(after='<mergeCells><mergeCell ref="F20:G21"/></mergeCells>')).sheets


@pytest.mark.parametrize(
    "name",
    ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml", "xl/activeX/activeX1.xml", "xl/dialogsheets/a.xml"],
)
def test_macros_by_part(name: str) -> None:
    assert refusal(with_part(name, b"<x/>")).code == "macros"


def test_macro_enabled_content_type() -> None:
    entries = parts()
    kind = WORKBOOK_TYPE.encode()
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    entries["[Content_Types].xml"] = entries["[Content_Types].xml"].replace(kind, macro)
    assert refusal(pack(entries)).code == "macros"


def test_auto_open_name() -> None:
    entries = parts()
    names = b'</sheets><definedNames><definedName name="_xlnm.Auto_Open">x!$A$1</definedName></definedNames>'
    entries["xl/workbook.xml"] = entries["xl/workbook.xml"].replace(b"</sheets>", names)
    assert refusal(pack(entries)).code == "macros"


@pytest.mark.parametrize("name", [LINK, "xl/connections.xml", "xl/queryTables/queryTable1.xml"])
def test_external_link_part(name: str) -> None:
    assert refusal(with_part(name, b"<x/>")).code == "external_link"


def sheet_relation(kind: str) -> bytes:
    return with_part(
        "xl/worksheets/_rels/sheet1.xml.rels",
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/{kind}" '
        f'Target="https://example.org/x" TargetMode="External"/></Relationships>'.encode(),
    )


def test_external_relationship_of_a_sheet() -> None:
    found = refusal(sheet_relation("image"))
    assert (found.code, found.where) == ("external_link", ("社区",))


def test_a_clickable_address_is_everyday_text() -> None:
    assert read_workbook(sheet_relation("hyperlink")).sheets


def test_hidden_sheet() -> None:
    entries = parts(worksheet(), worksheet(), names=("社区", "备份"), states=("visible", "veryHidden"))
    found = refusal(pack(entries))
    assert (found.code, found.where) == ("hidden_sheet", ("备份",))


def test_our_own_hidden_sheet_is_ignored() -> None:
    entries = parts(worksheet(), worksheet(), names=("社区", "_选项"), states=("visible", "hidden"))
    assert [sheet.name for sheet in read_workbook(pack(entries)).sheets] == ["社区"]


def test_chart_sheet() -> None:
    entries = parts()
    rels = entries["xl/_rels/workbook.xml.rels"]
    entries["xl/_rels/workbook.xml.rels"] = rels.replace(b'/worksheet"', b'/chartsheet"')
    assert refusal(pack(entries)).code == "unsupported_sheet"


def test_sheet_target_outside_the_archive() -> None:
    entries = parts()
    rels = entries["xl/_rels/workbook.xml.rels"]
    entries["xl/_rels/workbook.xml.rels"] = rels.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")
    assert refusal(pack(entries)).code == "damaged"


def test_two_far_corner_cells() -> None:
    corner = row(1048576, '<c r="XFD1048576"><v>1</v></c>')
    found = refusal(book(row(1, '<c r="A1"><v>1</v></c>') + corner))
    assert (found.code, found.where) == ("too_many_rows", ("社区!XFD1048576",))


def test_far_column() -> None:
    found = refusal(book(HEADER_AND_ROW + row(3, '<c r="A3"><v>1</v></c>', '<c r="XFD3"><v>1</v></c>')))
    assert (found.code, found.where) == ("too_many_columns", ("社区!XFD3",))


def test_far_cells_without_content_do_not_count() -> None:
    far = row(1048576, '<c r="XFD1048576" s="0"/>')
    assert read_workbook(book(HEADER_AND_ROW + far)).sheets[0].rows[-1][0] == 2


def test_cell_that_contradicts_its_row() -> None:
    assert refusal(book(HEADER_AND_ROW + row(3, '<c r="B1048576"><v>1</v></c>'))).code == "too_many_rows"


def test_far_cells_without_addresses() -> None:
    """Rows and columns may be implied by order; the parsed size is checked as well."""
    rows = row(1, "<c><v>1</v></c>") + row(1048576, "<c><v>1</v></c>")
    assert refusal(book(rows)).code in ("too_many_rows", "too_many_cells", "too_large")


def test_too_many_cells_over_all_sheets() -> None:
    sheets = [worksheet(HEADER_AND_ROW + row(500, '<c r="B500"><v>1</v></c>')) for _ in range(2)]
    entries = parts(*sheets, names=("社区", "网格"))
    assert read_workbook(pack(entries), Limits(area=2000)).sheets
    assert refusal(pack(entries), area=1999).code == "too_many_cells"


def test_one_long_string_in_many_cells() -> None:
    """A small file may ask for a large answer: what the child sends back is counted too."""
    entries = parts()
    cells = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 3000))
    entries["xl/worksheets/sheet1.xml"] = worksheet(cells).encode()
    entries["xl/sharedStrings.xml"] = f"<sst><si><t>{'长' * 30_000}</t></si></sst>".encode()
    strings = (
        f'<Relationship Id="s" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    rels = entries["xl/_rels/workbook.xml.rels"]
    entries["xl/_rels/workbook.xml.rels"] = rels.replace(b"</Relationships>", strings.encode())
    assert refusal(pack(entries), output_bytes=5_000_000).code == "too_large"


def big_book(rows: int = 30_000) -> bytes:
    return book("".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(1, rows)))


def test_memory_of_the_child_is_limited() -> None:
    entries = parts() | {"xl/media/image1.png": bytes(range(256)) * 200_000}
    assert refusal(pack(entries), memory_bytes=90 * 1024 * 1024, ratio=10_000).code == "too_large"


def test_a_child_that_takes_too_long_is_ended() -> None:
    assert refusal(big_book(), seconds=0).code == "too_large"


def test_malformed_sheet_xml() -> None:
    entries = parts()
    entries["xl/worksheets/sheet1.xml"] = entries["xl/worksheets/sheet1.xml"].replace(b"</row>", b"</rov>", 1)
    assert refusal(pack(entries)).code == "damaged"


def test_malformed_other_part() -> None:
    assert refusal(with_part("docProps/app.xml", b"<a><b></a>")).code == "damaged"


@pytest.mark.parametrize("value", ["NaN", "inf", "1e999"])
def test_numbers_that_are_none(value: str) -> None:
    assert refusal(book(HEADER_AND_ROW + row(3, f'<c r="A3"><v>{value}</v></c>'))).code == "damaged"
