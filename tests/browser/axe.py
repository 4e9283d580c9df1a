"""WCAG 2.2 AA by axe-core, which a test puts into the page from outside; no page of the portal loads it."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_RUN = """
tags => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]}).then(
    result => result.violations.flatMap(violation => violation.nodes.slice(0, 3).map(node =>
        violation.id + ": " + node.target.join(" ") + " " + node.html.slice(0, 160) + " – "
        + [...node.any, ...node.all, ...node.none].map(check => check.message).join("; "))))
"""


def violations(page: Page) -> list[str]:
    """What of the page as it now stands breaks a rule, one line an element."""
    page.wait_for_load_state()
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT + "; undefined")
    return page.evaluate(_RUN, TAGS)
