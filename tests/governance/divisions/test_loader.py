"""Communities from a file: what is wrong is named by line, and nothing of such a file is saved."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from communities.models import Community
from governance.divisions import loader
from governance.divisions.models import Division, RetiredCode
from tests.factories import Tree

HEAD = "code,name,streetCode\n"


@pytest.fixture
def load(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`load(lines)`: load a file upon the small tree, without the divisions that are shipped."""
    monkeypatch.setattr(loader, "_load_upper_levels", lambda tree, result: {})
    shipped = loader._read
    monkeypatch.setattr(
        loader, "_read", lambda file: iter(()) if file.name == "streets.csv.xz" else shipped(file)
    )
    file = tmp_path / "villages.csv"

    def run(lines: str | bytes) -> None:
        content = lines if isinstance(lines, bytes) else (HEAD + lines).encode()
        file.write_bytes(content)
        call_command("load_divisions", communities=str(file))

    return run


def test_new_communities_get_their_place_and_their_registry_row_once(load, tree):
    lines = "610104001901,新一社区,610104001\n６１０１０４００１９０２, 新二社区 ,610104001\n"
    for _ in range(2):
        load(lines)
        made = Division.objects.filter(code__in=["610104001901", "610104001902"])
        assert {(each.name, each.parent) for each in made} == {
            ("新一社区", tree.street),
            ("新二社区", tree.street),
        }
        assert Community.objects.filter(division__in=made).count() == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("61010400190,短码社区,610104001", "12 位数字"),
        ("61010400190A,字母社区,610104001", "12 位数字"),
        (",无码社区,610104001", "缺少社区代码"),
        ("610104001902,,610104001", "社区名称"),
        (f"610104001902,{'长' * 61},610104001", "社区名称"),
        ("610104999902,无街社区,610104999", "街道代码 610104999 不存在"),
        ("610104001902,县下社区,610104", "街道代码 610104 不存在"),
        ("610104001902,别处社区,610104002", "不属于街道"),
        ("610104001901,重复社区,610104001", "与第 2 行重复"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_saved(load, line, message):
    before = Division.objects.count()
    with pytest.raises(CommandError, match=f"第 3 行.*{message}.*未保存"):
        load(f"610104001901,好社区,610104001\n{line}\n")
    assert Division.objects.count() == before


def test_all_bad_lines_are_counted_and_the_first_ones_named(load):
    with pytest.raises(CommandError, match=r"有 12 行不正确.*第 2 行.*第 11 行.*另有 2 行"):
        load("".join(f"{k},社区,610104001\n" for k in range(12)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("社区".encode("gbk") + b"\n1\n", "UTF-8"),
        (b"", "没有数据"),
        (b"kod,navn\n1,2\n", "缺少社区代码"),
    ],
)
def test_a_file_that_is_something_else_is_refused(load, content, message):
    with pytest.raises(CommandError, match=message):
        load(content)


def test_a_province_that_is_not_shipped_is_refused(load):
    with pytest.raises(CommandError, match="没有省级代码 44 的社区"):
        call_command("load_divisions", communities="44")


def test_a_division_with_a_new_code_is_not_made_again(load, tree):
    RetiredCode.objects.create(division=tree.community, code="610104001901", valid_to=date(2025, 1, 1))
    load("610104001901,旧码社区,610104001\n")
    assert not Division.objects.filter(code="610104001901").exists()
