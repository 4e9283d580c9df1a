"""20,356 rows × 20 columns into empty communities: ours, stock import-export, and the floor beneath both."""

from collections.abc import Iterator

from benchmarks import floor_import, stock_import, synthetic, workbook_rows
from benchmarks.ground import ON, Ground
from benchmarks.timing import Measurement, seconds
from communities.models import Community
from governance.accounts.scope import forget_scope
from governance.audit.models import Event
from governance.exchange.hooks import after_import
from governance.exchange.importing.apply import apply
from governance.exchange.importing.lines import Status
from governance.exchange.importing.prepare import prepare

ROUNDS = 3
STOCK_SAMPLE = 600


def measure(ground: Ground) -> Iterator[Measurement]:
    synthetic.clear()
    synthetic.fill_communities(ground)
    rows = workbook_rows.complete(workbook_rows.cells(ground))
    content = workbook_rows.xlsx(rows)
    notes = {"columns": len(rows[0]), "megabytes": round(len(content) / 1e6, 1)}
    spent, floors = [], []
    prepared = 0.0
    for _ in range(ROUNDS):
        _empty(ground)
        floors.append(seconds(lambda: floor_import.load(content)))
        _empty(ground)
        prepared, applied = _ours(ground, content)
        spent.append(prepared + applied)
    ours, floor = min(spent), min(floors)
    yield Measurement(
        "import",
        "floor: calamine, staging, SQL checks, update",
        ours,
        floor,
        ground.rows,
        "≤ 4",
        notes=notes | {"preview_share": round(prepared / spent[-1], 2)},
    )
    _empty(ground)
    read = seconds(lambda: stock_import.read(content))
    sample = ground.rows if ground.full else min(STOCK_SAMPLE, ground.rows)
    dataset = stock_import.read(workbook_rows.xlsx(rows[:sample]))
    stock = read + seconds(lambda: stock_import.load(dataset)) * ground.rows / sample
    yield Measurement(
        "import", "stock django-import-export ModelResource", ours, stock, ground.rows, "≥ 15", sample
    )


def _empty(ground: Ground) -> None:
    synthetic.clear()
    Event.objects.all()._raw_delete("default")
    ground.analyse()


def _ours(ground: Ground, content: bytes) -> tuple[float, float]:
    """Seconds of preview and of saving; what upper apps do after an import is no part of it."""
    forget_scope(ground.user)
    plans = []
    prepared = seconds(lambda: plans.append(prepare(content, ground.user, on=ON)))
    plan = plans[0]
    # A community nobody has filled in yet counts as new.
    found = {status.value: plan.count(status) for status in Status}
    assert found[Status.NEW] + found[Status.CHANGED] == ground.rows, found
    hooks, after_import._hooks = after_import._hooks, []
    try:
        applied = seconds(lambda: apply(plan, ground.user))
    finally:
        after_import._hooks = hooks
    assert Community.objects.exclude(area_type="").count() == ground.rows
    assert Event.objects.count() == ground.rows + 1
    return prepared, applied
