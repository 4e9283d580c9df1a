"""Scores in both directions: who gives them, who reads them, and that nothing is overwritten unseen."""

from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from assessments.lifecycle import finalise, include_new, reopen
from assessments.models import Score
from assessments.results import averages_of, lines_of, ranked
from assessments.scoresheet import SHEET, read_scores, write_scores
from assessments.scoring import NOTHING, Change, exempt, save_scores
from governance.accounts.roles import Role
from governance.audit.models import Event
from governance.exchange.guard import UploadRefused
from tests.assessments.conftest import score_all


def _change(scheme, division, name, new, base=NOTHING):
    place, criterion = scheme.assessments.get(division=division), scheme.criteria.get(name=name)
    return Change(place.pk, criterion.pk, base, new)


def test_scores_are_saved_together_and_told(scheme, clerk, tree):
    changes = [
        _change(scheme, tree.community, "居民自治", (8_850, None)),
        _change(scheme, tree.community, "群众满意度", (9_200, 35)),
        _change(scheme, tree["610104001002"], "居民自治", NOTHING),
    ]
    assert save_scores(user=clerk, scheme=scheme, changes=changes) == 2
    assert save_scores(user=clerk, scheme=scheme, changes=changes) == 0
    event = Event.objects.filter(object_type="assessments.assessment").latest("pk")
    assert event.after == {"居民自治": "88.50", "群众满意度": "92.00（35 份）"}


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(scheme, clerk, lead, tree):
    save_scores(
        user=lead, scheme=scheme, changes=[_change(scheme, tree.community, "居民自治", (8_000, None))]
    )
    mine = [
        _change(scheme, tree.community, "居民自治", (9_000, None)),
        _change(scheme, tree.community, "公共服务", (7_000, None)),
    ]
    with pytest.raises(ValidationError) as refused:
        save_scores(user=clerk, scheme=scheme, changes=mine)
    assert "别人已改为 80.00，您填的是 90.00" in refused.value.messages[0]
    assert Score.objects.count() == 1
    seen = [_change(scheme, tree.community, "居民自治", (9_000, None), base=(8_000, None)), mine[1]]
    assert save_scores(user=clerk, scheme=scheme, changes=seen) == 2


def test_scores_of_another_scheme_or_after_the_end_are_refused(scheme, upward, clerk, lead, tree):
    foreign = _change(upward, tree.community, "居民自治", (9_000, None))
    with pytest.raises(ValidationError, match="不属于这个方案"):
        save_scores(user=clerk, scheme=scheme, changes=[foreign])
    answers = _change(scheme, tree.community, "群众满意度", (None, 3))
    with pytest.raises(ValidationError, match="没有填得分"):
        save_scores(user=clerk, scheme=scheme, changes=[answers])
    score_all(scheme)
    include_new(user=clerk, scheme=scheme)
    exempt(user=clerk, assessment=scheme.assessments.get(division__code="610104001003"), reason="新设立")
    finalise(user=lead, scheme=scheme)
    late = _change(scheme, tree.community, "居民自治", (1, None), base=(9_000, None))
    with pytest.raises(ValidationError, match="已定稿"):
        save_scores(user=clerk, scheme=scheme, changes=[late])


def test_a_street_is_assessed_by_its_communities_and_not_by_itself(upward, lead, user_of, tree):
    community, change = user_of(Role.COMMUNITY), _change(upward, tree.community, "居民自治", (6_000, None))
    with pytest.raises(PermissionDenied):
        save_scores(user=lead, scheme=upward, changes=[change])
    assert save_scores(user=community, scheme=upward, changes=[change]) == 1
    other = _change(upward, tree["610104001002"], "居民自治", (6_000, None))
    with pytest.raises(PermissionDenied):
        save_scores(user=community, scheme=upward, changes=[other])
    assert save_scores(user=user_of(Role.COUNTY_STAFF), scheme=upward, changes=[other]) == 1


def test_averages_about_a_street_need_three_communities(upward, lead, tree):
    criteria = list(upward.criteria.all())
    rows = list(upward.assessments.order_by("path"))
    for row, value in zip(rows[:2], (6_000, 7_000), strict=True):
        Score.objects.create(assessment=row, criterion=criteria[0], value_c=value)
    assert averages_of(lines_of(upward), criteria, floor=3)[0].mean_c is None
    Score.objects.create(assessment=rows[2], criterion=criteria[0], value_c=8_001)
    first = averages_of(lines_of(upward), criteria, floor=3)[0]
    assert (first.given, first.mean_c) == (3, 7_000)
    Score.objects.all().delete()
    score_all(upward)
    rows[2].exempt_reason = "班子调整"
    rows[2].save()
    with pytest.raises(ValidationError, match="不足 3 个"):
        finalise(user=lead, scheme=upward)


def test_a_street_neither_leaves_out_who_assesses_it_nor_asks_again(upward, lead, user_of):
    row = upward.assessments.order_by("path")[0]
    with pytest.raises(PermissionDenied):
        exempt(user=lead, assessment=row, reason="不参加")
    score_all(upward)
    finalise(user=lead, scheme=upward)
    with pytest.raises(PermissionDenied):
        reopen(user=lead, scheme=upward, reason="再评一次")
    reopen(user=user_of(Role.COUNTY_STAFF), scheme=upward, reason="有一个社区填错")


def test_equal_results_share_a_place(scheme):
    score_all(scheme)
    first, second = ranked(lines_of(scheme))
    assert (first.result, first.rank, second.result, second.rank) == (9_000, 1, 8_999, 2)
    Score.objects.update(value_c=8_000)
    assert [line.rank for line in ranked(lines_of(scheme))] == [1, 1]


def _sheet(scheme):
    content = write_scores(scheme, lines_of(scheme), notes=["演示"])
    book = openpyxl.load_workbook(BytesIO(content))
    return book, book[SHEET]


def _read(book, scheme):
    made = BytesIO()
    book.save(made)
    return read_scores(made.getvalue(), lines_of(scheme))


def test_the_sheet_comes_back_unchanged(scheme):
    score_all(scheme)
    read = _read(_sheet(scheme)[0], scheme)
    assert (read.changes, read.faults) == ([], [])


def test_the_sheet_names_the_criteria_and_takes_scores(scheme, clerk, tree):
    book, sheet = _sheet(scheme)
    assert [cell.value for cell in sheet[1]] == [
        *("社区代码", "社区名称", "居民自治", "公共服务", "群众满意度", "群众满意度有效评价数")
    ]
    sheet["C2"], sheet["E2"], sheet["F2"] = 88.5, "９２.25", 35
    read = _read(book, scheme)
    assert not read.faults
    assert save_scores(user=clerk, scheme=scheme, changes=read.changes) == 2
    line = lines_of(scheme)[0]
    assert [score and (score.value_c, score.replies) for _, score in line.cells] == [
        *((8_850, None), None, (9_225, 35))
    ]


def test_all_faults_of_a_sheet_at_once_with_their_place(scheme, tree):
    book, sheet = _sheet(scheme)
    sheet["C2"], sheet["D2"], sheet["F2"] = 100.01, "优", 0
    sheet["A3"] = tree.community.code
    sheet.append(["610102001001", "外区", 90])
    sheet.append([None, "没有代码", 90])
    found = {fault.where: fault.message for fault in _read(book, scheme).faults}
    assert set(found) == {f"{SHEET}!{place}" for place in ("C2", "D2", "F2", "A3", "A4", "A5")}
    assert "不能大于 100" in found[f"{SHEET}!C2"]
    assert "不是数字" in found[f"{SHEET}!D2"]
    assert "第 2 行是同一个社区" in found[f"{SHEET}!A3"]
    assert "不是本方案参评的社区" in found[f"{SHEET}!A4"]
    assert not Score.objects.exists()


def test_a_sheet_of_something_else_is_refused(scheme):
    book, sheet = _sheet(scheme)
    sheet["C1"] = "自治水平"
    faults = _read(book, scheme).faults
    assert "没有名为“自治水平”的指标" in faults[0].message
    sheet.title = "别的表"
    assert "没有找到工作表" in _read(book, scheme).faults[0].message
    with pytest.raises(UploadRefused):
        read_scores(b"%PDF-1.7", lines_of(scheme))
