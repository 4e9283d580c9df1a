"""What an attached file is, by its content; its name is never asked."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

MIB = 1024 * 1024
MOST_BYTES = 20 * MIB
_MOST_ENTRIES = 5_000
_MOST_INFLATED = 512 * MIB
_TYPES_PART = "[Content_Types].xml"


class FileRefused(ValueError):
    """The file is not taken; the text (Chinese) says why and what to do."""


@dataclass(frozen=True)
class FileType:
    """A kind of file that may be attached."""

    name: str
    suffixes: tuple[str, ...]
    content_type: str


PDF = FileType("PDF", (".pdf",), "application/pdf")
JPEG = FileType("JPG", (".jpg", ".jpeg"), "image/jpeg")
PNG = FileType("PNG", (".png",), "image/png")
XLSX = FileType("XLSX", (".xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
DOCX = FileType("DOCX", (".docx",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
ACCEPTED = (PDF, JPEG, PNG, XLSX, DOCX)
NAMES = "、".join(each.name for each in ACCEPTED)
_OTHER = FileRefused(f"只能上传 {NAMES} 文件；这个文件的内容不是其中任何一种，请另存为 PDF 后再上传。")


def file_type(content: bytes) -> FileType:
    """The type of a file; raises `FileRefused` for any other, a damaged, encrypted or too large one."""
    if not content:
        raise FileRefused("文件是空的，请重新选择。")
    if len(content) > MOST_BYTES:
        raise FileRefused(f"文件超过 {MOST_BYTES // MIB} MB，请压缩或分成几个文件。")
    if content.startswith(b"%PDF-"):
        # Writers may leave a few bytes behind the end mark.
        return _whole(PDF, b"%%EOF" in content[-2048:])
    if content.startswith(b"\xff\xd8\xff"):
        return _whole(JPEG, b"\xff\xd9" in content[3:])
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _whole(PNG, content[12:16] == b"IHDR" and b"IEND" in content[-64:])
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    raise FileRefused(str(_OTHER))


def _whole(found: FileType, is_whole: bool) -> FileType:
    if not is_whole:
        raise FileRefused(f"这个 {found.name} 文件不完整，请重新保存后再上传。")
    return found


def _office(content: bytes) -> FileType:
    """An Office file without macros, judged by its list of parts; nothing but the list of types is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if len(parts) > _MOST_ENTRIES or sum(part.file_size for part in parts) > _MOST_INFLATED:
                raise FileRefused("这个 Office 文件展开后过大，请另存为 PDF 后再上传。")
            if any(part.flag_bits & 1 for part in parts):
                raise FileRefused("文件设置了打开密码，请取消密码后重新上传。")
            if _TYPES_PART not in names:
                raise FileRefused(str(_OTHER))
            with archive.open(_TYPES_PART) as stream:
                types = stream.read(MIB)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise FileRefused("文件已损坏，请重新保存后再上传。") from error
    if b"macroEnabled" in types or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("文件含有宏，请另存为不含宏的 .xlsx、.docx 或 PDF 后再上传。")
    if "xl/workbook.xml" in names:
        return XLSX
    if "word/document.xml" in names:
        return DOCX
    raise FileRefused(str(_OTHER))
