"""One cell, both ways: `clean` makes a value from what a clerk wrote, `render` writes it back.

The widgets plug into django-import-export's `Field`. All of them follow the same rules:

* an empty cell (also one of blanks) is the widget's `empty` value; whether it may be empty is for the caller;
* what cannot be understood raises ``ValueError``: Chinese text saying what to do, without sheet and column;
* what was understood, but not quite as written, is told to ``notify(text)`` when the caller passes one;
* `render` returns a native cell (text, int, Decimal, date), so `clean(render(value)) == value`.
"""

from .base import CellWidget, Masked, Notify, show
from .choices import ChoicesWidget, ChoiceWidget, YesNoWidget
from .codes import CodeWidget, CreditCodeWidget, IdNumberWidget, PhoneWidget
from .dates import DateWidget
from .numbers import CountWidget, QuantityWidget, to_decimal
from .text import ListWidget, TextWidget

__all__ = [
    "CellWidget",
    "ChoiceWidget",
    "ChoicesWidget",
    "CodeWidget",
    "CountWidget",
    "CreditCodeWidget",
    "DateWidget",
    "IdNumberWidget",
    "ListWidget",
    "Masked",
    "Notify",
    "PhoneWidget",
    "QuantityWidget",
    "TextWidget",
    "YesNoWidget",
    "show",
    "to_decimal",
]
