"""What is read from good files: typed cells, Excel's row numbers, notices, and the encodings of CSV."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from governance.exchange import reader
from governance.exchange.guard import Kind, UploadRefused
from governance.exchange.reader import RawSheet, read_workbook

from .building import HEADER_AND_ROW, book, pack, parts, worksheet


def xlsx(rows: list[list[object]], *, name: str = "社区", **options: object) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "yyyy/m/d", **options}) as workbook:
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write(number, column, cell)
    return target.getvalue()


def only(data: bytes) -> RawSheet:
    return read_workbook(data).sheets[0]


def test_cells_keep_their_type() -> None:
    header = ["代码", "身份证号", "户数", "面积", "日期", "是否", "空"]
    row = ["610104001001", 610104198001011234, 300, 128.4, dt.date(2024, 6, 30), True, None]
    sheet = only(
        xlsx([header, row, ["x", "610104198001011234", 0, 0.3, dt.datetime(2024, 6, 30, 8, 30), False]])
    )
    assert sheet.rows[0] == (
        2,
        ["610104001001", 610104198001011200.0, 300, 128.4, dt.date(2024, 6, 30), True, None],
    )
    assert isinstance(sheet.rows[0][1][1], float) and type(sheet.rows[0][1][2]) is int
    assert sheet.rows[1][1][1] == "610104198001011234"
    assert sheet.rows[1][1][4] == dt.datetime(2024, 6, 30, 8, 30)
    assert sheet.rows[1][1][5] is False


@pytest.mark.parametrize("number_format", [14, 31, 57, 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@"])
def test_date_formats_of_chinese_excel(number_format: object) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_string(0, 0, "日期")
        sheet.write_number(1, 0, 45473, workbook.add_format({"num_format": number_format}))
    assert only(target.getvalue()).rows == [(2, [dt.date(2024, 6, 30)])]


def test_dates_of_the_1904_system() -> None:
    assert only(xlsx([["日期"], [dt.date(2024, 6, 30)]], date_1904=True)).rows == [
        (2, [dt.date(2024, 6, 30)])
    ]


def test_rows_keep_excels_numbers_and_blank_rows_are_left_out() -> None:
    sheet = only(xlsx([["名称", "户数"], ["甲", 1], [], ["  ", "　"], ["乙", None]]))
    assert sheet.rows == [(2, ["甲", 1]), (5, ["乙", None])]


def test_a_table_that_begins_in_column_b() -> None:
    sheet = only(xlsx([[None, "名称"], [None, "甲"]]))
    assert (sheet.header, sheet.rows) == (["", "名称"], [(2, [None, "甲"])])


def test_text_is_never_interpreted() -> None:
    texts = [
        "=1+1",
        "+86",
        "-5",
        "@x",
        "0123",
        "1e5",
        "TRUE",
        "_x0041_",
        "a\nb",
        " 前后 ",
        '"引号"',
        "<b>&amp;",
    ]
    assert [cells[0] for _, cells in only(xlsx([["名称"], *[[text] for text in texts]])).rows] == texts


def test_stars_and_line_breaks_in_the_header_are_dropped() -> None:
    assert only(xlsx([["*社区代码", "社区\n名称 "], ["1", "2"]])).header == ["社区代码", "社区名称"]


def test_hidden_rows_and_columns_are_read_and_named() -> None:
    rows = "".join(
        f'<row r="{i}" {"hidden=" + chr(34) + "1" + chr(34) if i in (3, 4, 6, 99) else ""}>'
        f'<c r="A{i}"><v>{i}</v></c><c r="B{i}"><v>1</v></c><c r="C{i}"><v>1</v></c></row>'
        for i in range(3, 8)
    )
    titles = "".join(
        f'<c r="{c}1" t="inlineStr"><is><t>{t}</t></is></c>'
        for c, t in zip("ABC", ("甲", "乙", "_id"), strict=True)
    )
    sheet = only(
        book(f'<row r="1">{titles}</row>{rows}', before='<cols><col min="2" max="3" hidden="1"/></cols>')
    )
    assert [number for number, _ in sheet.rows] == [3, 4, 5, 6, 7]
    assert [(notice.code, notice.where) for notice in sheet.notices] == [
        ("hidden_rows", "社区!3"),
        ("hidden_columns", "社区"),
    ]
    assert "第 3–4、6 行" in sheet.notices[0].message and "3 个" in sheet.notices[0].message
    assert "（乙）" in sheet.notices[1].message


def test_our_guide_and_empty_sheets_are_left_out() -> None:
    entries = parts(worksheet(), worksheet(), worksheet(""), names=("填写说明", "社区", "Sheet3"))
    assert [sheet.name for sheet in read_workbook(pack(entries)).sheets] == ["社区"]


def test_workbook_of_openpyxl_and_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "台账.zip.exe"
    workbook = openpyxl.Workbook()
    workbook.active.title = "网格"
    workbook.active.append(["名称", "日期", "面积"])
    workbook.active.append(["甲", dt.date(2024, 6, 30), 12.34])
    workbook.save(path)
    read = read_workbook(path)
    assert (read.kind, read.sheets[0].name) == (Kind.XLSX, "网格")
    assert read.sheets[0].rows == [(2, ["甲", dt.date(2024, 6, 30), 12.34])]
    with path.open("rb") as stream:
        assert read_workbook(stream).sheets[0].rows == read.sheets[0].rows


def test_prefixed_names_are_read_alike() -> None:
    plain = worksheet(HEADER_AND_ROW)
    prefixed = (
        plain.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    )
    assert only(pack(parts(prefixed))).rows == only(pack(parts(plain))).rows


def test_a_row_without_height_is_hidden_too() -> None:
    flat = '<row r="2" ht="0" customHeight="1"><c r="A2"><v>1</v></c></row>'
    title = '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row>'
    assert [notice.where for notice in only(book(title + flat)).notices] == ["社区!2"]


def test_first_row_must_be_the_header() -> None:
    with pytest.raises(UploadRefused) as caught:
        only(xlsx([[], ["名称"], ["甲"]]))
    assert (caught.value.code, caught.value.where) == ("no_header", ("社区!1",))


def test_data_under_no_header() -> None:
    with pytest.raises(UploadRefused) as caught:
        only(xlsx([["名称"], ["甲", None, "备注"]]))
    assert (caught.value.code, caught.value.where) == ("no_header", ("社区!C2",))


def test_places_in_a_csv_have_no_sheet() -> None:
    with pytest.raises(UploadRefused) as caught:
        only("名称,\n甲,,备注\n".encode())
    assert (caught.value.where, caught.value.untold) == (("C2",), [])


def test_repeated_column() -> None:
    with pytest.raises(UploadRefused) as caught:
        only(xlsx([["名称", "户数", "名称"], ["甲", 1, "乙"]]))
    assert (caught.value.code, caught.value.where) == ("repeated_column", ("社区!A1", "社区!C1"))


def test_nothing_to_read() -> None:
    with pytest.raises(UploadRefused) as caught:
        only(xlsx([]))
    assert caught.value.code == "no_data"
    assert caught.value.as_dict()["message"] == str(caught.value)


CSV = '社区代码,社区名称,户数\r\n610104001001,红埠街社区,300\r\n,,\r\n610104001002,"雷,开\n门",0\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_encodings(encoding: str) -> None:
    read = read_workbook(CSV.encode(encoding))
    assert read.kind is Kind.CSV and read.sheets[0].header == ["社区代码", "社区名称", "户数"]
    assert read.sheets[0].rows == [
        (2, ["610104001001", "红埠街社区", "300"]),
        (4, ["610104001002", "雷,开\n门", "0"]),
    ]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_csv_delimiters(delimiter: str) -> None:
    assert only(f"名称{delimiter}户数\n甲{delimiter}1\n".encode()).rows == [(2, ["甲", "1"])]


def test_rare_characters_in_gb18030() -> None:
    assert only("姓名\n𠮷㙍\n".encode("gb18030")).rows == [(2, ["𠮷㙍"])]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ('名称\n"甲\n乙\n'.encode(), "csv"),
        ("名称\n".encode() + b"\xff\xff\xff\n", "not_text"),
        ("名称\n甲\n".encode() * 40_000 + b"\0\x01\n", "not_text"),
        (("名,称\n" + "甲,乙\n" * 200_000).encode(), "too_many_rows"),
        (("甲," * 300 + "\n").encode(), "too_many_columns"),
    ],
)
def test_csv_that_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UploadRefused) as caught:
        only(data)
    assert caught.value.code == code


def test_a_reader_that_cannot_start_is_our_fault_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reader, "_CHILD", Path("no-such-file.py"))
    with pytest.raises(UploadRefused) as caught:
        only(book())
    assert caught.value.code == "unavailable" and "no-such-file.py" in caplog.text
