"""Which stored row a line belongs to: by its hidden id, else by its key; and rows that are named twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from governance.exchange.importing.lines import Line
from governance.exchange.importing.session import Session, chunks
from governance.exchange.sheets import Sheet

Key = tuple[Any, ...]


def match(session: Session, sheet: Sheet, lines: Sequence[Line]) -> None:
    """Set `line.stored` of all lines of a sheet whose community is known."""
    placed = [line for line in lines if line.division is not None]
    rows = session.rows(sheet, {line.division.pk for line in placed})  # type: ignore[union-attr]
    if sheet.is_per_community:
        for line in placed:
            line.stored = next(iter(rows[line.division.pk]), None)  # type: ignore[union-attr]
            if line.stored is None:
                line.fail(sheet.place, "该社区的档案不存在或已作废，请联系系统管理员。")
    else:
        _match_ids(sheet, placed, rows)
        if sheet.link is not None:
            sheet.link.match(session, sheet, [line for line in placed if line.stored is None])
        else:
            _match_keys(sheet, placed, rows)
    for line in placed:
        if line.stored is not None:
            line.stored.division = line.division
            if line.stored.pk != line.token:
                line.version = None
        else:
            line.version = None


def stored_key(sheet: Sheet, row: Any) -> Key:
    return tuple(sheet.columns[name].stored(row) for name in sheet.key)


def _given_key(sheet: Sheet, line: Line) -> Key | None:
    """The key in the cells; None when a part is missing."""
    parts = tuple(line.values.get(name) for name in sheet.key)
    return None if any(part is None or part == "" for part in parts) else parts


def _match_ids(sheet: Sheet, lines: Sequence[Line], rows: dict[int, list[Any]]) -> None:
    """By hidden id. A line copied with its id is a row of its own when its key says so."""
    named: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.token is not None:
            named[line.token].append(line)
    if not named:
        return
    by_id = {row.pk: row for line in lines for row in rows[line.division.pk]}  # type: ignore[union-attr]
    lost = [token for token in named if token not in by_id]
    voided: set[int] = set()
    for some in chunks(lost):
        voided.update(
            sheet.model._base_manager.filter(pk__in=some, voided_on__isnull=False).values_list(
                "pk", flat=True
            )
        )
    for token, same in named.items():
        if token in voided:
            for line in same:
                line.fail(sheet.key[0], "这条记录下载后已被作废。确需重新登记的，请在新的一行填写。")
            continue
        row = by_id.get(token)
        if row is None:
            _tell_moved(same)
            continue
        here = [line for line in same if line.division.pk == row.division_id]  # type: ignore[union-attr]
        if len(here) > 1:
            here = _originals(sheet, here, row)
        if len(here) == 1:
            here[0].stored = row
        _tell_moved(line for line in same if line.division.pk != row.division_id)  # type: ignore[union-attr]


def _tell_moved(lines: Iterable[Line]) -> None:
    """A line copied to another community: its key decides, the row it came from stays where it is."""
    for line in lines:
        place, what = line.sheet.place, line.sheet.place_word
        line.notify(place, f"{place}与下载时不同，本行按填写的{what}处理；原{what}的记录保持不变。")


def _originals(sheet: Sheet, lines: list[Line], row: Any) -> list[Line]:
    """The one line that still has the key of the row; otherwise all of them are errors."""
    key = stored_key(sheet, row)
    original = [line for line in lines if _given_key(sheet, line) in (key, None)]
    if len(original) == 1:
        return original
    for line in lines:
        others = _numbers(other for other in lines if other is not line)
        line.fail(
            sheet.key[0],
            f"这一行与第 {others} 行来自同一条记录（整行复制会带上隐藏编号），请删除重复的行；"
            "要新增的，请在空白行填写。",
        )
    return []


def _match_keys(sheet: Sheet, lines: Sequence[Line], rows: dict[int, list[Any]]) -> None:
    claimed = {line.stored.pk for line in lines if line.stored is not None}
    by_key: dict[tuple[int, Key], Any] = {}
    for division_id in {line.division.pk for line in lines}:  # type: ignore[union-attr]
        for row in rows[division_id]:
            if row.pk not in claimed:
                by_key[division_id, stored_key(sheet, row)] = row
    for line in lines:
        if line.stored is None:
            key = _given_key(sheet, line)
            if key is not None:
                line.stored = by_key.get((line.division.pk, key))  # type: ignore[union-attr]


def find_repeated(session: Session, sheet: Sheet, lines: Sequence[Line]) -> None:
    """Two lines that name the same row are errors on both; so is a key that a row outside the file has."""
    groups: dict[tuple[int, Key], list[Line]] = defaultdict(list)
    for line in lines:
        if line.division is None:
            continue
        key = tuple(line.final(name) for name in sheet.key)
        if any(part is None or part == "" for part in key):
            continue
        groups[line.division.pk, key].append(line)
    where = sheet.key[0] if sheet.key else sheet.place
    what = f"同一{sheet.place_word}的同一{where}" if sheet.key else f"同一个{sheet.place_word}"
    claimed = {line.stored.pk for line in lines if line.stored is not None}
    taken: dict[tuple[int, Key], Any] = {}
    if sheet.key:
        for division_id, held in session.rows(sheet, ()).items():
            for row in held:
                if row.pk not in claimed:
                    taken[division_id, stored_key(sheet, row)] = row
    for at, same in groups.items():
        if len(same) > 1:
            for line in same:
                others = _numbers(other for other in same if other is not line)
                line.fail(where, f"与第 {others} 行重复（{what}），请只保留一行。")
        elif at in taken:
            same[0].fail(where, f"本{sheet.place_word}已有{where}为“{at[1][0]}”的另一条记录，请换一个。")


def _numbers(lines: Iterable[Line]) -> str:
    numbers = [line.number for line in lines]
    return "、".join(map(str, numbers[:5])) + (" 等" if len(numbers) > 5 else "")
