"""What the rights matrix needs to know about routes: how to build the object that an address names.

A route whose only parameter is `code` takes a division. A route with `pk` is covered by itself when its view
names a model (`model` or `queryset` of the class, `matrix_model` on a function) that has a maker in MAKERS.
Any other route with parameters has an entry in KWARGS (the object lies in a division) or in PUBLIC_KWARGS
(the same for everybody who may open the page). Without one the matrix fails and says so.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone

from assessments.models import Assessment, Scheme
from cadres.models import TwoCommitteeMember
from communities.models import Adjustment
from governance.accounts.models import DivisionGrant, Unit, User, UserSession
from governance.accounts.roles import Role
from governance.audit.models import EventKind
from governance.audit.services import record
from governance.crypto.files import store_sealed
from governance.divisions.models import Division, Level
from governance.exchange import storage
from governance.exchange.models import ExportFile, ImportBatch
from governance.implementation.models import Undertaking
from governance.jobs.models import Job, JobStatus
from governance.ledgers.catalogue import ledgers
from governance.ledgers.sheets import ledger_sheets
from governance.people.models import Person
from governance.policies.loader import load_policies
from governance.policies.models import Finding, LocalValue, Measure, Standard
from governance.records import attachments
from governance.records.models import Attachment
from governance.reports.models import Period, Report
from governance.reports.periods import HalfYear
from governance.reports.services import MadeReport, keep_report
from governance.rounds.models import Round, RoundStreet
from governance.web.help import IMAGES
from governance.web.policy import Route
from governance.workflows.catalogue import ACTIONS, newest_version, procedure_of
from governance.workflows.models import Case as OpenedCase
from governance.workflows.models import CaseStep
from grids.models import Grid
from tests.factories import Tree, make_user
from tests.snapshot import made_once


@dataclass(frozen=True)
class Case:
    """An object to build: at which division, for which visitor; `is_own` when the visitor may work there."""

    division: Division
    visitor: User
    is_own: bool
    tree: Tree


Maker = Callable[[Case], models.Model | None]
"""Gives the object, or None where there can be none (a compound of a county)."""

Kwargs = dict[str, Any]


def _user_at(case: Case) -> User:
    number = User.objects.count()
    return make_user(f"someone-{number}", Role.STREET_CLERK, case.division)


def _grant_at(case: Case) -> Kwargs:
    user = _user_at(case)
    return {"pk": user.pk, "grant": DivisionGrant.objects.get(user=user).pk}


def _unit_at(case: Case) -> Unit:
    return Unit.objects.create(name=f"单位{Unit.objects.count()}", division=case.division)


def _session_at(case: Case) -> Kwargs:
    user = _user_at(case)
    key = f"matrix-{UserSession.objects.count()}"
    return {"pk": user.pk, "session": UserSession.objects.create(user=user, session_key=key).pk}


def _failed_job_at(case: Case) -> Job:
    """A job on a division; the visitor's own where he may work, since only he may try it again."""
    requester = case.visitor.pk if case.is_own else None
    key = f"matrix-{Job.objects.count()}"
    return Job.objects.create(
        kind="matrix", key=key, path=case.division.path, requester_id=requester, status=JobStatus.FAILED
    )


def _report_at(case: Case) -> Report:
    """A draft with one figure and with files to download."""
    period = Period.objects.for_half_year(HalfYear(2026, 1))
    made = MadeReport(
        division=case.division,
        period=period,
        snapshot=None,
        on=period.starts_on,
        figures=[{"id": "communities", "label": "社区数", "value": 1, "unit": "个", "measure": None}],
        pdf=b"%PDF-1.7",
        annex=b"PK",
        pages=1,
        sha256=hashlib.sha256(b"%PDF-1.7").hexdigest(),
    )
    return keep_report(made=made, user=None)


def _batch_at(case: Case) -> ImportBatch:
    """An upload is seen by its uploader alone: the visitor's own where he may work, else somebody's."""
    owner = case.visitor if case.is_own else _user_at(case)
    key = uuid4().hex
    storage.write(key, storage.UPLOAD, "社区代码,小区名称\n1,2\n".encode())
    storage.write(key, storage.PREVIEW, b'{"preview": {"errors": []}, "rows": [], "sheets": {}}')
    return ImportBatch.objects.create(
        user=owner, path=case.division.path, file_name="台账.csv", key=key, sha256="0" * 64, size=1
    )


def _member_at(case: Case) -> Kwargs:
    """A record of a person: every page of a record has something to show of one."""
    number = Person.objects.count()
    row = TwoCommitteeMember.objects.create(
        division=case.division,
        person=Person.objects.create(name=f"某人{number}"),
        is_fulltime=True,
        counts_toward_quota=True,
        started_on=date(2024, 1, 1),
    )
    return {"slug": "members", "pk": row.pk}


def _grid_at(case: Case) -> Kwargs:
    """A record that every reader of the division may see."""
    number = f"{Grid.objects.count():03d}"
    row = Grid.objects.create(
        division=case.division, number=number, name=f"第{number}网格", kind="residential", households=300
    )
    return {"slug": "grids", "pk": row.pk}


def _file_at(case: Case) -> Kwargs:
    """A record with a file that can be given out."""
    kwargs = _grid_at(case)
    key = uuid4().hex
    store_sealed(attachments.path_of(key), b"%PDF-1.7 %%EOF")
    file = Attachment.objects.create(
        division=case.division,
        object_type="grids.grid",
        object_id=kwargs["pk"],
        name="批复.pdf",
        key=key,
        sha256="0" * 64,
        size=14,
        content_type="application/pdf",
        uploaded_by=case.visitor,
    )
    return kwargs | {"file": file.pk}


def _finding_at(case: Case) -> Finding:
    _policies()
    standard = Standard.objects.get(measure__code="LH-SIZE-01")
    return Finding.objects.get_or_create(
        division=case.division,
        standard=standard,
        resolved_on=None,
        defaults={"outcome": "not_met", "severity": "amber", "opened_on": date(2026, 1, 1)},
    )[0]


def _undertaking_at(case: Case) -> Undertaking:
    _policies()
    measure = Measure.objects.get(code="LH-SIZE-01")
    return Undertaking.objects.get_or_create(division=case.division, measure=measure, unit_name="区民政局")[0]


def _given_file(case: Case, object_type: str, object_id: int) -> Attachment:
    """A file of a row that can be given out."""
    key = uuid4().hex
    store_sealed(attachments.path_of(key), b"%PDF-1.7 %%EOF")
    return Attachment.objects.create(
        division=case.division,
        object_type=object_type,
        object_id=object_id,
        name="会议纪要.pdf",
        key=key,
        sha256=key * 2,
        size=14,
        content_type="application/pdf",
        uploaded_by=case.visitor,
    )


def _evidence_at(case: Case) -> Kwargs:
    return {"pk": _given_file(case, "implementation.undertaking", _undertaking_at(case).pk).pk}


def _local_value_at(case: Case) -> LocalValue:
    """A draft: what was put in force is seen below its division too."""
    if not Standard.objects.exists():
        made_once("policies", load_policies)
    standard = Standard.objects.get(measure__code="LH-SIZE-01")
    return LocalValue.objects.create(
        division=case.division,
        standard=standard,
        place_code=case.division.code,
        effective_from=date(2026, 1, 1),
        parameters={"min": 1000, "max": 4000},
        binding="mandatory",
        paper="某文件",
        number="某文号",
        clause="一",
        reading="从严。",
        key=uuid4().hex,
    )


def _export_at(case: Case) -> ExportFile:
    """A download made in the background is for the user who asked for it."""
    key = uuid4().hex
    storage.write(key, storage.EXPORT, b"PK")
    return ExportFile.objects.create(
        user=case.visitor if case.is_own else _user_at(case),
        path=case.division.path,
        code=case.division.code,
        file_name="台账.xlsx",
        key=key,
        made_at=timezone.now(),
    )


EVENTS_ASKED: dict[str, Any] = {
    "duties": ["sx-grid-02", "sx-vol-03"],
    "since": date(2026, 1, 1),
    "until": date(2029, 12, 31),
}
"""A ledger of what exists and one of what happens."""


def _round_at(case: Case) -> Round:
    """An open round of the division at whatever streets lie below it."""
    division = case.division
    made = Round.objects.create(
        division=division,
        title="填报",
        due_on=date(2030, 1, 1),
        sheets=["grids"],
        issued_by=case.visitor,
        **EVENTS_ASKED,
    )
    for street in Division.objects.under(division.path).filter(level=Level.STREET):
        RoundStreet.objects.create(round=made, division=street)
    return made


def _round_street_at(case: Case) -> RoundStreet:
    division = case.division
    made = Round.objects.create(
        division=division.parent or division,
        title="填报",
        due_on=date(2030, 1, 1),
        sheets=["grids", "communities"],
        issued_by=case.visitor,
        **EVENTS_ASKED,
    )
    return RoundStreet.objects.create(round=made, division=division)


def _case_at(case: Case) -> OpenedCase | None:
    """A case about a community or a street, at its first step."""
    slug = {Level.COMMUNITY: "lh-ticket", Level.STREET: "lh-ruling"}.get(Level(case.division.level))
    if slug is None:
        return None
    _policies()
    version = newest_version(slug)
    made = OpenedCase.objects.create(
        division=case.division, procedure=version, slug=slug, name="演示事项", opened_by=case.visitor
    )
    for place, step in enumerate(procedure_of(made).steps):
        CaseStep.objects.create(
            case=made,
            division=case.division,
            key=step.key,
            order=place,
            action=ACTIONS[step.by],
            state="pending" if place else "active",
        )
    return made


def _step_at(case: Case) -> Kwargs | None:
    made = _case_at(case)
    return None if made is None else {"pk": made.pk, "key": "report"}


def _paper_at(case: Case) -> Kwargs | None:
    """A paper of a case that can be given out."""
    made = _case_at(case)
    if made is None:
        return None
    return {"pk": _given_file(case, "workflows.casestep", made.steps.get(key="report").pk).pk}


def _adjustment_at(case: Case) -> Adjustment | None:
    """A draft of a street that splits its first community."""
    street = case.division
    community = street.children.order_by("path").first() if street.level == Level.STREET else None
    if community is None:
        return None
    made = Adjustment.objects.create(
        division=street,
        kind="split",
        basis="请示",
        effective_on=date(2026, 1, 1),
        drafted_by=case.visitor,
        key=uuid4().hex,
    )
    made.sources.create(division=community)
    for number in (1, 2):
        made.successors.create(number=number, name=f"后继{number}社区")
    return made


def _year() -> int:
    """One that no scheme has."""
    return 2001 + Scheme.objects.count()


def _scheme_at(case: Case) -> Scheme:
    """A draft of a division above its communities, which whoever may change it may open."""
    return Scheme.objects.create(
        division=case.division, year=_year(), direction="down", title="考核方案", drafted_by=case.visitor
    )


def _assessment_at(case: Case) -> Assessment:
    """A community in the scheme of its street; of other divisions the row itself is at them."""
    scheme = Scheme.objects.create(
        division=case.division.parent or case.division,
        year=_year(),
        direction="down",
        title="考核方案",
        state="scoring",
        in_force_on=date(2026, 1, 1),
    )
    scheme.criteria.create(place=1, name="群众满意度", weight_c=10_000, source="residents")
    return Assessment.objects.create(scheme=scheme, division=case.division)


MAKERS: dict[str, Maker] = {
    "assessments.scheme": _scheme_at,
    "assessments.assessment": _assessment_at,
    "workflows.case": _case_at,
    "communities.adjustment": _adjustment_at,
    "audit.event": lambda case: record(EventKind.CHANGE, path=case.division.path),
    "reports.report": _report_at,
    "exchange.importbatch": _batch_at,
    "exchange.exportfile": _export_at,
    "policies.finding": _finding_at,
    "implementation.undertaking": _undertaking_at,
    "policies.localvalue": _local_value_at,
    "rounds.round": _round_at,
    "rounds.roundstreet": _round_street_at,
}
"""Model label (`communities.compound`) → maker, for every route with `pk` about that model."""


def _registry_at(case: Case) -> Kwargs | None:
    """A registry of a community that may be confirmed empty."""
    code = case.division.code
    return {"code": code, "slug": "grids"} if case.division.level == Level.COMMUNITY else None


def _target_at(case: Case) -> Kwargs:
    """A target seen from a division."""
    if not Standard.objects.exists():
        made_once("policies", load_policies)
    return {"code": case.division.code, "measure": "SX-VOL-02"}


def _notice_at(case: Case) -> Kwargs | None:
    """An entry of a ledger that can be hung up as a notice."""
    if case.division.level != Level.COMMUNITY:
        return None
    ledger = next(
        each
        for each in ledgers().values()
        if each.record.notice and each.document.code == "SX" and each.level == Level.COMMUNITY
    )
    row = ledger_sheets()[ledger.slug].model.objects.create(
        division=case.division, code=ledger.code, name=uuid4().hex, started_on=date(2026, 1, 1)
    )
    return {"slug": ledger.slug, "pk": row.pk}


KWARGS: dict[str, Callable[[Case], Kwargs | None]] = {
    "ledgers:notice": _notice_at,
    "completeness:confirm": _registry_at,
    "completeness:revoke": _registry_at,
    **{
        f"console:{name}": lambda case: {"pk": _user_at(case).pk}
        for name in (
            "user",
            "user_change",
            "user_deactivate",
            "user_reactivate",
            "grant",
            "unlock",
            "issue_password",
            "end_sessions",
        )
    },
    "console:revoke": lambda case: _grant_at(case),
    **{
        f"console:{name}": lambda case: {"pk": _unit_at(case).pk}
        for name in ("unit_change", "unit_close", "unit_reopen")
    },
    "console:end_session": lambda case: _session_at(case),
    "policies:target": _target_at,
    "jobs:detail": lambda case: {"pk": _failed_job_at(case).pk},
    "jobs:retry": lambda case: {"pk": _failed_job_at(case).pk},
    "jobs:cancel": lambda case: {"pk": _failed_job_at(case).pk},
    "jobs:progress": lambda case: {"pk": _failed_job_at(case).pk},
    "reports:figure": lambda case: {"pk": _report_at(case).pk, "figure": "communities"},
    "rounds:change": lambda case: {"pk": _round_at(case).pk},
    "records:detail": _grid_at,
    "records:history": _grid_at,
    "records:attach": _grid_at,
    "records:file": _file_at,
    "records:void_file": _file_at,
    "records:change": _member_at,
    "records:end": _member_at,
    "records:void": _member_at,
    "records:restore": _member_at,
    "records:move": _member_at,
    "records:reveal": _member_at,
    "implementation:evidence": _evidence_at,
    "workflows:step": _step_at,
    "workflows:paper": _paper_at,
}
"""Route name → keywords of an object in a division (None where there can be none)."""


def _policies() -> None:
    """All packs, loaded once a process."""
    if not Standard.objects.exists():
        made_once("policies", load_policies)


def _document(tree: Tree) -> Kwargs:
    _policies()
    return {"key": "lianhu-2024"}


def _standard(tree: Tree) -> Kwargs:
    _policies()
    return {"standard": "LH-SIZE-01"}


def _measure(tree: Tree) -> Kwargs:
    _policies()
    return {"measure": "LH-SIZE-01"}


def _ledger(tree: Tree) -> Kwargs:
    _policies()
    return {"slug": "sx-cov-03"}


def _unit_name(tree: Tree) -> Kwargs:
    _policies()
    return {"name": "区民政局"}


def _procedure(tree: Tree) -> Kwargs:
    _policies()
    return {"slug": "lh-ticket"}


PUBLIC_KWARGS: dict[str, Callable[[Tree], Kwargs]] = {
    "workflows:open": _procedure,
    "ledgers:statistics": _ledger,
    "records:list": lambda tree: {"slug": "grids"},
    "records:export": lambda tree: {"slug": "grids"},
    "records:bulk": lambda tree: {"slug": "grids"},
    "web:help_chapter": lambda tree: {"slug": "login"},
    "web:help_image": lambda tree: {"name": min(file.name for file in IMAGES.glob("*.png"))},
    "console:setting_restore": lambda tree: {"key": "lockout_failures"},
    "records:add": lambda tree: {"slug": "grids"},
    "policies:adopt": _document,
    "policies:document": _document,
    "policies:standard": _standard,
    **{
        f"implementation:{name}": _document
        for name in ("document", "document_export", "matrix", "matrix_export")
    },
    **{f"implementation:{name}": _measure for name in ("measure", "report", "urge", "assign")},
    **{f"implementation:{name}": _unit_name for name in ("unit", "accounts")},
}
"""Route name → keywords of an object that is the same for everybody, such as a policy document."""

MISSING: dict[str, Kwargs] = {}
"""Route name → keywords of an object that does not exist, where `_missing` of the test cannot guess them."""


def model_of(route: Route) -> type[models.Model] | None:
    view = getattr(route.view, "view_class", route.view)
    for name in ("matrix_model", "model"):
        if getattr(view, name, None) is not None:
            return getattr(view, name)
    queryset = getattr(view, "queryset", None)
    return queryset.model if queryset is not None else None


def kwargs_maker(route: Route, names: list[str]) -> Callable[[Case], Kwargs | None] | None:
    """How to build the keywords of a route whose object lies in a division; None when nobody has said how."""
    if route.name in KWARGS:
        return KWARGS[route.name]
    if names == ["code"]:
        return lambda case: {"code": case.division.code}
    model = model_of(route)
    if names == ["pk"] and model is not None and model._meta.label_lower in MAKERS:
        maker = MAKERS[model._meta.label_lower]

        def by_pk(case: Case) -> Kwargs | None:
            made = maker(case)
            return None if made is None else {"pk": made.pk}

        return by_pk
    return None
