"""Reading pack files: YAML without surprises, every error with file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from governance.policies.procedure_schema import Procedure, ProceduresFile
from governance.policies.record_schema import RecordsFile, RecordType
from governance.policies.schema import (
    ClauseEntry,
    ClausesFile,
    DocumentEntry,
    DocumentFile,
    MeasureEntry,
    MeasuresFile,
    StandardEntry,
    StandardsFile,
    TaskEntry,
    TasksFile,
)

# The same safe loader in C where libyaml is at hand.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PACKS = Path(__file__).parent / "packs"
M = TypeVar("M", bound=BaseModel)


class PackError(ValueError):
    """A pack that does not keep the schema; the text names file and line."""


@dataclass(frozen=True)
class Pack:
    """One document as data."""

    folder: str
    document: DocumentEntry
    clauses: list[ClauseEntry]
    tasks: list[TaskEntry]
    measures: list[MeasureEntry]
    standards: list[StandardEntry]
    records: list[RecordType]
    procedures: list[Procedure]


def _node_at(node: yaml.Node, location: tuple[Any, ...]) -> yaml.Node:
    """The YAML node of a pydantic error location, as deep as it can be followed."""
    for step in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            match = [value for key, value in node.value if key.value == step]
            if not match:
                break
            node = match[0]
        else:
            break
    return node


def _check_keys(node: yaml.Node, name: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise PackError(f"{name}:{key.start_mark.line + 1}: duplicate key {key.value!r}")
            seen.add(key.value)
            _check_keys(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, name)


def read_yaml(file: Path) -> Any:
    """What stands in a file, unchecked."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of a text, which know their lines, and what they say."""
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def read_file(file: Path, schema: type[M]) -> M:
    """Parse one file; raises `PackError` with file and line."""
    name = f"{file.parent.name}/{file.name}"
    try:
        text = file.read_text(encoding="utf-8")
        node, data = _parsed(text)
    except OSError as error:
        raise PackError(f"{name}: cannot be read") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PackError(
            f"{name}:{mark.line + 1 if mark else 1}: {getattr(error, 'problem', error)}"
        ) from error
    if node is None:
        raise PackError(f"{name}:1: the file is empty")
    _check_keys(node, name)
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            line = _node_at(node, problem["loc"]).start_mark.line + 1
            where = ".".join(str(step) for step in problem["loc"])
            lines.append(f"{name}:{line}: {where}: {problem['msg']}")
        raise PackError("\n".join(lines)) from error


def _line_of(file: Path, needle: str) -> int:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if needle in line:
            return number
    return 1


def _check_records(folder: Path, pack: Pack, measures: set[str]) -> list[str]:
    """Record types of a pack: known measures, and every version of a type once."""
    problems = []
    taken: set[tuple[str, int]] = set()
    for record in pack.records:
        place = f"{folder.name}/records: {record.code}"
        if record.measure not in measures:
            problems.append(f"{place}: unknown measure id")
        if record.part and record.code in measures:
            problems.append(f"{place}: a measure has this id")
        if (record.code, record.version) in taken:
            problems.append(f"{place}: version {record.version} stands twice")
        taken.add((record.code, record.version))
        problems += [f"{place}: {text}" for text in _misled(pack, record)]
    return problems


def _misled(pack: Pack, record: RecordType) -> Iterator[str]:
    """What is wrong with the entries that a gate wants to have come before, of this type or another."""
    by_code = {each.code: each for each in pack.records}
    for rule in record.rules:
        if rule.earlier is None:
            continue
        other = by_code.get(rule.earlier.of or record.code)
        if other is None or other.name is None or not other.status:
            yield f"a gate asks for entries of {rule.earlier.of}, which is no named type with a status here"
        elif unknown := set(rule.earlier.status) - set(other.field(other.status).choices):
            yield f"a gate asks for unknown statuses {', '.join(sorted(unknown))} of {other.code}"


def _check_procedures(folder: Path, pack: Pack, measures: set[str]) -> list[str]:
    """Procedures of a pack: known measures, and every version of one once."""
    problems = []
    taken: set[tuple[str, int]] = set()
    for procedure in pack.procedures:
        place = f"{folder.name}/procedures: {procedure.slug}"
        unknown = set(procedure.all_measures()) - measures
        if unknown:
            problems.append(f"{place}: unknown measure id {', '.join(sorted(unknown))}")
        if (procedure.slug, procedure.version) in taken:
            problems.append(f"{place}: version {procedure.version} stands twice")
        taken.add((procedure.slug, procedure.version))
    return problems


def _cross_check(folder: Path, pack: Pack) -> None:
    """References inside a pack: clauses, tasks and measure ids must exist, once each."""
    clauses = {clause.id for clause in pack.clauses}
    tasks = {task.number for task in pack.tasks}
    problems = []
    seen: set[str] = set()
    for measure in pack.measures:
        place = f"{folder.name}/measures.yaml:{_line_of(folder / 'measures.yaml', f'id: {measure.id}')}"
        if measure.id in seen:
            problems.append(f"{place}: measure {measure.id} stands twice")
        seen.add(measure.id)
        if measure.clause not in clauses:
            problems.append(f"{place}: unknown clause {measure.clause!r}")
        if measure.task is not None and measure.task not in tasks:
            problems.append(f"{place}: unknown task {measure.task}")
    for task in pack.tasks:
        if task.clause not in clauses:
            problems.append(f"{folder.name}/tasks.yaml: task {task.number}: unknown clause {task.clause!r}")
    taken: set[str] = set()
    for standard in pack.standards:
        if standard.id not in seen:
            problems.append(f"{folder.name}/standards: unknown measure id {standard.id}")
        if standard.id in taken:
            problems.append(f"{folder.name}/standards: standard {standard.id} stands twice")
        taken.add(standard.id)
        unknown = {value.clause for value in standard.values} - clauses
        if unknown:
            problems.append(
                f"{folder.name}/standards: {standard.id}: unknown clause {', '.join(sorted(unknown))}"
            )
    problems += _check_records(folder, pack, seen)
    problems += _check_procedures(folder, pack, seen)
    if problems:
        raise PackError("\n".join(problems))


def read_records(folder: Path) -> list[RecordType]:
    """The record types of one document's folder, all versions."""
    records: list[RecordType] = []
    for file in sorted((folder / "records").glob("*.yaml")):
        records += read_file(file, RecordsFile).records
    return records


def read_procedures(folder: Path) -> list[Procedure]:
    """The procedures of one document's folder, all versions."""
    procedures: list[Procedure] = []
    for file in sorted((folder / "procedures").glob("*.yaml")):
        procedures += read_file(file, ProceduresFile).procedures
    return procedures


def folders(root: Path = PACKS) -> list[Path]:
    """The folders of all packs, in their order."""
    return sorted(path for path in root.iterdir() if (path / "document.yaml").is_file())


def read_pack(folder: Path) -> Pack:
    """Read and check one document's folder."""
    standards: list[StandardEntry] = []
    for file in sorted((folder / "standards").glob("*.yaml")):
        standards += read_file(file, StandardsFile).standards
    pack = Pack(
        folder=folder.name,
        document=read_file(folder / "document.yaml", DocumentFile).document,
        clauses=read_file(folder / "clauses.yaml", ClausesFile).clauses,
        tasks=read_file(folder / "tasks.yaml", TasksFile).tasks,
        measures=read_file(folder / "measures.yaml", MeasuresFile).measures,
        standards=standards,
        records=read_records(folder),
        procedures=read_procedures(folder),
    )
    _cross_check(folder, pack)
    return pack


def read_packs(root: Path = PACKS) -> Iterator[Pack]:
    """All packs, in the order of their folders."""
    for folder in folders(root):
        yield read_pack(folder)
