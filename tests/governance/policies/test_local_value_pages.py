"""From draft to force: the form made from the comparison, the look ahead, who may do what, sent twice."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.policies.adoption import adopt
from governance.policies.comparisons import comparison_for
from governance.policies.comparisons.editing import with_figures
from governance.policies.evaluation.preview import preview
from governance.policies.findings import refresh
from governance.policies.local_values import Citation, enact, may_have_local, repeal, send_back, withdraw
from governance.policies.models import (
    Finding,
    LocalState,
    LocalValue,
    Measure,
    PolicyDocument,
    Scorecard,
    Standard,
    StandardValue,
)
from governance.policies.value_forms import figures_of
from tests.factories import Tree, make_user
from tests.governance.policies.local import put_in_force
from tests.registry import fill_community
from tests.snapshot import made_once

SIZE = "LH-SIZE-01"
NEW = "/policies/values/new/?standard="
TODAY = timezone.localdate


def _measure(tree: Tree) -> None:
    for code, households in (("610104001001", 4800), ("610104001002", 999), ("610104002001", 3000)):
        fill_community(tree[code], households_resident=households)
    refresh(path="", on=TODAY())


@pytest.fixture
def place(measured_tree: Tree) -> Tree:
    made_once("policies/test_local_value_pages", lambda: _measure(measured_tree))
    return measured_tree


def _data(**changed: str) -> dict[str, str]:
    return {
        "division": "610104",
        "effective_from": f"{TODAY():%Y%m%d}",
        "figure_min": "1000",
        "figure_max": "4500",
        "binding": "in_principle",
        "paper": "《莲湖区社区规模细则》",
        "number": "莲政发〔2026〕3号",
        "clause": "第三条",
        "reading": "按本地实际从严。",
        "key": "k" * 32,
        **changed,
    }


def _text(response) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def _digest(response) -> str:
    found = re.search(r'name="previewed" value="(\w+)"', response.content.decode())
    assert found, _text(response)
    return found[1]


def _drafted(client: Client, code: str = SIZE, **changed: str) -> LocalValue:
    data = _data(**changed)
    data["previewed"] = _digest(client.post(NEW + code, data))
    assert client.post(NEW + code, data).status_code == 302
    return LocalValue.objects.latest("pk")


def test_a_draft_is_looked_at_before_it_is_kept_and_sent_twice_kept_once(place: Tree, client_of):
    staff = client_of(Role.COUNTY_STAFF)
    before = list(Scorecard.objects.order_by("pk").values_list("letters", flat=True))
    first = staff.post(NEW + SIZE, _data())
    assert (first.status_code, LocalValue.objects.count()) == (200, 0)
    assert "达标 未达标 1" in _text(first) and "其中 1 个结果变化" in _text(first)
    changed = _data(figure_max="4900", previewed=_digest(first))
    again = staff.post(NEW + SIZE, changed)
    assert (again.status_code, LocalValue.objects.count()) == (200, 0)
    assert "内容有改动" in _text(again) and "判定结果都不变化" in _text(again)
    changed["previewed"] = _digest(again)
    for _ in range(2):
        response = staff.post(NEW + SIZE, changed)
        value = LocalValue.objects.get()
        assert (response.status_code, response.url) == (302, value.get_absolute_url())
    assert value.parameters == {"min": 1000, "max": 4900}
    assert (value.state, value.paper, value.division) == ("draft", "莲湖区社区规模细则", place.county)
    assert list(Scorecard.objects.order_by("pk").values_list("letters", flat=True)) == before
    assert Event.objects.filter(object_type="policies.localvalue").count() == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"figure_min": "一千"}, "请填写数字"),
        ({"figure_min": "10.5"}, "须为整数"),
        ({"figure_min": "5000"}, "上限不能小于下限"),
        ({"number": ""}, "必填，请填写"),
        ({"effective_from": "某日"}, "日期写法不对"),
        ({"division": "610102"}, "只能为您负责的区划"),
        ({"reading": "请联系13800138000"}, "请勿填写身份证号、手机号"),
    ],
)
def test_bad_input_is_told_at_its_field(place: Tree, client_of, changed, message):
    response = client_of(Role.COUNTY_STAFF).post(NEW + SIZE, _data(**changed))
    assert response.status_code == 422
    assert message in _text(response)


def test_every_standard_of_the_packs_gives_a_form_that_keeps_its_figures(measured_tree: Tree):
    for value in StandardValue.objects.exclude(parameters__isnull=True).select_related("standard"):
        comparison = comparison_for(value.standard.comparison, value.parameters)
        answers = {each.name: each.value for each in figures_of(value.standard, comparison)}
        parameters = with_figures(comparison, answers)
        assert comparison_for(value.standard.comparison, parameters) == comparison, value


def test_the_form_of_bands_asks_for_ends_and_ties(place: Tree, client_of):
    staff = client_of(Role.COUNTY_STAFF)
    page = _text(staff.get(NEW + "LH-CAD-03"))
    assert "第1、2档分界（常住户数）（户）" in page and "恰为第1、2档分界数时" in page
    figures = {
        **{f"figure_band_{number}": str(5 + 2 * number) for number in range(3)},
        **{"figure_cut_0": "2000", "figure_tie_0": "lower", "figure_cut_1": "4000", "figure_tie_1": "lower"},
        **{"figure_range_min": "5", "figure_range_max": "9"},
    }
    wrong = staff.post(NEW + "LH-CAD-03", _data(**figures | {"figure_cut_1": "1500"}))
    assert wrong.status_code == 422 and "分界数须逐档增大" in _text(wrong)
    value = _drafted(staff, "LH-CAD-03", **figures)
    assert value.parameters["bands"][0] == {"value": 5, "max": 2000}
    assert value.parameters["bands"][1] == {"value": 7, "above": 2000, "max": 4000}


def test_a_value_in_force_joins_at_once_and_is_shown_with_its_citation(place: Tree, client_of):
    value = _drafted(client_of(Role.COUNTY_STAFF))
    lead = client_of(Role.COUNTY_LEAD)
    assert "待核准的地方标准值" in _text(lead.get(reverse("console:todo")))
    for _ in range(2):
        assert lead.post(value.get_absolute_url(), {"action": "enact"}).status_code == 302
    value.refresh_from_db()
    assert value.state == LocalState.ENACTED
    assert Event.objects.filter(object_type="policies.localvalue").count() == 2
    assert Finding.objects.get(division=place.community, standard__measure__code=SIZE).outcome == "not_met"
    checkup = _text(lead.get("/checkup/610104001001/"))
    assert "莲政发〔2026〕3号 第三条" in checkup and "1000户至4500户" in checkup
    assert "1000户至4500户" in _text(client_of(Role.COMMUNITY).get(value.get_absolute_url()))
    standard = _text(lead.get(f"/policies/standards/{SIZE}/"))
    assert "莲湖区按哪项核查" in standard and "已被替代" in standard
    assert "待核准的地方标准值" not in _text(lead.get(reverse("console:todo")))


def test_who_may_do_what(place: Tree, client_of, user_of):
    value = _drafted(client_of(Role.COUNTY_STAFF))
    url = value.get_absolute_url()
    assert client_of(Role.COUNTY_STAFF).post(url, {"action": "enact"}).status_code == 403
    assert client_of(Role.STREET_CLERK).get("/policies/values/new/").status_code == 403
    assert client_of(Role.DEPARTMENT).get(url).status_code == 200
    assert client_of(Role.DEPARTMENT).post(url, {"action": "withdraw"}).status_code in (403, 422)
    foreign = client_of(Role.COUNTY_LEAD, place.foreign_county)
    for method in (foreign.get, foreign.post):
        assert method(url).status_code == 404
    assert foreign.get(reverse("policies:value_change", args=[value.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        enact(by=user_of(Role.COUNTY_LEAD, place.foreign_county), values=[value], today=TODAY())
    with pytest.raises(PermissionDenied):
        withdraw(by=user_of(Role.DEPARTMENT), value=value, remark="不要了", today=TODAY())
    value.refresh_from_db()
    assert value.state == LocalState.DRAFT


def test_nobody_decides_on_his_own_draft_while_another_lead_could(place: Tree, client_of, user_of):
    lead = user_of(Role.COUNTY_LEAD)
    value = _drafted(client_of(Role.COUNTY_LEAD))
    other = make_user("another-lead", Role.COUNTY_LEAD, place.county)
    with pytest.raises(ValidationError, match="另一位负责人"):
        enact(by=lead, values=[value], today=TODAY())
    other.is_active = False
    other.save()
    assert enact(by=lead, values=[value], today=TODAY()) == 1


def test_a_draft_is_sent_back_mended_and_withdrawn(place: Tree, client_of, user_of):
    staff = client_of(Role.COUNTY_STAFF)
    value = _drafted(staff)
    send_back(by=user_of(Role.COUNTY_LEAD), value=value, remark="条款写到款。")
    assert "草拟（已退回）" in _text(staff.get("/policies/values/?state=draft"))
    url = reverse("policies:value_change", args=[value.pk])
    data = _data(clause="第三条第一款")
    data["previewed"] = _digest(staff.post(url, data))
    assert staff.post(url, data).status_code == 302
    value.refresh_from_db()
    assert (value.clause, value.remark) == ("第三条第一款", "")
    for _ in range(2):
        withdraw(by=user_of(Role.COUNTY_STAFF), value=value, remark="另行研究", today=TODAY())
    assert "已撤回" in _text(staff.get("/policies/values/?state=withdrawn"))
    with pytest.raises(ValidationError, match="已撤回"):
        enact(by=user_of(Role.COUNTY_LEAD), values=[value], today=TODAY())


def test_a_value_in_force_is_ended_from_a_day_not_edited(place: Tree, client_of, user_of):
    since = TODAY() - timedelta(days=10)
    value = put_in_force(SIZE, place.county, since, {"min": 1000, "max": 4500})
    refresh(path="", on=TODAY())
    lead, open_ones = user_of(Role.COUNTY_LEAD), Finding.objects.filter(resolved_on=None)
    assert open_ones.filter(division=place.community, standard=value.standard).exists()
    change = client_of(Role.COUNTY_STAFF).get(reverse("policies:value_change", args=[value.pk]))
    assert change.status_code == 302
    with pytest.raises(ValidationError, match="不能撤回"):
        withdraw(by=lead, value=value, remark="写错了", today=TODAY())

    def end(on: date) -> None:
        why = Citation(on, "废止通知", "莲政发〔2026〕9号", "一", "口径有误")
        repeal(by=lead, value=value, citation=why, key="e" * 32, today=TODAY())

    with pytest.raises(ValidationError, match="不能早于今天"):
        end(TODAY() - timedelta(days=1))
    for _ in range(2):
        end(TODAY())
    assert LocalValue.objects.filter(parameters__isnull=True).count() == 1
    assert not open_ones.filter(division=place.community, standard=value.standard).exists()
    rows = _text(client_of(Role.COUNTY_STAFF).get("/policies/values/?state=ended"))
    assert "莲湖区社区规模细则" in rows and f"{TODAY():%Y-%m-%d}" in rows


def test_the_look_ahead_counts_what_a_parallel_value_would_show(place: Tree):
    value = put_in_force(SIZE, place.county, TODAY(), {"min": 900, "max": 6000}, state=LocalState.DRAFT)
    seen = preview(value, today=TODAY())
    assert seen is not None and seen.changes == [] and seen.unchanged == 4
    assert {each.after: each.count for each in seen.beside} == {"met": 3, "no_data": 1}
    assert [verdict.holds for _, verdict in seen.meetings] == [False]


def test_a_draft_document_is_adopted_whole(place: Tree, user_of):
    document = PolicyDocument.objects.get(key="renshou-draft")
    for number, measure in enumerate(Measure.objects.filter(document=document)[:2]):
        standard = Standard.objects.create(
            measure=measure, indicator="households", comparison="at_least", binding="mandatory"
        )
        StandardValue.objects.create(
            standard=standard, effective_from=date(2018, 1, 1), parameters={"value": number}, clause="一"
        )
    staff = make_user("renshou", Role.COUNTY_STAFF, place["511421"])
    why = Citation(TODAY(), "仁寿县实施意见", "仁委发〔2026〕1号", "全文", "照征求意见稿采用")
    expected = sum(map(may_have_local, Standard.objects.filter(measure__document=document)))
    counts = [
        adopt(by=staff, document=document, division=place["511421"], citation=why, key="a" * 32)
        for _ in range(2)
    ]
    assert counts == [expected, 0]
    lead = make_user("renshou-lead", Role.COUNTY_LEAD, place["511421"])
    assert enact(by=lead, values=list(LocalValue.objects.all()), today=TODAY()) == expected
    with pytest.raises(PermissionDenied):
        adopt(
            by=user_of(Role.COUNTY_STAFF), document=document, division=place["511421"], citation=why, key="b"
        )
