"""Working on cases in a browser: what the tests of every procedure do over and over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from governance.accounts.models import User
from governance.divisions.clock import today
from governance.policies.procedure_schema import ProcedureStep
from governance.workflows.catalogue import procedure_of
from governance.workflows.dues import set_due_days
from governance.workflows.models import Case
from governance.workflows.papers import field_of
from tests.governance.workflows.makers import PDF, as_typed
from tests.governance.workflows.test_pages import address


def fill(page: Page, **values: str) -> None:
    """Type into fields or choose in them, by name; a field of several boxes gets all of them ticked."""
    for name, value in values.items():
        field = page.locator(f"[name={name}]:not([type=hidden])")
        if field.first.get_attribute("type") == "checkbox":
            for box in field.all():
                box.check()
        elif field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def attach(page: Page, paper: str, name: str = "照片.pdf") -> None:
    """Choose a file; no two have the same content."""
    content = PDF + f"% {paper} {name}".encode()
    file = {"name": name, "mimeType": "application/pdf", "buffer": content}
    page.locator(f"[name={field_of(paper)}]").set_input_files(file)


def attach_all(page: Page, step: ProcedureStep) -> None:
    """A paper for everything that a step asks for."""
    for paper in step.evidence:
        attach(page, paper.key, f"{paper.label}.pdf")


def submit(page: Page, done: str) -> None:
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text(f"“{done}”已办理")


def refused(visitor: Any, *texts: str) -> None:
    """提交 is refused and says why; the browser's own note of the answer 422 is no problem."""
    visitor.page.get_by_role("button", name="提交").click()
    for text in texts:
        expect(visitor.page.get_by_role("alert")).to_contain_text(text)
    visitor.problems[:] = [each for each in visitor.problems if "422" not in each]


def start(page: Page, procedure: str, division: str, name: str) -> Case:
    """From the home page through the menu to the first step."""
    page.goto("/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="办理事项").click()
    page.get_by_role("link", name="发起办理").click()
    page.get_by_role("link", name=f"发起{procedure}", exact=True).click()
    fill(page, division=division, name=name)
    page.get_by_role("button", name="发起", exact=True).click()
    expect(page.locator("main")).to_contain_text("已发起，请办理第一步")
    return Case.objects.latest("pk")


def work(page: Page, case: Case, step: str) -> None:
    link = page.get_by_role("link", name=f"办理{step}", exact=True)
    if not (page.url.endswith(case.get_absolute_url()) and link.is_visible()):
        page.goto(case.get_absolute_url())
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(step)


def begin(page: Page, case: Case, key: str) -> ProcedureStep:
    """From the page of a case to the form of a step."""
    step = procedure_of(case).step(key)
    work(page, case, step.title)
    return step


def fill_step(page: Page, case: Case, key: str, **changes: str) -> None:
    """Something for every required field of the step that is open, and for every paper."""
    fill(page, **as_typed(procedure_of(case).step(key), today(), **changes))
    attach_all(page, procedure_of(case).step(key))


def do(page: Page, case: Case, key: str, **changes: str) -> None:
    """A routine step from the page of the case to its end, with `changes` as they are typed."""
    step = begin(page, case, key)
    fill_step(page, case, key, **changes)
    submit(page, step.title)


def finish(page: Page, case: Case, key: str, day: date, **given: Any) -> None:
    """The same for something that happened on a day, with `given` as the procedure keeps it."""
    step = begin(page, case, key)
    fill(page, **as_typed(step, day, given))
    attach_all(page, step)
    submit(page, step.title)


def press(page: Page, case: Case, key: str) -> None:
    """提交 as it is filled in already."""
    submit(page, begin(page, case, key).title)


def give_back(page: Page, to: str, reason: str, **remarks: str) -> None:
    """退回 from the step that is open, with remarks by `step_field`."""
    page.locator("[name=reason]").fill(reason)
    if remarks:
        page.get_by_text("逐项注明要改什么").click()
    for field, remark in remarks.items():
        page.locator(f"#id_remark_{field}").fill(remark)
    page.locator("[name=to]").select_option(label=to)
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.locator("main")).to_contain_text(f"已退回到“{to.partition('. ')[2]}”")


def is_overdue(page: Page, case: Case) -> None:
    """The case says so, and stands among the late ones."""
    page.goto(case.get_absolute_url())
    expect(page.locator("#now")).to_contain_text("已超期")
    page.goto("/cases/?tab=overdue")
    expect(page.locator("tbody")).to_contain_text(case.name)


def let_days_pass(case: Case, days: int) -> None:
    """As if the live steps had begun earlier; their days are set anew by their deadlines."""
    rows = list(case.steps.order_by("order"))
    for row in rows:
        if row.is_live and row.started_at is not None:
            row.started_at -= timedelta(days=days)
    set_due_days(case, rows)
    for row in rows:
        row.save()


def answers(case: Case, key: str, user: User) -> tuple[int, int]:
    """What a user gets who opens the case, and who sends a step all the same."""
    client = Client()
    client.force_login(user)
    case_answer = client.get(case.get_absolute_url()).status_code
    data = {"action": "finish", "revision": Case.objects.get(pk=case.pk).revision}
    return case_answer, client.post(address(case, key), data).status_code
