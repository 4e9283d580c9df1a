"""Who inherits which rule: standards of one indicator, widest jurisdiction first, and what replaces what."""

from collections.abc import Sequence
from dataclasses import dataclass

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
        return self.narrow.document.jurisdiction.name

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
        name = self.rule.document.jurisdiction.name
        return f"{name}（{'、'.join(self.without)}除外）" if self.without else name


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
    family = sorted((rule for rule in rules if rule.indicator.code == indicator), key=lambda rule: rule.path)
    names = {rule.path: rule.document.jurisdiction.name for rule in family}
    return [Heir(rule, tuple(names[path] for path in rule.replaced_in if path in names)) for rule in family]


def meetings_of(document: PolicyDocument, rules: Sequence[Rule]) -> list[Meeting]:
    """Where a document's rules meet those of others."""
    return [
        each for each in meetings(rules) if document.pk in (each.narrow.document.pk, each.wide.document.pk)
    ]
