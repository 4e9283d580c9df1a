"""How names are spelled in pinyin, so that people and places are found by what is typed fastest.

`pypinyin` reads by phrases; what it reads otherwise than people do in names of places and families is put
right here. Characters with two living readings (长, 乐, 单 …) give places a second spelling.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

LONGEST = 120
"""Letters kept of a spelling: more than anybody types."""
_MOST_VARIANTS = 4

_PHRASES = {
    "朝阳": "chao yang",
    "阿房": "e pang",
    "堡子": "bao zi",
    "乐游": "le you",
    "长乐": "chang le",
    "大明宫": "da ming gong",
    "六安": "lu an",
    "重华": "chong hua",
}
_OTHERWISE = {
    "长": ("chang", "zhang"), "乐": ("le", "yue"), "重": ("chong", "zhong"), "行": ("hang", "xing"),
    "朝": ("chao", "zhao"), "柏": ("bai", "bo"), "厦": ("sha", "xia"), "会": ("hui", "kuai"),
    "堡": ("bao", "bu", "pu"), "泊": ("bo", "po"), "都": ("du", "dou"), "车": ("che", "ju"),
    "单": ("dan", "shan"), "解": ("jie", "xie"), "仇": ("chou", "qiu"), "查": ("cha", "zha"),
    "曾": ("zeng", "ceng"), "尉": ("wei", "yu"), "翟": ("zhai", "di"),
    "盖": ("gai", "ge"), "覃": ("qin", "tan"), "缪": ("miao", "mou"), "朴": ("pu", "piao"),
    "召": ("zhao", "shao"), "员": ("yuan", "yun"), "圩": ("wei", "xu"), "埔": ("pu", "bu"),
    "浒": ("hu", "xu"), "六": ("liu", "lu"), "番": ("fan", "pan"), "荥": ("xing", "ying"),
    "渑": ("mian", "sheng"), "蔚": ("wei", "yu"), "陂": ("bei", "po"), "栎": ("li", "yue"),
    "阿": ("a", "e"), "角": ("jiao", "jue"), "巷": ("xiang", "hang"), "绿": ("lv", "lu"),
    "薄": ("bo", "bao"), "伯": ("bo", "bai"),
}  # fmt: skip
_FAMILIES = {
    "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "曾": "zeng", "区": "ou", "任": "ren", "盖": "gai",
    "朴": "piao", "翟": "zhai", "员": "yun", "乐": "yue", "缪": "miao", "覃": "qin", "召": "shao", "繁": "po",
    "折": "she", "黑": "he", "秘": "bi", "祭": "zhai", "种": "chong", "句": "gou", "尉迟": "yu chi",
    "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "令狐": "ling hu", "洗": "xian", "卜": "bu",
    "隗": "wei", "车": "che", "石": "shi", "贾": "jia", "晁": "chao", "柏": "bai", "郇": "xun", "逄": "pang",
}  # fmt: skip


@dataclass(frozen=True)
class Spelling:
    """Whole syllables without spaces, and their first letters: qingnianlujiedao, qnljd."""

    full: str
    initials: str


@cache
def _reader() -> Any:
    """pypinyin's reader; imported late, because its dictionary takes memory that few processes need."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict({word: [[each] for each in said.split()] for word, said in _PHRASES.items()})
    return lazy_pinyin


def _syllables(text: str) -> list[str]:
    """One entry a Chinese character; letters and digits between them stay together."""
    return [fold_letters(part) for part in _reader()(text)]


def _spelling(syllables: list[str]) -> Spelling:
    initials = "".join(part if part.isdigit() else part[:1] for part in syllables)
    return Spelling("".join(syllables)[:LONGEST], initials[:LONGEST])


def fold_letters(text: str) -> str:
    """Letters and digits as they are stored and compared: small, ü as v, everything else left out."""
    text = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return "".join(char for char in text if char.isascii() and char.isalnum())


def spell_place(name: str) -> list[Spelling]:
    """The spellings of a place, the usual one first; few names have more than one."""
    base = _syllables(name)
    choices: list[tuple[str, ...]] = []
    for index, said in enumerate(base):
        char = name[index] if len(base) == len(name) else ""
        others = _OTHERWISE.get(char, ())
        choices.append((said, *(other for other in others if other != said)))
    found = dict.fromkeys(_spelling(list(each)) for each in _first(choices))
    return list(found)


def _first(choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    made = []
    for each in product(*choices):
        made.append(each)
        if len(made) == _MOST_VARIANTS:
            break
    return made


def spell_person(name: str) -> Spelling:
    """The spelling of a person's name, the family name read as one (单 shan, 解 xie)."""
    for length in (2, 1):
        family = name[:length]
        if family in _FAMILIES and len(name) > 1:
            return _spelling([*_FAMILIES[family].split(), *_syllables(name[length:])])
    return _spelling(_syllables(name))
