"""Pages of cases: opening, working on a step with papers, going back, what others see, the days."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from governance.accounts.roles import Role
from governance.divisions.clock import today
from governance.policies.figures import figures_of
from governance.policies.models import Measure
from governance.workflows.catalogue import procedure_of
from governance.workflows.models import Case, SpecialDay, StepState
from tests.governance.workflows.makers import PDF, Office, as_typed
from tests.governance.workflows.test_engine import states

pytestmark = pytest.mark.django_db


def address(case: Case, key: str) -> str:
    return reverse("workflows:step", args=[case.pk, key])


def hidden(client: Client, url: str) -> dict[str, str]:
    """The form's number and the revision it was made from."""
    text = client.get(url).content.decode()
    return dict(re.findall(r'name="(revision|_token)" value="(\w+)"', text))


def typed(office: Office, case: Case, key: str, **changes: str) -> dict[str, str]:
    """What the browser would send of a step's fields."""
    return as_typed(procedure_of(case).step(key), today(), **changes)


def test_a_clerk_opens_a_case_and_works_on_its_first_step(office: Office, client_of):
    client = client_of(Role.STREET_CLERK)
    page = client.get(reverse("workflows:choose")).content.decode()
    assert "新设社区" in page and "一征三议两公开" not in page
    url = reverse("workflows:open", args=["lh-establishment"])
    token = hidden(client, url)
    answer = client.post(url, {"division": "610104001", "name": " ", **token})
    assert answer.status_code == 422 and "必填，请填写" in answer.content.decode()
    nowhere = client.post(url, {"division": "", "name": "演示社区", **token}).content.decode()
    assert "请选择单位。" in nowhere, "not that the code “” was not found"
    sent = {"division": "610104001", "name": "演示社区", **token}
    first, again = client.post(url, sent), client.post(url, sent)
    assert first.status_code == again.status_code == 302 and Case.objects.count() == 1
    case = Case.objects.get()
    assert first.url == address(case, "proposal")

    data = typed(office, case, "proposal", households="三百", action="finish") | hidden(client, first.url)
    data["paper_map"] = SimpleUploadedFile("四至图.pdf", PDF)
    answer = client.post(first.url, data)
    text = answer.content.decode()
    assert answer.status_code == 422 and "三百" in text
    assert "已上传“四至图”" in text and states(case)["proposal"] == StepState.ACTIVE
    assert case.steps.get(key="proposal").values["east"] == "演示东至"

    data = typed(office, case, "proposal", action="finish") | hidden(client, first.url)
    answer = client.post(first.url, data)
    assert answer.status_code == 422 and "缺少材料“设立意见”" in answer.content.decode()
    data |= hidden(client, first.url) | {"paper_proposal": SimpleUploadedFile("设立意见.pdf", PDF + b" ")}
    answer = client.post(first.url, data)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url).content.decode()
    assert "“提出设立意见”已办理" in page and "居民讨论" in page and "设立意见.pdf" in page


def test_saving_keeps_and_taking_out_a_paper(office: Office, client_of):
    client, case = client_of(Role.STREET_CLERK), office.open()
    url = address(case, "proposal")
    data = {"east": "演示路", "action": "save", "paper_map": SimpleUploadedFile("图.pdf", PDF)}
    client.post(url, data | hidden(client, url))
    row = case.steps.get(key="proposal")
    assert row.values == {"east": "演示路"} and row.files.count() == 1
    page = client.get(url).content.decode()
    assert 'value="演示路"' in page and "已暂存" in page
    client.post(url, {f"remove-{row.files.get().attachment_id}": "1"} | hidden(client, url))
    assert row.files.count() == 0


def test_the_county_returns_with_remarks_and_the_clerk_sees_them(office: Office, client_of):
    case = office.bring_to(office.open(), "review")
    staff, clerk = client_of(Role.COUNTY_STAFF), client_of(Role.STREET_CLERK)
    url = address(case, "review")
    page = staff.get(url).content.decode()
    assert "不予批准" in page and "1. 提出设立意见" in page and "演示东至" in page
    data = {"action": "return", "to": "proposal", "remark-proposal-east": "写到路名"} | hidden(staff, url)
    answer = staff.post(url, data)
    assert answer.status_code == 422 and "请写明退回原因" in answer.content.decode()
    answer = staff.post(url, data | {"reason": "四至不清"} | hidden(staff, url))
    assert answer.status_code == 302
    page = clerk.get(address(case, "proposal")).content.decode()
    assert "退回意见：写到路名" in page and re.search(r"county_staff [\d :-]+ 退回：四至不清", page)
    assert "演示社区：提出设立意见" in clerk.get(reverse("console:todo")).content.decode()


def test_an_old_page_is_told_and_loses_nothing(office: Office, client_of):
    case = office.bring_to(office.open(), "review")
    staff = client_of(Role.COUNTY_STAFF)
    url = address(case, "review")
    old = hidden(staff, url)
    office.fill(case, "review")
    Case.objects.filter(pk=case.pk).update(revision=99)
    answer = staff.post(url, typed(office, case, "review", view="我的意见", action="finish") | old)
    text = answer.content.decode()
    assert answer.status_code == 409 and "您的操作没有执行" in text and "我的意见" in text


def test_who_may_not_work_sees_the_case_only(office: Office, client_of):
    case = office.bring_to(office.open(), "review")
    clerk = client_of(Role.STREET_CLERK)
    answer = clerk.get(address(case, "review"), follow=True)
    assert answer.redirect_chain[0][0] == case.get_absolute_url()
    assert "由区（县）民政局办理" in answer.content.decode()
    data = {"action": "save", "view": "越权"}
    assert clerk.post(address(case, "review"), data).status_code == 403
    page = clerk.get(case.get_absolute_url()).content.decode()
    assert "区民政局审核" in page and "撤回" in page
    foreign = client_of(Role.STREET_CLERK, office.tree["610104002"])
    for name in ("case", "file"):
        assert foreign.get(reverse(f"workflows:{name}", args=[case.pk])).status_code == 404
    assert foreign.get(address(case, "review")).status_code == 404


def test_withdrawing_and_urging_from_the_page(office: Office, client_of):
    case = office.open()
    staff, clerk = client_of(Role.COUNTY_STAFF), client_of(Role.STREET_CLERK)
    answer = staff.post(case.get_absolute_url(), {"action": "urge", "step": "proposal"}, follow=True)
    assert "已催办“提出设立意见”" in answer.content.decode()
    answer = staff.post(case.get_absolute_url(), {"action": "urge", "step": "proposal"})
    assert answer.status_code == 422 and "一天只催一次" in answer.content.decode()
    assert "催办" in clerk.get(reverse("console:todo")).content.decode()
    url = case.get_absolute_url()
    data = {"action": "withdraw", "reason": "条件不成熟"} | hidden(clerk, url)
    assert "已撤回" in clerk.post(url, data, follow=True).content.decode()
    assert "条件不成熟" in clerk.get(reverse("workflows:file", args=[case.pk])).content.decode()


def test_the_list_by_tab_and_procedure(office: Office, client_of):
    office.open()
    ticket = office.open("lh-ticket", name="路灯不亮")
    clerk = client_of(Role.STREET_CLERK)
    page = clerk.get(reverse("workflows:list")).content.decode()
    assert "演示社区" in page and "路灯不亮" in page and "社区反映" in page
    page = clerk.get(f"{reverse('workflows:list')}?procedure=lh-ticket").content.decode()
    assert "演示社区" not in page and "路灯不亮" in page
    ticket.steps.update(due_on=date(2026, 1, 1))
    page = clerk.get(f"{reverse('workflows:list')}?tab=overdue").content.decode()
    assert "路灯不亮" in page and "已超期" in page and "演示社区" not in page


def test_measures_show_running_and_late_cases(office: Office):
    case = office.open("lh-ticket", name="路灯不亮")
    case.steps.filter(key="report").update(due_on=date(2026, 1, 1))
    measures = list(Measure.objects.filter(code__in=["LH-WF-01", "LH-EST-10"]).select_related("document"))
    found = figures_of(measures, office.tree.county, today())
    ticket = next(each for each in found["LH-WF-01"] if each.label == "吹哨报到")
    assert (ticket.value, ticket.late) == ("办理中 1 件，办结 0 件", 1)
    election = next(each for each in found["LH-EST-10"] if each.label == "新设社区")
    assert election.value == "办理中 0 件，办结 0 件"


def test_the_table_of_days(measured_tree, client_of):
    SpecialDay.objects.all().delete()
    client = client_of(Role.SYSTEM_ADMIN)
    url = reverse("workflows:days")
    answer = client.post(url, {"day": "2027-03-06", "is_working": "no", "note": "x"})
    assert answer.status_code == 422 and "本来就休息" in answer.content.decode()
    client.post(url, {"day": "20270306", "is_working": "yes", "note": "演示调休"})
    page = client.get(url).content.decode()
    assert "2027-03-06" in page and "演示调休" in page
    client.post(url, {"remove": SpecialDay.objects.get().pk})
    assert not SpecialDay.objects.exists()
    assert client_of(Role.COUNTY_LEAD).get(url).status_code == 403
