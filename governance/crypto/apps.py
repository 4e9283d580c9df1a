"""App configuration: the ring is made and verified after every migrate."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CryptoConfig(AppConfig):
    name = "governance.crypto"
    label = "crypto"
    verbose_name = "加密"

    def ready(self) -> None:
        from governance.crypto.verification import ensure_ring

        post_migrate.connect(ensure_ring, sender=self)
