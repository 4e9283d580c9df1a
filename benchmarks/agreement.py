"""Where our letters and those of the hand-written statement differ: with the same rules nowhere."""

from collections import Counter

from benchmarks import handwritten
from governance.policies.evaluation.store import rules_of
from governance.policies.models import EvaluationRun, Scorecard

Difference = tuple[str, str, str]
"""A standard, our letter and theirs; `?` for who has none."""


def differences(run: EvaluationRun) -> Counter[Difference]:
    """How many communities each difference is found in.

    A standard that one of the two does not know differs in every community.
    """
    theirs = handwritten.letters()
    codes = [rule.code for rule in rules_of(run)]
    found: Counter[Difference] = Counter()
    for division_id, letters in Scorecard.objects.filter(run=run).values_list("division_id", "letters"):
        ours = dict(zip(codes, letters, strict=True))
        others = theirs.pop(division_id, {})
        for code in ours.keys() | others.keys():
            pair = ours.get(code, "?"), others.get(code, "?")
            if pair[0] != pair[1]:
                found[code, *pair] += 1
    for others in theirs.values():
        found.update((code, "?", letter) for code, letter in others.items())
    return found
