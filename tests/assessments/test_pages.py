"""The pages of schemes: what each role reads and does there."""

from datetime import date
from io import BytesIO

import openpyxl
from django.core.cache import cache

from assessments.lifecycle import enact, finalise, publish
from assessments.models import Scheme, Score
from assessments.scoresheet import SHEET
from governance.accounts.roles import Role
from governance.policies.figures import figures_of
from governance.policies.models import Measure
from governance.policies.presentation import rows_url
from tests.assessments.conftest import DAY, score_all

ROWS = (("居民自治", "60", "direct"), ("群众满意度", "40", "residents"))


def _typed(rows=ROWS, **fields):
    data = {"year": 2026, "direction": "down", "title": "考核方案", "paper": "", "previous": "35"} | fields
    data |= {"criteria-TOTAL_FORMS": len(rows), "criteria-INITIAL_FORMS": 0}
    for number, (name, weight, source) in enumerate(rows):
        data |= {f"criteria-{number}-name": name, f"criteria-{number}-weight": weight}
        data |= {f"criteria-{number}-source": source, f"criteria-{number}-basis": ""}
    return data


def test_a_clerk_drafts_and_the_lead_puts_in_force(client_of, tree):
    clerk, lead = client_of(Role.STREET_CLERK), client_of(Role.STREET_LEAD)
    assert "拟订方案" in clerk.get("/assessments/").content.decode()
    wrong = _typed((("居民自治", "60,5", "direct"), ("", "40", "residents")), area=tree.street.code)
    text = clerk.post("/assessments/new/", wrong)
    assert text.status_code == 422
    assert "第 1 项“权重（%）”" in text.content.decode()
    assert "第 2 项“指标”：请填写指标名称" in text.content.decode()
    answer = clerk.post("/assessments/new/", _typed(area=tree.street.code), follow=True)
    scheme = Scheme.objects.get()
    page = answer.content.decode()
    assert "核对后请负责人施行" in page and "修改方案" in page and "施行方案" not in page
    edit = f"/assessments/{scheme.pk}/edit/"
    assert "居民自治" in clerk.get(edit).content.decode()
    clerk.post(edit, _typed((*ROWS[:1], ("群众满意度", "30", "residents"))))
    page = lead.get(scheme.get_absolute_url()).content.decode()
    assert "还差 10.00%" in page and "没有高于上一方案的 35.00%" in page
    refused = lead.post(scheme.get_absolute_url(), {"action": "enact", "on": "2026-01-10"})
    assert refused.status_code == 422 and "应为 100%" in refused.content.decode()
    clerk.post(edit, _typed())
    assert (
        "日期写法不对"
        in lead.post(scheme.get_absolute_url(), {"action": "enact", "on": "一月"}).content.decode()
    )
    lead.post(scheme.get_absolute_url(), {"action": "enact", "on": "2026.1.10"})
    scheme.refresh_from_db()
    assert (scheme.state, scheme.in_force_on) == ("scoring", date(2026, 1, 10))
    assert clerk.get(edit).status_code == 404


def test_scores_are_typed_page_by_page(client_of, scheme, tree):
    clerk = client_of(Role.STREET_CLERK)
    url = f"/assessments/{scheme.pk}/scores/"
    place, criterion = scheme.assessments.order_by("path")[0], scheme.criteria.all()[0]
    name = f"score-{place.pk}-{criterion.pk}"
    base = {f"base-{each.pk}": ": : :" for each in scheme.assessments.all()}
    wrong = clerk.post(url, base | {name: "101"})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "莲湖路社区 居民自治：“101”不能大于 100 分" in text
    assert 'value="101"' in text and not Score.objects.exists()
    saved = clerk.post(url, base | {name: "88.5"}, follow=True).content.decode()
    assert "已保存 1 个得分" in saved and 'value="88.50"' in saved
    assert (
        "没有改动"
        in clerk.post(
            url, base | {f"base-{place.pk}": "8850: : :", name: "88.5"}, follow=True
        ).content.decode()
    )
    both = clerk.post(url, base | {name: "70", f"score-{place.pk}-{scheme.criteria.all()[1].pk}": "甲"})
    assert "不是数字" in both.content.decode()
    late = clerk.post(url, base | {name: "70", f"base-{place.pk}": _base(both, place)})
    assert late.status_code == 422 and "别人已改为 88.50" in late.content.decode()
    told = base | {name: "70", f"base-{place.pk}": _base(late, place)}
    assert "已保存 1 个得分" in clerk.post(url, told, follow=True).content.decode()


def _base(answer, place):
    """What the page takes as shown of one community."""
    return next(each.base for each in answer.context["shown"] if each.line.assessment == place)


def test_a_sheet_is_shown_before_it_is_saved(client_of, scheme):
    clerk = client_of(Role.STREET_CLERK)
    answer = clerk.get(f"/assessments/{scheme.pk}/sheet/")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    url = f"/assessments/{scheme.pk}/upload/"

    def upload():
        made = BytesIO()
        book.save(made)
        made.seek(0)
        made.name = "打分表.xlsx"
        return clerk.post(url, {"file": made})

    book[SHEET]["C2"] = 120
    wrong = upload()
    assert wrong.status_code == 422
    assert f"{SHEET}!C2" in wrong.content.decode() and "没有保存任何得分" in wrong.content.decode()
    book[SHEET]["C2"] = 91.25
    shown = upload()
    assert "改动 1 个得分" in shown.content.decode() and not Score.objects.exists()
    token = shown.context["token"]
    assert "已保存 1 个得分" in clerk.post(url, {"changes": token}, follow=True).content.decode()
    assert Score.objects.get().value_c == 9_125
    assert "预览已超过一小时" in clerk.post(url, {"changes": token + "x"}, follow=True).content.decode()
    assert clerk.post(url, {}).status_code == 422


def test_a_community_reads_its_own_result_when_it_is_published(client_of, scheme, lead, tree):
    score_all(scheme)
    finalise(user=lead, scheme=scheme)
    community = client_of(Role.COMMUNITY)
    own = scheme.assessments.get(division=tree.community)
    other = scheme.assessments.get(division=tree["610104001002"])
    listed = community.get("/assessments/", follow=True)
    assert listed.redirect_chain and "莲湖路社区" in listed.content.decode()
    assert "90.00" not in listed.content.decode()
    assert "公开后可见" in community.get(own.get_absolute_url()).content.decode()
    publish(user=lead, scheme=scheme, on=DAY, place="公告栏", today=date(2026, 12, 20))
    page = community.get(own.get_absolute_url()).content.decode()
    assert "90.00" in page and "第 1 名，共 2 个社区" in page
    assert community.get(other.get_absolute_url()).status_code == 404
    assert community.get(scheme.get_absolute_url()).status_code == 404


def test_a_street_reads_averages_of_what_its_communities_think(client_of, upward, lead, tree):
    community, street = client_of(Role.COMMUNITY), client_of(Role.STREET_LEAD)
    own = upward.assessments.get(division=tree.community)
    criteria = list(upward.criteria.all())
    typed = {f"score-{own.pk}-{each.pk}": "61.37" for each in criteria}
    answer = community.post(
        own.get_absolute_url(), {"action": "score", f"base-{own.pk}": ": : :", **typed}, follow=True
    )
    assert "已保存 3 个得分" in answer.content.decode()
    page = street.get(upward.get_absolute_url()).content.decode()
    assert "61.37" not in page and "定稿后看到平均分" in page
    assert street.get(own.get_absolute_url()).status_code == 404
    assert street.get(f"/assessments/{upward.pk}/scores/").status_code == 403
    assert street.get(f"/assessments/{upward.pk}/sheet/").status_code == 403
    bureau = client_of(Role.COUNTY_STAFF)
    assert "61.37" in bureau.get(upward.get_absolute_url()).content.decode()
    assert bureau.get(f"/assessments/{upward.pk}/scores/").status_code == 200
    for row in upward.assessments.exclude(pk=own.pk):
        for criterion in criteria:
            Score.objects.create(assessment=row, criterion=criterion, value_c=6_137)
    # Watched while scores come in, an average would tell the one that was added.
    assert "61.37" not in street.get(upward.get_absolute_url()).content.decode()
    finalise(user=lead, scheme=upward)
    final = street.get(upward.get_absolute_url()).content.decode()
    assert "61.37" in final and "退回打分" not in final
    assert "退回打分" in bureau.get(upward.get_absolute_url()).content.decode()


def test_what_waits_is_told_to_whom_it_concerns(client_of, draft, lead, tree):
    def todos(role):
        cache.clear()
        return client_of(role).get("/todo/").content.decode()

    assert "考核方案待施行：2026年度考核方案" in todos(Role.STREET_LEAD)
    assert "考核方案拟订中" in todos(Role.STREET_CLERK)
    assert "考核方案" not in todos(Role.COUNTY_LEAD)
    enact(user=lead, scheme=draft, on=DAY)
    assert "考核打分：2026年度考核方案" in todos(Role.STREET_CLERK)
    assert "填写社区自评：2026年度考核方案" in todos(Role.COMMUNITY)
    score_all(draft)
    finalise(user=lead, scheme=draft)
    assert "考核结果待公开" in todos(Role.STREET_LEAD)
    assert "2026年度考核方案" not in todos(Role.COMMUNITY)


def test_measures_show_what_the_schemes_hold(measured_tree, scheme):
    measures = list(
        Measure.objects.filter(code__in=["SX-ASM-02", "SX-ASM-03", "SX-ASM-04"]).select_related(
            "document", "clause", "standard"
        )
    )

    def shown():
        cache.clear()
        found = figures_of(measures, measured_tree.county, date(2026, 6, 15))
        return {(code, each.label): each.value for code, all_ in found.items() for each in all_}

    before = shown()
    assert before["SX-ASM-02", "采用群众测评"] == "1 个方案"
    assert before["SX-ASM-02", "采用交叉考评"] == "0 个方案"
    assert before["SX-ASM-03", "本年已考评社区"] == "0 个单位"
    assert before["SX-ASM-04", "现行考核方案"] == "1 个"
    Scheme.objects.update(state="final")
    assert shown()["SX-ASM-03", "本年已考评社区"] == "1 个单位"


def test_a_figure_of_a_checkup_leads_to_the_schemes_of_the_community(measured_tree, client_of, scheme):
    client = client_of(Role.COUNTY_STAFF)
    url = rows_url(measured_tree.community.code, "schemes")
    text = client.get(url).content.decode()
    assert "莲湖路社区" in text and "习武园社区" not in text.partition("<tbody>")[2]
