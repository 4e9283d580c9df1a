"""The procedures of all packs, read once a process, and the definition that a case was opened with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from governance.accounts.roles import Action
from governance.divisions.models import Level
from governance.policies.pack_files import PackError, folders, read_file, read_procedures
from governance.policies.procedure_schema import Deadline, Procedure
from governance.policies.schema import DocumentEntry, DocumentFile
from governance.workflows.models import Case, ProcedureVersion

ACTIONS: dict[str, Action] = {
    "community": Action.PROPOSE_CORRECTION,
    "department": Action.REPORT_OWN_MEASURES,
    "street": Action.OPEN_CASE,
    "street_lead": Action.APPROVE_STREET_STEP,
    "county": Action.REVIEW_CASE,
    "county_lead": Action.APPROVE_CASE,
    "city": Action.RECEIVE_REPORT,
}
"""What somebody must be allowed to do where the case is, to act as each of the schema's actors."""

ACTOR_NAMES = {
    "community": "社区",
    "department": "部门",
    "street": "街道",
    "street_lead": "街道负责人",
    "county": "区（县）民政局",
    "county_lead": "区（县）民政局负责人",
    "city": "市民政局",
}
AREA_NAMES = {"urban": "城市", "town": "城镇", "rural": "农村"}
LEVELS = {"city": Level.CITY, "county": Level.COUNTY, "street": Level.STREET, "community": Level.COMMUNITY}


@dataclass(frozen=True)
class Kind:
    """The present version of a procedure and the document it comes from."""

    procedure: Procedure
    document: DocumentEntry

    @property
    def level(self) -> Level:
        return LEVELS[self.procedure.level]

    @property
    def opener(self) -> Action:
        return ACTIONS[self.procedure.opener]


@cache
def kinds() -> dict[str, Kind]:
    """The newest version of every procedure by slug, in the order of packs and files."""
    found: dict[str, Kind] = {}
    for folder in folders():
        document = read_file(folder / "document.yaml", DocumentFile).document
        for procedure in read_procedures(folder):
            known = found.get(procedure.slug)
            if known is not None and known.document.id != document.id:
                raise PackError(f"procedure {procedure.slug} stands in two packs")
            if known is None or known.procedure.version < procedure.version:
                found[procedure.slug] = Kind(procedure, document)
    return found


@lru_cache(maxsize=256)
def _parsed(text: str) -> Procedure:
    return Procedure.model_validate_json(text)


def parsed(version: ProcedureVersion) -> Procedure:
    """The definition of a version."""
    return _parsed(version.definition)


def procedure_of(case: Case) -> Procedure:
    """The steps as they were when the case was opened. Select `procedure` when there are many."""
    return parsed(case.procedure)


def newest_version(slug: str) -> ProcedureVersion | None:
    """What the packs said when they were last loaded; None for a procedure that was never loaded."""
    return ProcedureVersion.objects.filter(slug=slug).order_by("-number").first()


def deadline_of(newest: ProcedureVersion, key: str) -> Deadline | None:
    """The deadline of a step as the pack has it today: a changed one moves running cases."""
    procedure = parsed(newest)
    return procedure.step(key).deadline if procedure.has(key) else None
