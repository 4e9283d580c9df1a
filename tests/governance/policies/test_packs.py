"""The strict schema of packs: every error names file and line, and loading is idempotent."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from governance.policies.loader import load_policies
from governance.policies.models import Measure, StandardValue
from governance.policies.models.standards import ImmutableValue
from governance.policies.pack_files import PACKS, PackError, read_packs
from tests.factories import Tree

IDS = Path(__file__).with_name("mechanism_ids.txt")
"""The id of every measure that the documents state, one a line."""

DOCUMENTS = {
    "henan-2017": ("HN", "in_force", "41", 103),
    "hunan-lecture-2019": ("HU", "guidance", "43", 86),
    "lianhu-2024": ("LH", "in_force", "610104", 99),
    "renshou-draft": ("RS", "draft", "511421", 104),
    "shaanxi-2019": ("SX", "in_force", "61", 96),
}
"""Folder → code, status, jurisdiction, number of measures."""


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A copy of the Lianhu pack to spoil."""
    shutil.copytree(PACKS / "lianhu-2024", tmp_path / "lianhu-2024")
    return tmp_path


def spoil(packs: Path, file: str, old: str, new: str) -> int:
    """Replace the first occurrence; returns its line number."""
    path = packs / "lianhu-2024" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return line


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("standards/cadres.yaml", "unit: person", "unit: people", "unknown unit"),
        (
            "standards/cadres.yaml",
            "indicator: party_leadership_size",
            "indicator: nobody",
            "unknown indicator",
        ),
        ("standards/cadres.yaml", "        clause: (十)\n", "", "Field required"),
        ("standards/cadres.yaml", "compare: bands", "compare: about", "unknown comparison"),
        ("standards/cadres.yaml", "    values:", "    valid_until: 2025-01-01\n    values:", "Extra inputs"),
        ("standards/facilities.yaml", "of: households_resident", "of: houses", "unknown input"),
        ("standards/facilities.yaml", "        value: 30\n", "        value: 30.5\n", "whole numbers"),
        ("measures.yaml", "kind: record", "kind: notion", "Input should be"),
        ("document.yaml", "status: in_force", "status: maybe", "Input should be"),
    ],
)
def test_what_breaks_the_schema_is_told_with_its_place(packs: Path, file: str, old: str, new: str, says: str):
    line = spoil(packs, file, old, new)
    with pytest.raises(PackError) as refused:
        list(read_packs(packs))
    place, told = str(refused.value).split(": ", 1)
    assert says in told
    name, at = place.rsplit(":", 1)
    assert name == f"{Path('lianhu-2024', file).parent.name}/{Path(file).name}"
    assert abs(int(at) - line) <= 12  # the entry, or the very line


def test_a_duplicate_key_is_an_error_with_its_line(packs: Path):
    line = spoil(packs, "document.yaml", "  code: LH\n", "  code: LH\n  code: LH\n")
    with pytest.raises(PackError, match=rf"document.yaml:{line + 1}: duplicate key 'code'"):
        list(read_packs(packs))


def test_a_standard_of_an_unknown_measure_is_an_error(packs: Path):
    spoil(packs, "standards/cadres.yaml", "id: LH-CAD-01", "id: LH-CAD-99")
    with pytest.raises(PackError, match="unknown measure id LH-CAD-99"):
        list(read_packs(packs))


def test_a_measure_of_an_unknown_clause_is_an_error(packs: Path):
    spoil(packs, "measures.yaml", "clause: (七)", "clause: (七十)")
    with pytest.raises(PackError, match=r"measures.yaml:\d+: unknown clause"):
        list(read_packs(packs))


def test_every_pack_holds_every_measure_of_its_document():
    held = [measure.id for pack in read_packs() for measure in pack.measures]
    assert sorted(held) == sorted(IDS.read_text(encoding="utf-8").split())


def test_documents_have_their_status_and_jurisdiction():
    packs = list(read_packs())
    found = {}
    for pack in packs:
        document = pack.document
        found[pack.folder] = (document.code, document.status, document.jurisdiction, len(pack.measures))
    assert found == DOCUMENTS
    for pack in packs:
        assert pack.document.id == pack.folder
        if pack.document.status == "guidance":
            assert {measure.binding for measure in pack.measures} == {"guidance"}
        assert {measure.id.partition("-")[0] for measure in pack.measures} == {pack.document.code}


def test_renshou_tasks_have_the_units_of_the_annex_and_no_lead():
    pack = next(pack for pack in read_packs() if pack.document.code == "RS")
    assert [task.number for task in pack.tasks] == list(range(1, 29))
    assert {measure.task for measure in pack.measures} == {None, *range(1, 29)}
    assert {unit.role for task in pack.tasks for unit in task.units} == {"responsible"}
    assert {task.number for task in pack.tasks if any(unit.group for unit in task.units)} == {
        3,
        8,
        9,
        13,
        17,
        22,
    }
    names = {task.number: [unit.name for unit in task.units] for task in pack.tasks}
    assert names[6] == ["县民政局", "文林镇"]
    assert sum(map(len, names.values())) == 74


def test_loading_twice_changes_nothing(measured_tree: Tree):
    assert load_policies().lines == []


def test_a_dry_run_tells_and_saves_nothing(measured_tree: Tree):
    Measure.objects.filter(code="LH-SIZE-01").update(title="另一个名称")
    assert load_policies(dry_run=True).lines == ["~ 政策措施 LH-SIZE-01: title"]
    assert Measure.objects.get(code="LH-SIZE-01").title == "另一个名称"


def test_a_value_used_by_a_frozen_report_never_changes(measured_tree: Tree):
    value = StandardValue.objects.get(standard__measure__code="LH-FAC-02")
    StandardValue.objects.filter(pk=value.pk).update(used_on=date(2026, 6, 15))
    value.refresh_from_db()
    value.parameters = {"value": 800}
    with pytest.raises(ImmutableValue):
        value.save()


def test_a_standard_used_by_a_frozen_report_keeps_its_definition(measured_tree: Tree):
    value = StandardValue.objects.get(standard__measure__code="LH-FAC-02")
    StandardValue.objects.filter(pk=value.pk).update(used_on=date(2026, 6, 15))
    standard = value.standard
    standard.reading = "更正后的说明"
    standard.save()
    standard.area_types = ["urban"]
    with pytest.raises(ImmutableValue):
        standard.save()


def test_local_values_survive_loading(measured_tree: Tree):
    standard = StandardValue.objects.get(standard__measure__code="LH-FAC-02").standard
    StandardValue.objects.create(
        standard=standard, effective_from=date(2026, 1, 1), parameters={"value": 1200}, clause="(七)"
    )
    assert load_policies().lines == []
    assert standard.values.count() == 2
