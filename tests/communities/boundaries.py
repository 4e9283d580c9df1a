"""Boundaries for tests: squares of a thousandth of a degree, counted from a corner in Xi'an."""

import json
from datetime import date

from communities.boundaries.keeping import Drawn, save
from communities.models import CommunityBoundary
from governance.accounts.models import User
from governance.divisions.models import Division

WEST, SOUTH, STEP = 108.900, 34.260, 0.001
SQUARE_M2 = 10_216
"""Area of one square, rounded down to tens of square metres below."""


def square(column: float, row: float, width: float = 1, height: float = 1) -> dict:
    west, south = round(WEST + column * STEP, 7), round(SOUTH + row * STEP, 7)
    east, north = round(west + width * STEP, 7), round(south + height * STEP, 7)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def drawn(geometry: dict, **changes) -> Drawn:
    first = {"system": "cgcs2000", "effective_from": date(2026, 1, 1), "basis": "莲政发〔2026〕1号"}
    return Drawn(text=json.dumps(geometry), **(first | changes))


def put_in_force(user: User, division: Division, geometry: dict, **changes) -> CommunityBoundary:
    return save(user=user, division=division, drawn=drawn(geometry, **changes), in_force=True)
