"""What a file is, by its content; its name is never asked."""

from enum import StrEnum

from .limits import MIB, Limits, UploadRefused

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVE_MAGICS = (
    ZIP_MAGIC,
    b"PK\x05\x06",
    OLE_MAGIC,
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
)
"""First bytes of what must not lie inside a workbook: another archive or an old Office file."""

_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_BOM16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes(set(range(32)) - {0x09, 0x0A, 0x0C, 0x0D})


class Kind(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


def sniff(data: bytes, limits: Limits) -> Kind:
    """The kind of an upload, or ``UploadRefused`` (empty, too_large, encrypted, old_format, not_workbook)."""
    if not data:
        raise UploadRefused("empty", "文件是空的，请重新选择文件。")
    if len(data) > limits.file_bytes:
        raise UploadRefused(
            "too_large",
            f"文件超过 {limits.file_bytes // MIB} MB，请按街道或工作表拆成几个文件后分别上传。",
        )
    if data.startswith(ZIP_MAGIC):
        return Kind.XLSX
    if data.startswith(OLE_MAGIC):
        if _ENCRYPTED_STREAM in data:
            raise UploadRefused("encrypted", "文件设置了打开密码，请在 Excel 或 WPS 中取消密码后重新上传。")
        raise UploadRefused("old_format", "这是旧版 Office 文件（.xls、.et 等），请另存为 .xlsx 后重新上传。")
    if _looks_like_text(data):
        return Kind.CSV
    raise UploadRefused("not_workbook", "这不是 .xlsx 或 .csv 文件，请上传从本系统下载、填写后的工作簿。")


def _looks_like_text(data: bytes) -> bool:
    head = data[:65536]
    if data.startswith(_BOM16):
        return True
    if head.translate(None, _CONTROL) != head:
        return False
    return not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"%PDF", b"{\\rtf"))
