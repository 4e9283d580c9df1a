"""Working on steps of cases by mouse: what a procedure asks for is filled in by its definition."""

from __future__ import annotations

from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from governance.policies.procedure_schema import ProcedureStep
from governance.workflows.answers import value_of, words
from governance.workflows.catalogue import procedure_of
from governance.workflows.models import Case
from tests.governance.workflows.makers import PDF, filled


def fill(page: Page, **values: str) -> None:
    """Type into fields or choose in them, by name; several values of a field are boxes to tick."""
    for name, value in values.items():
        field = page.locator(f"[name={name}]:not([type=hidden])")
        if field.first.get_attribute("type") == "checkbox":
            for box in field.all():
                box.check()
        elif field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def attach(page: Page, step: ProcedureStep) -> None:
    """A paper for everything that a step asks for."""
    for paper in step.evidence:
        content = PDF + f"% {step.key} {paper.key}\n".encode()
        file = {"name": f"{paper.label}.pdf", "mimeType": "application/pdf", "buffer": content}
        page.locator(f"[name=paper_{paper.key}]").set_input_files(file)


def begin(page: Page, case: Case, key: str) -> ProcedureStep:
    """From the page of a case to the form of a step."""
    step = procedure_of(case).step(key)
    link = page.get_by_role("link", name=f"办理{step.title}", exact=True)
    if not page.url.endswith(case.get_absolute_url()) or not link.count():
        page.goto(case.get_absolute_url())
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(step.title)
    return step


def submit(page: Page, step: ProcedureStep) -> None:
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text(f"“{step.title}”已办理")


def press(page: Page, case: Case, key: str) -> None:
    """提交 as it is filled in."""
    submit(page, begin(page, case, key))


def finish(page: Page, case: Case, key: str, day: date, **given: Any) -> None:
    """Fill in a step, attach its papers and submit it."""
    step = begin(page, case, key)
    values = filled(step, day, **given)
    fields = [field for field in step.fields if field.key in values]
    fill(page, **{field.key: words_typed(field, values) for field in fields})
    attach(page, step)
    submit(page, step)


def words_typed(field: Any, values: dict[str, Any]) -> str:
    """A value as somebody types it: without unit and thousands."""
    value = value_of(field, values)
    return str(value) if field.type == "number" else words(field, value).split(" ")[0].replace(",", "")
