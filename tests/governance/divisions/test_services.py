import io
import json

import pytest
from django.core.management import call_command

from communities.models import Community
from governance.audit.models import Event, EventKind
from governance.divisions.models import Division
from governance.divisions.services import MoveRefused, check_paths, move_division
from tests.factories import make_division


def test_a_fresh_tree_is_right(tree):
    assert check_paths() == []


def test_moving_a_street_takes_its_communities_along(tree):
    moved = move_division(division=tree.street, parent=tree.foreign_county, reason="区划调整")
    assert moved.parent == tree.foreign_county and moved.code == "610104001"
    assert moved.path.startswith(tree.foreign_county.path) and moved.path != tree.foreign_street.path
    communities = Community.objects.under(tree.foreign_county.path)
    assert set(communities.values_list("division__code", flat=True)) == {
        "610104001001",
        "610104001002",
        "610102001001",
    }
    assert check_paths() == []
    event = Event.objects.get(kind=EventKind.CHANGE)
    assert (event.before, event.after) == ({"parent": "610104"}, {"parent": "610102"})


def test_moving_back_restores_the_tree(tree):
    paths = dict(Division.objects.values_list("code", "path"))
    moved = move_division(division=tree.street, parent=tree.foreign_county, reason="")
    move_division(division=moved, parent=tree.county, reason="")
    after = dict(Division.objects.values_list("code", "path"))
    assert after.keys() == paths.keys()
    assert check_paths() == []


def test_a_county_moves_over_a_missing_level(tree):
    moved = move_division(division=tree.county, parent=tree.province, reason="")
    assert moved.path == "610004"
    assert Division.objects.get(code="610104001001").path == "610004001001"
    assert check_paths() == []


def test_moves_that_would_break_the_tree_are_refused(tree):
    with pytest.raises(MoveRefused, match="级别"):
        move_division(division=tree.county, parent=tree.foreign_street, reason="")
    with pytest.raises(MoveRefused, match="下级"):
        move_division(division=tree.county, parent=tree.street, reason="")
    with pytest.raises(MoveRefused, match="不能移动"):
        move_division(division=tree.country, parent=tree.province, reason="")
    assert check_paths() == []
    assert not Event.objects.filter(kind=EventKind.CHANGE).exists()


def test_a_wrong_copy_and_a_wrong_node_are_found(tree):
    Community.objects.filter(division=tree.community).update(path=tree.foreign_community.path)
    lost = make_division("610104003", "第三街道")
    Division.objects.filter(pk=lost.pk).update(path="620104003")
    faults = {fault.model: fault for fault in check_paths()}
    assert faults["communities.community"].count == 1
    assert faults["divisions.division"].examples == (lost.pk,)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("check_paths", "--json", stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue())["ok"] is False
