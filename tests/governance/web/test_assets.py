"""Vendored files are what the manifest says, and no style sheet needs more than Chromium 109."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
MANIFEST = json.loads((STATIC / "vendor" / "MANIFEST.json").read_text(encoding="utf-8"))
STYLES = sorted(STATIC.rglob("*.css"))
PAGES = [
    page
    for page in TEMPLATES.rglob("*.html")
    if not {"document", "pdf"} & set(page.relative_to(TEMPLATES).parts)
]
TOO_NEW = {
    "color-mix": r"color-mix\(",
    "oklch": r"\bokl(ch|ab)\(",
    "light-dark": r"light-dark\(",
    "@layer": r"@layer\b",
    "@container": r"@container\b",
    "@scope": r"@scope\b",
    "popover": r":popover-open|::backdrop",
    "nesting": r"\{[^{}]*;?\s*&\s*[.:\[>a-z]",
    "dvh": r"\d(dvh|svh|lvh)\b",
    "has": r":has\(",
}


def test_manifest_lists_every_vendored_file() -> None:
    files = {path.name for path in (STATIC / "vendor").iterdir()} - {"MANIFEST.json"}
    assert files == set(MANIFEST)


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_vendored_file_is_unchanged(name: str) -> None:
    data = (STATIC / "vendor" / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == MANIFEST[name]["sha256"]


def test_manifest_versions_are_those_of_the_lock_file() -> None:
    lock = json.loads((Path(settings.BASE_DIR) / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for entry in MANIFEST.values():
        assert entry["version"] == lock[f"node_modules/{entry['package']}"]["version"]
    assert not any("resolved" in package for package in lock.values())


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
@pytest.mark.parametrize("feature", TOO_NEW)
def test_styles_keep_to_the_browser_floor(style: Path, feature: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.S)
    # ::backdrop and the like inside Bootstrap's own names are classes, not pseudo-elements.
    assert not re.search(TOO_NEW[feature], text), f"{feature} in {style.name}"


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_styles_load_nothing_from_elsewhere(style: Path) -> None:
    text = style.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"@import|url\(['\"]?(https?:)?//", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_keep_to_the_content_policy(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"(src|href)=[\"'](https?:)?//", text)
    assert "|safe" not in text


def test_every_icon_named_in_templates_and_code_exists() -> None:
    sprite = (STATIC / "vendor" / "icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    for page in PAGES:
        for name in re.findall(r'{%\s*icon "([^"]+)"', page.read_text(encoding="utf-8")):
            assert name in known, f"{name} in {page}"
