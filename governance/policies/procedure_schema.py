"""The strict schema of procedures: how a case is handled step by step, as data of a pack.

A procedure names the measures it carries out and its steps: who acts, what is filled in, which papers are
required, which gates must be open, until when. `governance.workflows` runs cases by it.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from governance.policies.record_schema import Answer, Key, Label, RecordField, RecordRule, Strict

Actor = Literal["community", "department", "street", "street_lead", "county", "county_lead", "city"]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
"""`step.field`: what was filled in at another step."""


class Evidence(Strict):
    """A paper of a step; without a required one the step cannot be finished."""

    key: Key
    label: Label
    required: bool = True
    when: dict[str, Answer] = {}
    """Required only with these answers of the same step."""


class Deadline(Strict):
    """Until the end of which day a step is to be finished.

    Exactly one of `days` (calendar), `working_days`, `months` and `year_end` (the last day of the year) after
    `since` (a date of another step; without it the day on which the step began). `basis` says where it comes
    from: the clause, or that it is a setting of the portal.
    """

    days: int | None = Field(default=None, ge=1, le=3650)
    working_days: int | None = Field(default=None, ge=1, le=1000)
    months: int | None = Field(default=None, ge=1, le=120)
    year_end: bool = False
    since: Reference | None = None
    basis: str

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        lengths = [self.days, self.working_days, self.months, self.year_end or None]
        if sum(each is not None for each in lengths) != 1:
            raise ValueError("a deadline has exactly one of days, working_days, months, year_end")
        return self

    @property
    def text(self) -> str:
        """The length in words."""
        if self.year_end:
            return "当年12月31日前"
        if self.months is not None:
            return f"{self.months}个月内"
        if self.days is not None:
            return f"{self.days}日内"
        return f"{self.working_days}个工作日内"


class Turn(Strict):
    """What an answer leads to instead of the next step: back `to` an earlier or side step, or the `end`."""

    when: dict[str, Answer] = Field(min_length=1)
    to: Key | None = None
    end: Literal["refused", "done"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.to is None) == (self.end is None):
            raise ValueError("a turn leads to a step or ends the case")
        return self


class ProcedureStep(Strict):
    """One step.

    `after`: the steps that must be over before it begins; without it the one that stands before it, [] for a
    step that begins with the case. `external`: whoever decides never signs in, and the step is recorded for
    him with number and date of the paper. `optional`: may be left out, with a reason. `side`: begins only
    when a turn leads there (rectification). `only_if`: left out by itself unless an earlier answer is given.
    `gates` and `effects` are names registered by apps.
    """

    key: Key
    title: Annotated[str, StringConstraints(min_length=2, max_length=24)]
    measure: str = ""
    by: Actor
    after: list[Key] | None = None
    external: str = ""
    optional: bool = False
    side: bool = False
    only_if: dict[Reference, Answer] = {}
    fields: list[RecordField] = []
    evidence: list[Evidence] = []
    rules: list[RecordRule] = []
    gates: list[Key] = []
    effects: list[Key] = []
    turns: list[Turn] = []
    deadline: Deadline | None = None
    help: str = ""

    def field(self, key: str) -> RecordField | None:
        return next((each for each in self.fields if each.key == key), None)

    @model_validator(mode="after")
    def _names_its_own(self) -> Self:
        keys = [each.key for each in self.fields]
        if len(set(keys)) != len(keys):
            raise ValueError("two fields have the same key")
        papers = [each.key for each in self.evidence]
        if len(set(papers)) != len(papers):
            raise ValueError("two papers have the same key")
        asked = {key for rule in self.rules for key in rule.named()}
        asked |= {key for paper in self.evidence for key in paper.when}
        asked |= {key for turn in self.turns for key in turn.when}
        if unknown := asked - set(keys):
            raise ValueError(f"rules name unknown fields {', '.join(sorted(unknown))}")
        if any(rule.is_beyond or rule.breach for rule in self.rules):
            raise ValueError("a step has papers and an order of its own; its rules speak of its fields only")
        return self


class Procedure(Strict):
    """A kind of case.

    `level`: the division a case is about. `name`: label of what it is called. `once`: how many open cases
    there may be: any number (`no`), one for a `division`, one for a division and `name`. `measures` are those
    it carries out besides the ones its steps name.
    """

    slug: Slug
    version: int = Field(default=1, ge=1)
    title: Annotated[str, StringConstraints(min_length=2, max_length=24)]
    level: Literal["city", "county", "street", "community"]
    area_types: list[Literal["urban", "town", "rural"]] = []
    opener: Literal["community", "department", "street", "county"] = "street"
    name: Label
    once: Literal["no", "division", "name"] = "no"
    measures: list[str] = []
    intro: str = ""
    steps: list[ProcedureStep] = Field(min_length=2)

    def step(self, key: str) -> ProcedureStep:
        return next(each for each in self.steps if each.key == key)

    def has(self, key: str) -> bool:
        return any(each.key == key for each in self.steps)

    def after(self, step: ProcedureStep) -> list[str]:
        """The steps a step waits for."""
        if step.after is not None:
            return step.after
        place = self.steps.index(step)
        return [self.steps[place - 1].key] if place else []

    def all_measures(self) -> list[str]:
        """Every measure it carries out, once each."""
        named = [*self.measures, *(step.measure for step in self.steps if step.measure)]
        return list(dict.fromkeys(named))

    def _references(self) -> Iterator[str]:
        for step in self.steps:
            yield from step.only_if
            if step.deadline is not None and step.deadline.since:
                yield step.deadline.since

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        keys = [step.key for step in self.steps]
        if len(set(keys)) != len(keys):
            raise ValueError("two steps have the same key")
        for place, step in enumerate(self.steps):
            if unknown := set(self.after(step)) - set(keys[:place]):
                raise ValueError(f"{step.key} waits for {', '.join(sorted(unknown))}, which is not before it")
            for turn in step.turns:
                if turn.to is not None and (turn.to not in keys or turn.to == step.key):
                    raise ValueError(f"{step.key} turns to unknown step {turn.to}")
        for reference in self._references():
            key, field = reference.split(".")
            if key not in keys or self.step(key).field(field) is None:
                raise ValueError(f"unknown reference {reference}")
        for step in self.steps:
            since = step.deadline.since if step.deadline else None
            if since:
                key, name = since.split(".")
                start = self.step(key).field(name)
                if start is None or start.type != "date":
                    raise ValueError(f"{since} is no date")
        return self


class ProceduresFile(Strict):
    procedures: list[Procedure]


def without_deadlines(procedure: Procedure) -> dict[str, object]:
    """What a running case rests on: a deadline and a help text may change under it, nothing else."""
    kept = procedure.model_dump(mode="json", exclude={"intro"})
    for step in kept["steps"]:
        del step["deadline"], step["help"]
        for field in step["fields"]:
            del field["help"]
    return kept
