"""Who inherits which rule: standards of one indicator, widest jurisdiction first, and what replaces what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from governance.divisions.paths import is_under
from governance.policies.evaluation.resolve import Replacement, Rule, replacement
from governance.policies.models import PolicyDocument


@dataclass(frozen=True)
class Meeting:
    """A narrower and a wider rule of the same indicator, and which of them holds in the narrower place."""

    narrow: Rule
    wide: Rule
    verdict: Replacement

    @property
    def place(self) -> str:
        return self.narrow.place

    @property
    def text(self) -> str:
        """The state in one word: 替代 or 并行."""
        return "替代" if self.verdict.holds else "并行"


@dataclass(frozen=True)
class Heir:
    """A rule and where it holds: its jurisdiction without the places where a narrower one replaces it."""

    rule: Rule
    without: tuple[str, ...]

    @property
    def wording(self) -> str:
        return self.rule.comparison.wording(self.rule.unit)

    @property
    def place(self) -> str:
        if self.rule.place in self.without:
            return f"{self.rule.place}（已由地方标准值替代）"
        return f"{self.rule.place}（{'、'.join(self.without)}除外）" if self.without else self.rule.place


@dataclass(frozen=True)
class Link:
    """A rule over one division: whether it applies there, and why or why not."""

    rule: Rule
    state: str
    reason: str

    @property
    def wording(self) -> str:
        return self.rule.comparison.wording(self.rule.unit)

    @property
    def colour(self) -> str:
        return {APPLIES: "green", BESIDE: "blue"}.get(self.state, "grey")


APPLIES, BESIDE, REPLACED, REFERENCE = "适用", "并行", "已被替代", "参考"


def flat(rules: Sequence[Rule]) -> list[Rule]:
    """Rules with the local values that judge in their place, each by itself."""
    return [each for rule in rules for each in (replace(rule, variants=()), *rule.variants)]


def family_of(rules: Sequence[Rule], indicator: str) -> list[Rule]:
    """The rules of an indicator, widest first, a local value behind what it is a value of."""
    family = [rule for rule in flat(rules) if rule.indicator.code == indicator]
    return sorted(family, key=lambda rule: (rule.path, rule.local is not None))


def in_sight(rules: Sequence[Rule], paths: Sequence[str]) -> list[Rule]:
    """Rules without the local values of divisions that are neither above nor below some paths."""

    def is_near(rule: Rule) -> bool:
        return any(is_under(path, rule.path) or is_under(rule.path, path) for path in paths)

    return [rule for rule in flat(rules) if rule.local is None or is_near(rule)]


def meetings(rules: Sequence[Rule]) -> list[Meeting]:
    """All pairs of rules that measure the same thing in one place."""
    found = []
    for narrow in rules:
        for wide in rules:
            verdict = replacement(narrow, wide)
            if verdict is not None:
                found.append(Meeting(narrow, wide, verdict))
    return found


def heirs(rules: Sequence[Rule], indicator: str) -> list[Heir]:
    """The rules of an indicator, widest first."""
    family = family_of(rules, indicator)
    found = []
    for rule in family:
        replacing = [each for each in family if (met := replacement(each, rule)) is not None and met.holds]
        found.append(Heir(rule, tuple(dict.fromkeys(each.place for each in replacing))))
    return found


def chain(rules: Sequence[Rule], indicator: str, path: str) -> list[Link]:
    """What a division inherits, widest first: which rule applies there, which is replaced, and why."""
    over = [rule for rule in family_of(rules, indicator) if is_under(path, rule.path)]
    return [_link(rule, over) for rule in over]


def _link(rule: Rule, over: Sequence[Rule]) -> Link:
    for narrow in reversed(over):
        verdict = replacement(narrow, rule)
        if verdict is not None and verdict.holds:
            return Link(rule, REPLACED, f"由{narrow.place}《{narrow.source_title}》替代：{verdict.reason}")
    if not rule.in_force:
        return Link(rule, REFERENCE, "所在文件不是现行有效文件，结果只供参考")
    wider = [verdict for each in over if (verdict := replacement(rule, each)) is not None]
    kept = next((verdict for verdict in wider if not verdict.holds), None)
    if kept is not None:
        decides = "；以上级标准为准" if rule.is_beside else ""
        return Link(rule, BESIDE, kept.reason + decides)
    if wider:
        return Link(rule, APPLIES, wider[0].reason)
    beside = any(replacement(each, rule) is not None for each in over)
    reason = "下级另有规定但不能替代，仍按本标准核查" if beside else "下级没有另行规定，沿用本标准"
    return Link(rule, APPLIES, reason)


def meetings_of(document: PolicyDocument, rules: Sequence[Rule]) -> list[Meeting]:
    """Where a document's rules meet those of others."""
    packs = [rule for rule in rules if rule.local is None]
    return [
        each for each in meetings(packs) if document.pk in (each.narrow.document.pk, each.wide.document.pk)
    ]
