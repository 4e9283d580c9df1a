"""Every scoped model says how its rows follow a split or a merger."""

import pytest

from governance.divisions import registry, transfers
from governance.divisions.transfers import Way
from governance.exchange.models import ExportFile

SHARED = {"id", "division", "path", "version", "voided_on", "void_reason"}


def test_every_scoped_model_has_a_transfer():
    missing = [model._meta.label for model in transfers.undeclared()]
    assert missing == [], "declare a Transfer in the app's apps.py (docs/adr/0023)"


def test_a_scoped_model_without_one_is_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry, "_scoped_models", [*registry._scoped_models, ExportFile])
    assert transfers.undeclared() == [ExportFile]


def test_of_an_apportioned_row_every_field_is_decided():
    rows = transfers.registered(Way.FIGURES)
    assert [each.kind for each in rows] == ["communities.community"]
    for each in rows:
        assert transfers.undecided(each, SHARED) == set()
        assert transfers.undecided(each, SHARED - {"version"}) == {"version"}


def test_what_moves_is_told_in_words_and_what_stays_says_why():
    for each in transfers.registered():
        assert each.why if each.way is Way.STAYS else each.label, each.kind
        assert len(each.sums) <= 3
        assert bool(each.renamed) == (each.rename is not None)
        for name in (*each.sums, *filter(None, [each.renamed]), *each.figures):
            assert each.caption(name)


def test_names_and_numbers_that_are_taken():
    assert transfers.with_origin("活动室", set(), "习武园社区", 20) == "活动室（原习武园社区）"
    taken = {"活动室（原习武园社区）"}
    assert transfers.with_origin("活动室", taken, "习武园社区", 20) == "活动室（原习武园社区2）"
    assert len(transfers.with_origin("很长的名称" * 9, set(), "习武园社区", 20)) == 20
    assert transfers.next_number("001", {"001", "017", "东区"}, "习武园社区", 30) == "018"
    assert transfers.next_number("东区", {"东区"}, "习武园社区", 30) == "东区（原习武园社区）"
