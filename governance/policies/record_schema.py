"""The strict schema of record types: what a document asks to be kept as a ledger, as data of its pack.

A record type belongs to one measure and carries its id. `governance.ledgers` makes form, list, workbook sheet
and statistics of it.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

LEVELS = ("province", "city", "county", "street", "community")
"""Levels of divisions an entry may be about, widest first."""

PERIODIC = ("month", "quarter", "half_year", "year")

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=r"^[^\s*\[\]:?/\\]+$")]
Answer = bool | str | list[str]
"""What a field must hold for a rule to speak: yes or no, a choice, or one of several choices."""

RESERVED = frozenset({"name", "period", "started_on", "ended_on", "count", "amount", "status", "division"})
OWN_DATES = ("started_on", "ended_on")

_TEXTS = ("text", "long_text")
_NUMBERS = ("number", "quantity", "money", "percent")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RecordField(Strict):
    """One typed field.

    `number` counts whole things of `unit`; `quantity` has two decimals (stored in hundredths of `unit`);
    `money` is 元 (stored in 分); `percent` has two decimals. `choice` takes one of `choices` (code → words),
    `choices` several.
    """

    key: Key
    label: Label
    type: Literal[
        "text", "long_text", "number", "quantity", "money", "percent", "date", "yes_no", "choice", "choices"
    ]
    required: bool = False
    unit: str = ""
    choices: dict[Key, str] = {}
    help: str = ""

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if self.key in RESERVED:
            raise ValueError(f"field key {self.key!r} is a column of every entry")
        if (self.type in {"choice", "choices"}) != bool(self.choices):
            raise ValueError("choices belong to fields of type choice and choices, and to these only")
        if len(set(self.choices.values())) != len(self.choices):
            raise ValueError("two choices have the same words")
        if any(re.search(r"[、，,；;]", words) for words in self.choices.values()):
            raise ValueError("a choice may not hold the signs that separate several")
        if self.type in {"number", "quantity"} and not self.unit:
            raise ValueError("a number needs its unit")
        if self.type not in {"number", "quantity"} and self.unit:
            raise ValueError(f"a field of type {self.type} has no unit of its own")
        return self


class RecordEarlier(Strict):
    """An entry that must be there already: of the same division and name, not voided.

    `of` is the measure whose record type it is an entry of, empty for the type itself, where it must be of an
    earlier day; `status` what it must have come to.
    """

    of: str = ""
    status: list[str] = Field(min_length=1)


_LATER = ("given", "left", "earlier", "attached", "breach")
"""Keys that came to rules after cases and entries rested on them: unused they are not part of a digest."""


class RecordRule(Strict):
    """A gate over a whole entry: when all of `when` holds, everything else must hold, or `message` is shown.

    `given` limits a rule to entries in which these fields hold something (numbers: more than zero). `filled`:
    fields that must not be empty. `equals`: answers that fields must have. `positive`: numbers above zero.
    `holds`: choices that a field of several must contain. `not_before`: date → the date (or field) it may not
    precede. `at_most`, `at_least`: number → the number (or field) it may not exceed or fall short of.
    `days_after`: date → [earlier date, days that must lie between]. `left`: number → [whole, parts …], what
    the parts leave of the whole, not below zero.

    Beyond the entry itself: `earlier` asks for an entry made before, `attached` for at least one attachment.
    A `breach` does not stop anybody from recording what really happened: the entry is saved, and marked.
    """

    when: dict[str, Answer] = {}
    given: list[str] = []
    filled: list[str] = []
    equals: dict[str, Answer] = {}
    positive: list[str] = []
    holds: dict[str, list[str]] = {}
    not_before: dict[str, str] = {}
    at_most: dict[str, str | int] = {}
    at_least: dict[str, str | int] = {}
    days_after: dict[str, tuple[str, int]] = {}
    left: dict[str, Annotated[list[str], Field(min_length=2)]] = {}
    earlier: RecordEarlier | None = None
    attached: bool = False
    breach: bool = False
    message: str

    @property
    def is_beyond(self) -> bool:
        """Whether it asks for more than the entry says by itself."""
        return self.earlier is not None or self.attached

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        own = (
            self.filled
            or self.equals
            or self.positive
            or self.holds
            or self.not_before
            or self.at_most
            or self.at_least
            or self.days_after
            or self.left
        )
        if self.is_beyond and (own or self.breach or not self.when):
            raise ValueError(
                "a rule that asks for an entry or attachment speaks of an answer, and of that alone"
            )
        if not own and not self.is_beyond:
            raise ValueError("a rule asks for nothing")
        return self

    @model_serializer(mode="wrap")
    def _without_unused(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        kept: dict[str, Any] = handler(self)
        return {key: value for key, value in kept.items() if value or key not in _LATER}

    def named(self) -> set[str]:
        """All fields the rule speaks of."""
        others = {
            value for value in (*self.at_most.values(), *self.at_least.values()) if isinstance(value, str)
        }
        return {
            *self.when,
            *self.given,
            *self.filled,
            *self.equals,
            *self.positive,
            *self.holds,
            *self.not_before,
            *self.not_before.values(),
            *self.at_most,
            *self.at_least,
            *others,
            *self.days_after,
            *(earlier for earlier, _ in self.days_after.values()),
            *self.left,
            *(key for keys in self.left.values() for key in keys),
        }


class RecordFigure(Strict):
    """An input for standards, counted over the entries of one community; its `code` is global. Entries of the
    county, street … above count for each of its communities, for standards of coverage.

    `has`: 1 when there is such an entry, 0 when there are entries but none such. `count`: such entries.
    `sum`, `amount`: the stored counts or amounts of such entries added up. `kinds`: how many different
    statuses they have. `every`: 1 when all entries are such. `periods`: for how many periods there is such an
    entry, `expected`: for how many there should be one, counted from the first whole period of a community
    (D34). Without any entry the figure is missing, never 0. `status` limits to entries with one of the
    statuses, `kept` to those that are no breach, `in_time` to those dated within `due_days` of their period's
    end, `window` to those in force (`active`), of this or last calendar `year`, or begun at any time (`all`).
    `otherwise`: an input of another registry that says the same, for communities where the figure is missing.

    Entries about higher divisions are few, so their figures may look into the fields: `lowest` and `highest`
    of a number `field`, `where` (such entries answer so) and `among` (no other entries are looked at at all).
    Every community below inherits them. `over` takes the entries of a wider division together;
    `falls_back` names the figure of another type that stands in where this one is missing.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,48}$")]
    label: Label
    otherwise: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{2,48})?$")] = ""
    kind: Literal[
        "has", "count", "sum", "amount", "kinds", "every", "periods", "expected", "lowest", "highest"
    ]
    status: list[str] = []
    kept: bool = False
    in_time: bool = False
    window: Literal["active", "year", "last_year", "year_before_last", "all"] = "active"
    unit: str = "piece"
    field: Key | None = None
    where: dict[str, Answer] = {}
    among: dict[str, Answer] = {}
    over: Literal["province", "city", "county", "street"] | None = None
    falls_back: str | None = None


class RecordRatio(Strict):
    """A share as an input for standards: figure `of` over `per`, a figure or an input of another registry.

    `within`: the part cannot be more than the whole, otherwise the data contradict each other.
    `none_is_missing`: a whole of 0 says that nothing is known (no valid answer), instead of not applying.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,48}$")]
    label: Label
    of: str
    per: str
    unit: str = "percent"
    within: bool = True
    none_is_missing: bool = False


class RecordType(Strict):
    """What is kept for one measure.

    `filing` is how often: `state` (something that exists until it ends), `event` (something that happened on
    a day), or once a `month`, `quarter`, `half_year` or `year`, due `due_days` after the period's end. `name`
    is the label of the entry's own name; periodic types may do without. `begin` and `end` are labels of the
    dates. `status`, `count`, `amount` name the fields kept in the columns that figures use (`amount` may be a
    second number, such as the whole a count is part of); `done` the statuses that close an entry. `expected`:
    every subject must have one. `evidence`: what is to be attached. `restricted`: only who enters or reviews
    sees entries, others their number. `aggregate_only`: counts of sensitive groups, so no text that could
    name anyone. `notice`: entries can be printed as a disclosure notice. `beside`: a page of its subject that
    shows the newest entry. `due`: the date until which an entry that is not done waits for somebody. `until`:
    the date from which an event no longer counts as in force. `part` tells further types
    of the same measure apart, such as the reference figures it is judged by.
    """

    measure: str
    part: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")] | None = None
    version: int = Field(default=1, ge=1)
    title: Annotated[str, StringConstraints(min_length=2, max_length=20, pattern=r"^[^\s*\[\]:?/\\]+$")]
    level: Literal["province", "city", "county", "street", "community"]
    filing: Literal["state", "event", "month", "quarter", "half_year", "year"]
    name: Label | None = None
    begin: Label | None = None
    end: Label | None = None
    area_types: list[Literal["urban", "town", "rural"]] = []
    fields: list[RecordField] = Field(min_length=1)
    status: Key | None = None
    done: list[str] = []
    count: Key | None = None
    amount: Key | None = None
    due: Key | None = None
    until: Key | None = None
    expected: bool = False
    due_days: int = Field(default=15, ge=0, le=180)
    evidence: str = ""
    restricted: bool = False
    aggregate_only: bool = False
    notice: bool = False
    beside: Literal["boundary"] | None = None
    rules: list[RecordRule] = []
    figures: list[RecordFigure] = []
    ratios: list[RecordRatio] = []
    note: str = ""

    @property
    def code(self) -> str:
        """The id of the measure, with the part behind it."""
        return f"{self.measure}-{self.part}" if self.part else self.measure

    @property
    def is_periodic(self) -> bool:
        return self.filing in PERIODIC

    def field(self, key: str) -> RecordField:
        return next(each for each in self.fields if each.key == key)

    @model_validator(mode="after")
    def _names_its_entries(self) -> Self:
        if self.name is None and not self.is_periodic:
            raise ValueError("an entry that is not of a period needs a name")
        if self.end is not None and self.filing != "state":
            raise ValueError("only a state has an end")
        if self.until is not None and self.filing != "event":
            raise ValueError("only an event counts until a date of its own; a state has its end")
        if self.expected and self.filing == "event":
            raise ValueError("an event cannot be expected: nobody knows when it happens")
        if self.aggregate_only:
            if self.name is not None or any(each.type in _TEXTS for each in self.fields):
                raise ValueError("aggregate counts have no text that could name anyone")
            if not self.restricted:
                raise ValueError("counts of sensitive groups are restricted")
        return self

    @model_validator(mode="after")
    def _names_its_fields(self) -> Self:
        keys = [each.key for each in self.fields]
        labels = [each.label for each in self.fields]
        if len(set(keys)) != len(keys) or len(set(labels)) != len(labels):
            raise ValueError("two fields have the same key or label")
        kinds: dict[str, str] = {each.key: each.type for each in self.fields}
        wanted = {
            "status": ("choice",),
            "count": ("number",),
            "amount": ("money", "quantity", "number"),
            "due": ("date",),
            "until": ("date",),
        }
        for column, types in wanted.items():
            key = getattr(self, column)
            if key is not None and kinds.get(key) not in types:
                raise ValueError(f"{column} must name a field of type {' or '.join(types)}")
        statuses = set(self.field(self.status).choices) if self.status else set()
        for named in (self.done, *(each.status for each in self.figures)):
            if set(named) - statuses:
                raise ValueError(f"unknown status {', '.join(sorted(set(named) - statuses))}")
        if self.due is not None and not self.done:
            raise ValueError("a due date needs the statuses that end the waiting")
        for figure in self.figures:
            adds = {"sum": "count", "amount": "amount"}.get(figure.kind)
            if adds is not None and getattr(self, adds) is None:
                raise ValueError(f"figure {figure.code} adds up a column that no field fills")
            by_period = figure.in_time or figure.kind in {"periods", "expected"}
            if by_period and (not self.is_periodic or figure.window not in {"year", "last_year"}):
                raise ValueError(f"figure {figure.code} counts the periods of a year, but there are none")
            if figure.kind == "kinds" and self.status is None:
                raise ValueError(f"figure {figure.code} counts statuses, but there are none")
            self._check_figure(figure, kinds)
        for rule in self.rules:
            self._check_rule(rule, kinds)
        return self

    def _check_figure(self, figure: RecordFigure, kinds: dict[str, str]) -> None:
        looks_inside = figure.field or figure.where or figure.among or figure.over or figure.falls_back
        if looks_inside and self.level == "community":
            raise ValueError(f"figure {figure.code} looks into the entries of all communities")
        if (figure.kind in {"lowest", "highest"}) != (figure.field is not None):
            raise ValueError(
                f"figure {figure.code}: a field belongs to lowest and highest, and to these only"
            )
        if figure.field is not None and kinds.get(figure.field) not in _NUMBERS:
            raise ValueError(f"figure {figure.code} needs a field of numbers")
        if figure.over is not None and LEVELS.index(figure.over) > LEVELS.index(self.level):
            raise ValueError(f"figure {figure.code} is taken over divisions smaller than an entry's own")
        self._check_answers({**figure.where, **figure.among})

    def _check_answers(self, asked: Mapping[str, Answer]) -> None:
        keys = {each.key for each in self.fields}
        if set(asked) - keys:
            raise ValueError(f"unknown fields {', '.join(sorted(set(asked) - keys))}")
        for key, answer in asked.items():
            field = self.field(key)
            if field.type == "yes_no":
                if not isinstance(answer, bool):
                    raise ValueError(f"a rule expects yes or no of {key}")
            elif field.type == "choice":
                answers = [answer] if isinstance(answer, str) else answer
                if isinstance(answers, bool) or set(answers) - set(field.choices):
                    raise ValueError(f"a rule expects an unknown choice of {key}")
            else:
                raise ValueError(f"a rule can ask for answers of choices only, not of {key}")

    def _check_rule(self, rule: RecordRule, kinds: dict[str, str]) -> None:
        unknown = rule.named() - set(kinds) - set(OWN_DATES)
        if unknown:
            raise ValueError(f"a rule names unknown fields {', '.join(sorted(unknown))}")
        self._check_answers(rule.when)
        self._check_answers(rule.equals)
        for key, words in rule.holds.items():
            if kinds[key] != "choices" or set(words) - set(self.field(key).choices):
                raise ValueError(f"a rule asks {key} to hold unknown choices")
        numbers = [*rule.positive, *rule.at_most, *rule.at_least, *rule.left]
        numbers += [key for keys in rule.left.values() for key in keys]
        if any(kinds.get(key) not in _NUMBERS for key in numbers):
            raise ValueError("positive, at_most, at_least and left speak of numbers")
        dates = [*rule.not_before, *rule.not_before.values(), *rule.days_after]
        if any(key not in OWN_DATES and kinds[key] != "date" for key in dates):
            raise ValueError("not_before and days_after speak of dates")
        if rule.is_beyond and self.status not in rule.when:
            raise ValueError("a rule that asks for an entry or attachment speaks of a status")
        if rule.earlier is not None:
            own = set(self.field(self.status).choices) if self.status else set()
            if self.name is None or (not rule.earlier.of and set(rule.earlier.status) - own):
                raise ValueError("an earlier entry has the same name and a known status")
            if not rule.earlier.of and self.filing != "event":
                raise ValueError("only events have an entry of their own type before them")


class RecordsFile(Strict):
    records: list[RecordType]


def definition(record: RecordType) -> dict[str, Any]:
    """What an entry's meaning rests on, for the digest of a version: texts of help may be corrected."""
    texts = {"note", "figures", "ratios", "evidence", "due_days", "beside", "part"}
    kept = record.model_dump(mode="json", exclude=texts)
    for each in kept["fields"]:
        del each["help"]
    if kept["until"] is None:  # came later: what does not use it keeps its digest
        del kept["until"]
    return kept
