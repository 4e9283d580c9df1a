"""All standards of a province: stored by us, by one hand-written statement, object by object."""

from collections.abc import Iterator

from benchmarks import handwritten, orm_loop, synthetic
from benchmarks.agreement import differences
from benchmarks.ground import ON, Ground
from benchmarks.models import LoopResult
from benchmarks.timing import Measurement, by_turns, say, seconds
from governance.policies.evaluation.resolve import rules_for
from governance.policies.evaluation.store import store_frozen
from governance.policies.indicators import cards
from governance.policies.models import EvaluationRun, Scorecard

ROUNDS = 4
LOOP_SAMPLE = 40


def measure(ground: Ground) -> Iterator[Measurement]:
    spent = seconds(lambda: synthetic.fill(ground))
    say(f"  ledgers filled in {spent:.0f} s")
    path = ground.province.path
    rules = rules_for(path=path, on=ON)
    handwritten.make_table(path)

    _forget_runs()
    # Both add a run to those before, as freezes do.
    stored, written = by_turns(
        lambda: store_frozen(on=ON, path=path), lambda: handwritten.insert(path), rounds=ROUNDS
    )
    yield Measurement(
        "evaluation",
        "one hand-written INSERT … SELECT into one wide table",
        stored,
        written,
        ground.rows,
        "≤ 2",
        notes={"standards": len(rules), "differing_letters": _differing()},
    )
    sample = ground.rows if ground.full else min(LOOP_SAMPLE, ground.rows)
    communities = ground.communities()
    spread = communities[:: max(1, len(communities) // sample)][:sample]
    looped = seconds(lambda: orm_loop.evaluate(spread, rules, ON)) * ground.rows / len(spread)
    LoopResult.objects.all().delete()
    yield Measurement(
        "evaluation",
        "ORM loop, object by object",
        stored,
        looped,
        ground.rows,
        "≥ 200",
        sampled=len(spread),
    )


def _forget_runs() -> None:
    for model in (Scorecard, *(card.model for card in cards())):
        model._base_manager.all()._raw_delete("default")
    EvaluationRun.objects.all().delete()


def _differing() -> int:
    """On how many letters the two disagree, which ones on standard error."""
    run = EvaluationRun.objects.latest("pk")
    found = differences(run)
    for (code, ours, theirs), number in sorted(found.items()):
        say(f"  {code}: {ours}, by hand {theirs}, in {number} communities")
    return found.total()
