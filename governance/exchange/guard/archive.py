"""The container: a zip whose entries are counted while they are inflated, never believed by their headers."""

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator

from .limits import MIB, Limits, UploadRefused
from .sniff import ARCHIVE_MAGICS

CHUNK = 256 * 1024
_ENCRYPTED_FLAG = 0x1
_SYMLINK = 0o120000
_NESTED_SUFFIXES = (".zip", ".xlsx", ".xlsm", ".xls", ".xlsb", ".docx", ".doc", ".rar", ".7z", ".gz", ".exe")

DAMAGED = "文件已损坏，无法打开。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


class Archive:
    """An inspected zip. Names are unique without regard to case, stay inside, and hold no encrypted entry."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.limits = limits
        self.inflated = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError) as error:
            raise UploadRefused("damaged", DAMAGED) from error
        if len(infos) > limits.entries:
            raise UploadRefused(
                "too_many_entries", "文件内部的部件过多，请新建工作簿，只粘贴数据后重新上传。"
            )
        self.infos: dict[str, zipfile.ZipInfo] = {}
        seen: set[str] = set()
        for info in infos:
            _check_entry(info)
            folded = unicodedata.normalize("NFC", info.filename).casefold()
            if folded in seen:
                raise UploadRefused("duplicate_entry", f"文件内部有重名的部件。{DAMAGED}", [info.filename])
            seen.add(folded)
            if not info.is_dir():
                self.infos[info.filename] = info

    def __contains__(self, name: str) -> bool:
        return name in self.infos

    @property
    def names(self) -> list[str]:
        return list(self.infos)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Inflate one entry piece by piece.

        Raises ``UploadRefused``: bomb (size or ratio), nested (an archive inside), damaged (checksum).
        """
        info, size = self.infos[name], 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    if not size and chunk.startswith(ARCHIVE_MAGICS):
                        raise nested(name)
                    size += len(chunk)
                    self._count(info, size, len(chunk))
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
            raise UploadRefused("damaged", DAMAGED, [name]) from error

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))

    def _count(self, info: zipfile.ZipInfo, size: int, added: int) -> None:
        self.inflated += added
        if self.inflated > self.limits.inflated_bytes:
            raise UploadRefused(
                "bomb", f"文件解压后超过 {self.limits.inflated_bytes // MIB} MB，请拆成几个文件后分别上传。"
            )
        if size > self.limits.ratio_from_bytes and size > self.limits.ratio * max(info.compress_size, 1):
            raise UploadRefused(
                "bomb", "文件的压缩比异常，请新建工作簿，只粘贴数据后重新上传。", [info.filename]
            )


def nested(name: str) -> UploadRefused:
    return UploadRefused("nested", "工作簿内嵌了其他文件（对象或附件），请删除后重新上传。", [name])


def _check_entry(info: zipfile.ZipInfo) -> None:
    # orig_filename still has what zipfile cuts off at a NUL or rewrites.
    name = info.orig_filename
    climbs = (
        not name
        or name.startswith("/")
        or "\\" in name
        or "\0" in name
        or ":" in name
        or any(part in ("..", ".") for part in name.split("/"))
        or (info.external_attr >> 16) & 0o170000 == _SYMLINK
    )
    if climbs:
        raise UploadRefused("unsafe_entry", f"文件内部的部件名称不安全。{DAMAGED}", [name.replace("\0", "")])
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise UploadRefused("encrypted", "文件经过加密，请取消密码后重新上传。", [name])
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UploadRefused("damaged", DAMAGED, [name])
    if name.lower().endswith(_NESTED_SUFFIXES):
        raise nested(name)
