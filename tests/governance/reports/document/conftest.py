"""Rendered samples, each made once; in the bundled fallback family and, when it was fetched, in Fandol."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.reports.document.fonts import PROJECT, FontSet, resolve
from governance.reports.document.model import OfficialDocument
from governance.reports.document.render import Rendered, render_pdf

from . import sample

DOCUMENTS: dict[str, Callable[[], OfficialDocument]] = {
    "report": sample.report,
    "draft": lambda: sample.report(draft=True),
    "ordinary": lambda: sample.report(issuer_mark=None, sealed=False, annexes=(), attachments=("名单",)),
    "long": sample.long_text,
}


@pytest.fixture(scope="session", params=["fallback", "fandol"])
def fonts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FontSet:
    """Both font sets; the geometry must hold with either."""
    if request.param == "fallback":
        return resolve(tmp_path_factory.mktemp("no-fonts"))
    fetched = resolve(Path(os.environ.get("FONT_DIR", PROJECT / "var" / "fonts")))
    if fetched["fang"].substitute:
        pytest.skip("Fandol was not fetched (bin/fetch-fonts)")
    return fetched


@pytest.fixture(scope="session")
def bare_fonts(tmp_path_factory: pytest.TempPathFactory) -> FontSet:
    """The fallback family alone."""
    return resolve(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="session")
def rendered(fonts: FontSet) -> Callable[[str], tuple[OfficialDocument, Rendered]]:
    """`rendered("report")`: the document and its PDF."""
    made: dict[str, tuple[OfficialDocument, Rendered]] = {}

    def make(name: str) -> tuple[OfficialDocument, Rendered]:
        if name not in made:
            document = DOCUMENTS[name]()
            made[name] = (document, render_pdf(document, fonts=fonts))
        return made[name]

    return make
