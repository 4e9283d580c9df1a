"""Font files by role: which file is used, whether it is what the standard asks for, what it can print.

Looked for in FONT_DIR (setting, else environment, else DATA_DIR/fonts). A file counts only when its SHA-256
is known (`typefaces.KNOWN_FILES`) or written in FONT_DIR/fonts.json, which `bin/fetch-fonts` keeps. What is
missing is replaced by the bundled Noto family from PyPI and declared as a substitute; nothing aborts.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from .typefaces import KNOWN_FILES, MANIFEST, ROLES, Role

PROJECT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Face:
    """One font file in one role; `substitute` says that it is not the typeface asked for."""

    role: Role
    path: Path
    sha256: str
    name: str
    substitute: bool
    reason: str = ""

    @property
    def url(self) -> str:
        """Private address under which the renderer may load it; it carries the hash."""
        return f"font:///{self.role.key}-{self.sha256[:16]}"


@dataclass(frozen=True, slots=True)
class FontSet:
    """The faces of a rendering, one per role."""

    faces: tuple[Face, ...]

    def __getitem__(self, key: str) -> Face:
        return next(face for face in self.faces if face.role.key == key)

    @property
    def substitutes(self) -> tuple[Face, ...]:
        """Roles played by something else, the fallback for rare characters aside."""
        return tuple(face for face in self.faces if face.substitute)

    def common(self) -> frozenset[int]:
        """Code points that every text face has; all others are set in the fallback family."""
        return frozenset.intersection(*(coverage(f.path, f.sha256) for f in self.faces if f.role.names))

    def printable(self) -> frozenset[int]:
        """Code points that some face can print in every role."""
        serif, sans = self["rare_serif"], self["rare_sans"]
        return self.common() | (coverage(serif.path, serif.sha256) & coverage(sans.path, sans.sha256))

    def uncovered(self, text: str) -> str:
        """Characters of `text` that no face can print, each once."""
        printable = self.printable()
        return "".join(sorted({c for c in text if ord(c) not in printable and not c.isspace()}))


def font_dir() -> Path:
    """FONT_DIR from Django's settings when they are set up, else from the environment."""
    from django.conf import settings

    if settings.configured or os.environ.get("DJANGO_SETTINGS_MODULE"):
        configured = getattr(settings, "FONT_DIR", None)
        if configured:
            return Path(configured)
    data = Path(os.environ.get("DATA_DIR", PROJECT / "var"))
    return Path(os.environ.get("FONT_DIR", data / "fonts"))


def resolve(directory: Path | None = None) -> FontSet:
    """The faces to use now. Raises nothing for missing or damaged files: they are replaced and declared."""
    folder = directory or font_dir()
    manifest = _manifest(folder)
    return FontSet(tuple(_face(role, folder, manifest) for role in ROLES))


def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _face(role: Role, folder: Path, manifest: dict[str, dict[str, str]]) -> Face:
    file = manifest.get("roles", {}).get(role.key) or role.file
    reason = ""
    if file:
        # A bare name only: the manifest must not lead out of the folder.
        path = folder / Path(file).name
        allowed = {manifest.get("files", {}).get(path.name), KNOWN_FILES.get(path.name)} - {None}
        if not path.is_file():
            reason = f"字库目录中没有 {path.name}"
        elif (digest := sha256_of(path, path.stat().st_mtime_ns)) not in allowed:
            reason = f"{path.name} 的校验值不符"
        else:
            name = font_name(path, digest)
            return Face(role, path, digest, name, not is_asked_for(role, name))
    path = pylopdf_fonts_zh_cn.sans_path() if role.fallback == "sans" else pylopdf_fonts_zh_cn.serif_path()
    digest = sha256_of(path, path.stat().st_mtime_ns)
    # The rare-character roles are meant to be Noto.
    return Face(role, path, digest, font_name(path, digest), bool(role.names), reason)


def is_asked_for(role: Role, name: str) -> bool:
    """Whether a font of this real name is the typeface the standard asks for in this role."""
    return not role.names or any(part in name.lower() for part in role.names)


@lru_cache(maxsize=32)
def sha256_of(path: Path, changed_ns: int) -> str:
    """SHA-256 of a file; `changed_ns` makes a replaced file count as new."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=32)
def font_name(path: Path, digest: str) -> str:
    """The full name the font gives itself."""
    with TTFont(path, lazy=True) as font:
        return real_name(font)


@lru_cache(maxsize=32)
def coverage(path: Path, digest: str) -> frozenset[int]:
    """Code points the font maps to a glyph."""
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})


@lru_cache(maxsize=32)
def dash_drop(path: Path, digest: str) -> float:
    """Ems from the top of a line as high as its type down to the top of an em dash."""
    with TTFont(path, lazy=True) as font:
        units = font["head"].unitsPerEm
        ascent, descent = font["hhea"].ascent / units, abs(font["hhea"].descent) / units
        return 0.5 + (ascent - descent) / 2 - dash_top(font)


def dash_top(font: TTFont) -> float:
    """Top of the em dash above the baseline in ems; 0 when the font has none."""
    name = (font.getBestCmap() or {}).get(0x2014)
    if name is None:
        return 0.0
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[name].draw(pen)
    return float(pen.bounds[3]) / font["head"].unitsPerEm if pen.bounds else 0.0


def real_name(font: TTFont) -> str:
    """Full name (Chinese one first when there is one), else PostScript name."""
    names = font["name"]
    found = names.getName(4, 3, 1, 0x804) or names.getName(4, 3, 1, 0x409)
    return str(found.toUnicode()) if found else str(names.getDebugName(6) or "?")
