"""The templates of the page, compiled by an engine of their own: no context processors, no request."""

from functools import lru_cache
from typing import Any

from django.template import Context, Engine
from django.utils.safestring import SafeString

from .fonts import PROJECT


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(dirs=[str(PROJECT / "templates")], autoescape=True)


def render(name: str, context: dict[str, Any]) -> SafeString:
    """A template of templates/reports/document/ with values that are strings, lists or objects of strings.

    Localisation is off: every number arrives as finished text.
    """
    template = _engine().get_template(f"reports/document/{name}")
    return template.render(Context(context, use_l10n=False, use_tz=False))
