"""XML parts: UTF-8, well-formed, and without a document type, whatever the encoding it hides in."""

import codecs
import re
from collections.abc import Iterable
from xml.parsers import expat

from .archive import DAMAGED
from .limits import UploadRefused

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-7", "cp037", "cp500")
_DOCTYPES = tuple({word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in _ENCODINGS})
_LONGEST = max(map(len, _DOCTYPES))
_WIDE = (
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
    codecs.BOM_UTF32_BE,
    b"<\0",
    b"\0<",
    b"\0\0",
    b"\x4c\x6f\xa7\x94",
)
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']*)""")
_ALLOWED = ("utf-8", "utf8", "us-ascii", "ascii")

Element = tuple[str, dict[str, str]]


def dtd(name: str) -> UploadRefused:
    return UploadRefused("dtd", f"文件内部含有文档类型声明（DTD），不予读取。{DAMAGED}", [name])


def check_encoding(name: str, head: bytes) -> None:
    """Refuse anything but UTF-8, so that every later reader sees the same characters as we do."""
    declared = _DECLARED.match(head)
    if head.startswith(_WIDE) or (declared and declared[1].decode("latin-1").lower() not in _ALLOWED):
        raise UploadRefused("encoding", f"文件内部的部件不是 UTF-8 编码。{DAMAGED}", [name])


def find_doctype(name: str, chunks: Iterable[bytes]) -> bytes:
    """Look for a document type in any encoding, also across the edges of the chunks; the joined data."""
    parts, tail = [], b""
    for chunk in chunks:
        window = tail + chunk
        if any(mark in window for mark in _DOCTYPES):
            raise dtd(name)
        parts.append(chunk)
        tail = window[-_LONGEST:]
    return b"".join(parts)


def elements(name: str, data: bytes) -> list[Element]:
    """All start tags of a small part in document order, names without prefix."""
    found: list[Element] = []
    parser = _parser(name, data)
    parser.StartElementHandler = lambda tag, attributes: found.append((local(tag), attributes))
    _parse(name, parser, data)
    return found


def check(name: str, data: bytes) -> None:
    """Well-formed, UTF-8, no document type; no Python code runs per element, so it is fast on large parts."""
    _parse(name, _parser(name, data), data)


def local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _parser(name: str, data: bytes) -> expat.XMLParserType:
    check_encoding(name, data[:1024])
    parser = expat.ParserCreate("utf-8")

    def refuse(*_: object) -> None:
        raise dtd(name)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _parse(name: str, parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UploadRefused("damaged", DAMAGED, [name]) from error
