"""Vendored files are what the manifest says, and no style sheet needs more than Chromium 109."""

import hashlib
import json
import re
from pathlib import Path

import django_htmx
import django_htmx.jinja
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
    "has": r":has\(",  # 105, but slow there; left out on purpose
    "starting-style": r"@starting-style|transition-behavior|interpolate-size",
    "view-transition": r"@view-transition|view-transition-name",
    "scroll timelines": r"(animation|scroll|view)-timeline",
    "anchors": r"position-anchor|position-area|\banchor\(",
    "subgrid": r"\bsubgrid\b",
    "text-wrap": r"[;{\s](text-wrap(-\w+)?|white-space-collapse|text-box(-\w+)?)\s*:",
    "lab and color()": r"[:\s,(](lab|lch|color)\(",
    "relative colours": r"(rgb|hsl)a?\(\s*from\b",
    "plain mask": r"[;{\s]mask(-image|-size)?\s*:",
    "field-sizing": r"field-sizing|margin-trim|reading-flow",
    "scrollbar": r"scrollbar-(width|color)",
    "mathematics": r"[:\s(](round|mod|rem|sin|cos|tan|pow|sqrt|linear)\(",
    "nth-child of": r":nth-(last-)?child\([^)]*\bof\b",
    "user states": r":user-(in)?valid|:dir\(|:open\b|:state\(",
    "scripting query": r"\(\s*scripting\s*:|prefers-reduced-transparency",
    "conditions in values": r"[:\s]if\(|@function\b|sibling-(index|count)\(",
}
OWN_SCRIPTS = sorted((STATIC / "js").glob("*.js"))
SCRIPTS = [
    *OWN_SCRIPTS,
    *sorted((STATIC / "vendor").glob("*.js")),
    Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js",
]
TOO_NEW_IN_SCRIPTS = {
    "copies of arrays": r"\.(toSorted|toReversed|toSpliced)\(|\.findLastIndex\(.*\.with\(",
    "groupBy": r"(Object|Map)\.groupBy",
    "promises": r"Promise\.(withResolvers|try)|Array\.fromAsync",
    "sets": r"\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(",
    "strings and addresses": r"\.(isWellFormed|toWellFormed)\(|URL\.(canParse|parse)\(",
    "popover": r"(show|hide|toggle)Popover|popovertarget",
    "dialog": r"\.requestClose\(|closedBy",
    "signals": r"AbortSignal\.any",
    "binary text": r"(from|to)(Base64|Hex)\(",
    "regular expressions": r"/[a-z]*v[a-z]*\.(test|exec)\(",
    "import attributes": r"import\s.*\swith\s*\{",
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
    # A prefixed property beside the plain one is what the floor reads.
    text = re.sub(r"-webkit-(mask[\w-]*):([^;}]*);\s*\1:\2", "", text)
    # ::backdrop and the like inside Bootstrap's own names are classes, not pseudo-elements.
    assert not re.search(TOO_NEW[feature], text), f"{feature} in {style.name}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_keep_to_the_browser_floor(script: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", script.read_text(encoding="utf-8"), flags=re.S)
    found = [feature for feature, pattern in TOO_NEW_IN_SCRIPTS.items() if re.search(pattern, text)]
    assert found == []


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda path: path.name)
def test_scripts_need_nothing_that_the_content_policy_forbids(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert not re.search(
        r"\beval\(|new Function|innerHTML\s*=|document\.write|\.style\.|setAttribute\(.style", text
    )


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("nesting", ".a { color: red; &:hover { color: blue } }"),
        ("text-wrap", "p { text-wrap: balance }"),
        ("lab and color()", "a { color: lch(50% 1 2) }"),
        ("plain mask", "a { mask: url(x) }"),
        ("mathematics", "a { width: round(1px, 2px) }"),
        ("has", "a:has(b) {}"),
    ],
)
def test_what_the_patterns_look_for_would_be_seen(feature: str, text: str) -> None:
    assert re.search(TOO_NEW[feature], text)


def test_pages_load_the_htmx_that_is_tested(rf) -> None:
    page = (TEMPLATES / "base.html").read_text(encoding="utf-8")
    assert "{% htmx_script minified=True %}" in page
    assert "htmx-2.min.js" in django_htmx.jinja.htmx_script(minified=True)


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
