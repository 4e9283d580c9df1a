"""SQL that both databases understand: numbers that look like chance and are not, days, JSON and booleans.

It speaks of `c`, a subquery with the division_id and the path of communities.
"""

from django.db import connection


def number(factor: int, modulus: int, more: str = "") -> str:
    """A whole number below `modulus`; each factor gives another one, `more` others for the same community.

    The large prime in between keeps two factors apart. Without it 17 and 37 gave numbers of the same parity,
    and whole combinations of data never occurred.
    """
    return f"((c.division_id * {factor * 7919} + c.division_id / 7{more}) % 1000003 % {modulus})"


def day(text: str) -> str:
    return day_of(f"'{text}'")


def day_of(sql: str) -> str:
    """Text that an expression yields, as a day."""
    return f"CAST({sql} AS date)" if _is_postgres() else sql


def json(text: str) -> str:
    return f"CAST('{text}' AS jsonb)" if _is_postgres() else f"'{text}'"


def boolean(condition: str) -> str:
    return f"CASE WHEN {condition} THEN TRUE ELSE FALSE END"


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"
