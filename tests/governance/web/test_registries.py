"""What the apps registered: every menu item leads somewhere and has an icon of the sprite."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse

from governance.web import menu, panels

ICONS = set(
    re.findall(
        r'<symbol id="([^"]+)"',
        (Path(settings.BASE_DIR) / "static/vendor/icons.svg").read_text(encoding="utf-8"),
    )
)


@pytest.mark.parametrize("item", menu.registered(), ids=lambda item: item.key)
def test_menu_items_lead_to_pages(item: menu.MenuItem) -> None:
    assert reverse(item.url_name, args=item.args).startswith("/")
    assert item.icon in ICONS


def test_groups_have_icons_of_the_sprite() -> None:
    assert {icon for icon, _ in menu._groups.values()} <= ICONS


def test_panels_have_templates() -> None:
    for template in panels._panels:
        get_template(template)
