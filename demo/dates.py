"""The days of the demonstration: fixed, so that its figures are the same on every day it is loaded."""

from datetime import date

FIRST_HALF = date(2026, 6, 15)
"""Cut-off of the first half-year: findings of the demonstration are opened on this day."""
LATER = date(2026, 9, 30)
"""What changed since the first half (a facility opened, a post filled) is in force by this day."""
TERM_BEGINS = date(2021, 4, 20)
"""Day on which the two committees of the term took office."""
