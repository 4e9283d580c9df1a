"""Many at the same moment, and a process killed in the middle: one transition, nothing half saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from governance.accounts.roles import Role
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division
from governance.records import attachments
from governance.records.models import Attachment
from governance.workflows import hooks, papers
from governance.workflows.models import Case, CaseState, StepFile, StepState, Verb
from tests.factories import make_user
from tests.governance.workflows.makers import PDF, Office
from tests.governance.workflows.test_engine import states
from tests.governance.workflows.test_pages import address, hidden, typed
from tests.together import Pause, kill_at, signed_in, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def transitions(case: Case) -> int:
    return Event.objects.filter(kind=EventKind.TRANSITION, object_id=str(case.pk)).count()


def sender(url: str, data: dict[str, str], **files: bytes) -> Callable[[Client], tuple[int, str]]:
    """A call that sends a form and gives back the status, and the page or where it leads."""

    def send(client: Client) -> tuple[int, str]:
        sent = {key: SimpleUploadedFile("演示.pdf", content) for key, content in files.items()}
        answer = client.post(url, data | sent)
        return answer.status_code, getattr(answer, "url", "") or answer.content.decode()

    return send


def test_twenty_equal_requests_make_one_transition(office: Office):
    case = office.open("sx-decision", name="演示广场改造")
    clerk = office.user_of(Role.STREET_CLERK)
    url = address(case, "proposed")
    data = typed(office, case, "proposed", action="finish") | hidden(signed_in(clerk), url)
    send = sender(url, data, paper_minutes=PDF)
    answers = together([clerk] * 20, [send] * 20)
    assert answers == [(302, case.get_absolute_url())] * 20
    case.refresh_from_db()
    assert case.revision == 2 and transitions(case) == 1
    assert list(case.events.values_list("verb", flat=True)) == [Verb.OPENED, Verb.FINISHED]
    assert StepFile.objects.count() == Attachment.objects.count() == 1
    now = states(case)
    assert now["proposed"] == StepState.DONE and now["discussed"] == StepState.ACTIVE


@pytest.mark.parametrize("turn", [0, 1], ids=["", "in the other order"])
def test_of_two_officers_one_wins_and_the_other_is_told_by_whom(office: Office, turn):
    case = office.bring_to(office.open("sx-decision", name="演示广场改造"), "resolved")
    street = office.tree["610104001"]
    both = [make_user(name, Role.STREET_CLERK, street) for name in ("甲办事员", "乙办事员")]
    url = address(case, "resolved")
    calls = []
    for user, result in zip(both, ("通过", "未通过"), strict=True):
        seen = hidden(signed_in(user), url)
        data = typed(office, case, "resolved", result=result, action="finish", opinion=str(user)) | seen
        calls.append(sender(url, data, paper_minutes=PDF + str(user).encode()))
    if turn:
        both.reverse(), calls.reverse()
    answers = together(both, calls)
    won = next(place for place, answer in enumerate(answers) if answer[0] == 302)
    status, page = answers[1 - won]
    winner, loser = both[won], both[1 - won]
    assert status in (409, 422) and (f"{winner} 已于" in page or f"由 {winner} 承办" in page)
    case.refresh_from_db()
    row = case.steps.get(key="resolved")
    passed = winner.username.startswith("甲")
    assert case.state == (CaseState.OPEN if passed else CaseState.REFUSED)
    assert (row.values["result"], row.opinion) == ("passed" if passed else "failed", str(winner))
    assert row.done_by == row.holder == winner
    assert not case.events.filter(by=loser).exists()
    assert set(row.files.values_list("attachment__uploaded_by", flat=True)) == {winner.pk}


def test_two_windows_of_one_officer_do_not_mix(office: Office):
    """Each finishes with what its own window shows, whatever the other has saved in between."""
    case = office.bring_to(office.open("sx-decision", name="演示广场改造"), "resolved")
    office.fill(case, "resolved")
    clerk, url = office.user_of(Role.STREET_CLERK), address(case, "resolved")
    calls = []
    for number in range(6):
        seen = hidden(signed_in(clerk), url)
        result = "通过" if number % 2 else "未通过"
        data = typed(office, case, "resolved", result=result, agreed=str(number % 2), action="finish") | seen
        calls.append(sender(url, data))
    answers = together([clerk] * 6, calls)
    assert sorted(status for status, _ in answers) == [302] + [409] * 5
    won = next(place for place, answer in enumerate(answers) if answer[0] == 302)
    row = case.steps.get(key="resolved")
    assert row.values["result"] == ("passed" if won % 2 else "failed") and row.values["agreed"] == won % 2
    assert Case.objects.get(pk=case.pk).state == (CaseState.OPEN if won % 2 else CaseState.REFUSED)


def files_in(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / "attachments").rglob("*"))


def test_killed_while_a_community_is_founded(office: Office):
    case = office.bring_to(office.open(), "approval")
    office.fill(case, "approval")
    before = states(case), case.revision, transitions(case), Division.objects.count()
    lead, url = office.worker(case, "approval"), address(case, "approval")
    data = typed(office, case, "approval", action="finish") | hidden(signed_in(lead), url)

    def work(pause: Pause) -> None:
        found = hooks.effects["found_community"]

        def found_and_pause(doing: hooks.Finishing) -> None:
            found(doing)
            pause()

        hooks.effects["found_community"] = found_and_pause
        signed_in(lead).post(url, data)

    kill_at(work)
    case.refresh_from_db()
    assert (states(case), case.revision, transitions(case), Division.objects.count()) == before
    assert case.result_id is None and case.steps.get(key="approval").values
    assert sender(url, data)(signed_in(lead)) == (302, case.get_absolute_url())
    case.refresh_from_db()
    assert case.result_id is not None and Division.objects.count() == before[-1] + 1


def test_killed_while_a_paper_is_taken(office: Office, own_data_folder: Path):
    case = office.open("sx-decision", name="演示广场改造")
    clerk, url = office.user_of(Role.STREET_CLERK), address(case, "proposed")
    data = typed(office, case, "proposed", action="finish") | hidden(signed_in(clerk), url)
    send = sender(url, data, paper_minutes=PDF)

    def work(pause: Pause) -> None:
        take = attachments.take

        def take_and_pause(**given):
            take(**given)
            pause()

        papers.attachments.take = take_and_pause
        send(signed_in(clerk))

    kill_at(work)
    assert not StepFile.objects.exists() and not Attachment.objects.exists()
    assert states(case)["proposed"] == StepState.ACTIVE and transitions(case) == 0
    assert case.steps.get(key="proposed").values["text"], "what was typed is kept before papers are taken"
    assert files_in(own_data_folder) == 1
    assert send(signed_in(clerk)) == (302, case.get_absolute_url())
    assert Attachment.objects.count() == StepFile.objects.count() == 1
    assert files_in(own_data_folder) == 2
