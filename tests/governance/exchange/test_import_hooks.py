"""What runs after an import: for the communities that changed, or for few areas that contain them."""

import pytest

from governance.accounts.roles import Role
from governance.exchange.hooks import MOST_PATHS, AfterImport, cover
from governance.exchange.importing import apply as applying
from governance.exchange.services import apply, prepare
from grids.models import Grid
from tests.governance.exchange.sheets import SECOND, workbook


def test_cover_keeps_few_communities_and_widens_many():
    few = {f"6101040010{n:02}" for n in range(MOST_PATHS)}
    assert cover(few) == tuple(sorted(few))
    assert cover(few | {"610104001099"}) == ("610104001",)
    assert cover({f"6101{n:02}001001" for n in range(30)}) == ("6101",)
    assert cover([]) == ()


@pytest.mark.django_db
def test_hooks_get_the_changed_paths_and_cannot_undo_the_import(tree, user_of, monkeypatch):
    called = []
    hooks = AfterImport()
    hooks.register(lambda paths, on: called.append((paths, on)))

    @hooks.register
    def broken(paths, on):
        raise RuntimeError

    monkeypatch.setattr(applying, "after_import", hooks)
    clerk = user_of(Role.STREET_CLERK)
    plan = prepare(workbook(网格=[{}, {"社区代码": SECOND}]), clerk)
    apply(plan, clerk)
    assert called == [((tree.community.path, tree[SECOND].path), plan.on)] and Grid.objects.count() == 2
    apply(prepare(workbook(网格=[{}]), clerk), clerk)
    assert len(called) == 1
