"""A small tree, a clerk of one street and an auditor."""

from collections.abc import Callable

import pytest
from django.test import Client

from governance.accounts import services
from governance.accounts.models import Unit, User
from governance.accounts.roles import Role
from governance.divisions.models import Division, Level


@pytest.fixture
def tree(db: None) -> dict[str, Division]:
    """Province → city → county with streets 甲 (12 communities), 乙 (3) and 丙 (none); own paths."""
    nodes: dict[str, Division] = {}

    def add(name: str, parent: str | None, level: Level, path: str, code: str) -> None:
        nodes[name] = Division.objects.create(
            name=name, parent=nodes.get(parent or ""), level=level, path=path, code=code
        )

    add("某省", None, Level.PROVINCE, "99", "99")
    add("某市", "某省", Level.CITY, "9909", "9901")
    add("某区", "某市", Level.COUNTY, "990909", "990102")
    for number, (street, communities) in enumerate({"甲街道": 12, "乙街道": 3, "丙街道": 0}.items(), start=7):
        path = f"990909{number:03}"
        add(street, "某区", Level.STREET, path, f"990102{number:03}")
        for serial in range(1, communities + 1):
            name = f"{street[0]}{serial}社区"
            add(name, street, Level.COMMUNITY, f"{path}{serial:03}", f"990102{number:03}{serial:03}")
    return nodes


@pytest.fixture
def sign_in(tree: dict[str, Division]) -> Callable[..., Client]:
    """A client signed in as a new user with a role on divisions."""

    def signed_in(role: Role, *names: str, username: str = "someone") -> Client:
        unit, _ = Unit.objects.get_or_create(name="某区民政局", division=tree["某区"])
        user, _ = services.create_user(
            username=username, display_name="李晓梅", unit=unit, password="Strong-pass-2026"
        )
        for name in names:
            services.grant(user=user, role=role, division=tree[name])
        client = Client()
        client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
