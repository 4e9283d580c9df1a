"""Fonts by role, hash and manifest; `bin/fetch-fonts` with a file of one's own."""

import json
import os
import shutil
import subprocess
import sys

import pylopdf_fonts_zh_cn

from governance.reports.document.fonts import PROJECT, is_asked_for, resolve
from governance.reports.document.typefaces import ROLES


def test_nothing_there_means_declared_substitutes(tmp_path):
    fonts = resolve(tmp_path)
    assert {face.role.asked for face in fonts.substitutes} == {"仿宋", "楷体", "黑体", "宋体", "小标宋"}
    assert "没有 FandolFang-Regular.otf" in fonts["fang"].reason
    assert fonts.uncovered("㙟㘵垚浐㎡〔〕𣲗") == ""
    assert fonts.uncovered("中𪚥\u3000") == "𪚥"


def test_a_file_of_unknown_content_is_not_used(tmp_path):
    shutil.copy(pylopdf_fonts_zh_cn.serif_path(), tmp_path / "FandolFang-Regular.otf")
    fonts = resolve(tmp_path)
    assert fonts["fang"].path.parent != tmp_path
    assert "校验值不符" in fonts["fang"].reason


def test_a_broken_manifest_is_ignored(tmp_path):
    (tmp_path / "fonts.json").write_text("{", "utf-8")
    assert len(resolve(tmp_path).faces) == len(ROLES)


def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path):
    (tmp_path / "fonts.json").write_text(json.dumps({"roles": {"title": "../../etc/passwd"}}), "utf-8")
    assert "passwd" in resolve(tmp_path)["title"].reason


def test_bold_song_is_never_taken_for_xiaobiaosong():
    title = next(role for role in ROLES if role.key == "title")
    assert not is_asked_for(title, "FandolSong Bold")
    assert not is_asked_for(title, "Noto Serif SC")
    assert is_asked_for(title, "方正小标宋简体")


def test_a_font_of_ones_own_takes_its_role(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "bin" / "fetch-fonts"),
            "--use",
            "title",
            str(pylopdf_fonts_zh_cn.serif_path()),
        ],
        env={**os.environ, "FONT_DIR": str(tmp_path / "fonts")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "title" in done.stdout
    face = resolve(tmp_path / "fonts")["title"]
    assert face.path.parent == tmp_path / "fonts"
    assert face.substitute
