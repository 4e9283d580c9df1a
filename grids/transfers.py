"""How grids follow a split or a merger of communities."""

from django.db.models import F, Value
from django.db.models.functions import Concat

from governance.divisions.transfers import Transfer, Way, next_number, register
from grids.models import Grid


def register_all() -> None:
    register(
        Transfer(
            Grid,
            Way.WHOLE,
            label="网格",
            order=20,
            told=Concat(F("number"), Value(" "), F("name")),
            key="number",
            renamed="number",
            rename=next_number,
            sums=("households", "population", "staff_count"),
        )
    )
