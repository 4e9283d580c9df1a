"""What is done with an uploaded file before anything in it is believed.

The modules of this package import the standard library and python-calamine only: they run in a child
process with memory and CPU limits (see ``child.py``) that knows neither Django nor the database.
"""

from .limits import Limits, UploadRefused
from .sniff import Kind, sniff

__all__ = ["Kind", "Limits", "UploadRefused", "sniff"]
