"""How facilities follow a split or a merger of communities."""

from datetime import date

from django.db.models import Q

from facilities.models import Facility
from governance.divisions.transfers import Transfer, Way, register, still_valid, with_origin


def _counted(on: date) -> Q:
    """Those in use, and those opened within the year: they count in its quota, open or not."""
    return still_valid(on) | Q(voided_on=None, started_on__gte=date(on.year, 1, 1))


def register_all() -> None:
    register(
        Transfer(
            Facility,
            Way.WHOLE,
            label="服务设施",
            order=50,
            moving=_counted,
            renamed="name",
            rename=with_origin,
            sums=("building_area_c", "activity_area_c", "outdoor_area_c"),
        )
    )
