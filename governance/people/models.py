"""Persons: one row for a human being, with identity data encrypted."""

from typing import Any

from django.db import models

from governance.crypto.fields import EncryptedTextField
from governance.spelling import LONGEST, spell_person


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Person(models.Model):
    """A person whom registry rows refer to. A person is scoped by those rows, never by itself.

    `id_index` is the blind index of the folded ID number: exact search and uniqueness without showing it.
    """

    name = models.CharField("姓名", max_length=40)
    pinyin = models.CharField(max_length=LONGEST, blank=True, editable=False)
    initials = models.CharField(max_length=LONGEST, blank=True, editable=False)
    id_number = EncryptedTextField("身份证号", blank=True)
    id_index = models.CharField(max_length=32, null=True, blank=True, unique=True, editable=False)
    sex = models.CharField("性别", max_length=6, choices=Sex.choices, blank=True)
    birth_date = EncryptedTextField("出生日期", blank=True, help_text="YYYY-MM-DD")
    phone = EncryptedTextField("手机号", blank=True)

    class Meta:
        verbose_name = "人员"
        indexes = [
            models.Index(fields=["name"], name="person_by_name"),
            models.Index(fields=["pinyin"], name="person_by_pinyin", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["initials"], name="person_by_initials", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.spell()
        super().save(*args, **kwargs)

    def spell(self) -> None:
        """Set the spelling of the name, by which the person is found."""
        spelling = spell_person(self.name)
        self.pinyin, self.initials = spelling.full, spelling.initials
