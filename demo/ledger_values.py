"""Invented values for the fields of any record type, such that its gates are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from demo.people import MARK
from governance.ledgers.rules import faults, speaks
from governance.policies.record_schema import Answer, RecordField, RecordRule, RecordType

_STEPS = 60
_SEEDS = 40
_WAIT = timedelta(days=30)
_LASTS = timedelta(days=3650)


@dataclass
class Invented:
    """The values of one entry by field key, in smallest units, and its day."""

    record: RecordType
    day: date
    seed: int
    values: dict[str, Any] = field(default_factory=dict)

    def ask(self, key: str) -> Any:
        return self.day if key == "started_on" else self.values.get(key)

    def invent(self, each: RecordField) -> Any:
        """A value of a field that is plausible by itself."""
        codes = [code for code in each.choices if code != "other"] or list(each.choices)
        made: Mapping[str, Any] = {
            "text": f"{MARK}{each.label}",
            "long_text": f"{MARK}{each.label}：按要求办理，情况正常。",
            "number": 12 + self.seed % 30,
            "quantity": 12_000 + 100 * (self.seed % 50),
            "money": 2_000_000 + 10_000 * (self.seed % 90),
            "percent": 8_500 + self.seed % 900,
            "date": self.day + _WAIT if each.key in {self.record.due, self.record.until} else self.day,
            "yes_no": True,
            "choice": codes[self.seed % len(codes)] if codes else "",
            "choices": codes,
        }
        return made[each.type]

    def mend(self, rule: RecordRule, key: str) -> None:
        """Give a field the value that a broken rule asks for."""
        if key in rule.equals:
            answer = rule.equals[key]
            self.values[key] = answer[0] if isinstance(answer, list) else answer
        elif key in rule.holds:
            self.values[key] = sorted({*(self.values.get(key) or ()), *rule.holds[key]})
        elif key in rule.not_before:
            self.values[key] = self.ask(rule.not_before[key])
        elif key in rule.days_after:
            early, days = rule.days_after[key]
            self.values[key] = self.ask(early) + timedelta(days=days)
        elif key in rule.left:
            whole, *parts = rule.left[key]
            self.values[key] = max(0, (self.ask(whole) or 0) - sum(self.ask(part) or 0 for part in parts))
        elif key in rule.at_most:
            self.values[key] = self._number(rule.at_most[key])
        elif key in rule.at_least:
            self.values[key] = self._number(rule.at_least[key])
        elif key == "ended_on":
            self.values[key] = self.day + _LASTS
        else:
            self.values[key] = self.invent(self.record.field(key)) or 1

    def _number(self, given: str | int) -> Any:
        return self.ask(given) if isinstance(given, str) else given

    def stay_behind(self) -> None:
        """Answers that ask for another entry or an attachment are left to those that do not."""
        for rule in self.record.rules:
            if rule.is_beyond and speaks(rule, self.ask):
                key = next(iter(rule.when))
                barred = {
                    word
                    for other in self.record.rules
                    if other.is_beyond
                    for word in _listed(other.when.get(key, []))
                }
                self.values[key] = next(code for code in self.record.field(key).choices if code not in barred)

    def settle(self) -> bool:
        """Mend what is broken until every gate is kept; False when that does not come to an end."""
        for _ in range(_STEPS):
            self.stay_behind()
            broken = [
                (rule, key)
                for rule in self.record.rules
                for key in faults(rule, self.ask)
                if key != "started_on"
            ]
            if not broken:
                return True
            for rule, key in broken:
                self.mend(rule, key)
        return False


def _listed(answer: Answer) -> list[str]:
    return answer if isinstance(answer, list) else [str(answer)]


def invent(record: RecordType, day: date, seed: int = 0) -> dict[str, Any]:
    """Values of an entry that may be saved: all fields first, else the required ones only.

    With `ended_on` where a gate asks for an end.

    Raises `ValueError` for a record type whose gates no entry can keep.
    """
    for offset in range(_SEEDS):
        for fields in (record.fields, [each for each in record.fields if each.required]):
            entry = Invented(record, day, seed + offset)
            entry.values = {each.key: entry.invent(each) for each in fields}
            if entry.settle():
                return entry.values
    raise ValueError(f"no entry keeps the gates of {record.measure}")
