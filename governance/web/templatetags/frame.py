"""What only the frame's own templates need: `{% load frame %}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from governance.web.search import Term

register = template.Library()


@register.filter
def highlight(text: str, term: Term) -> SafeString:
    """The text with the part that was searched for marked."""
    before, match, after = str(text).partition(term.typed) if term.typed else (str(text), "", "")
    return format_html("{}<mark>{}</mark>{}", before, match, after) if match else format_html("{}", text)
