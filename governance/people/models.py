"""Persons: one row for a human being, with identity data encrypted."""

from django.db import models

from governance.crypto.fields import EncryptedTextField


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Person(models.Model):
    """A person whom registry rows refer to. A person is scoped by those rows, never by itself.

    `id_index` is the blind index of the folded ID number: exact search and uniqueness without showing it.
    """

    name = models.CharField("姓名", max_length=40)
    id_number = EncryptedTextField("身份证号", blank=True)
    id_index = models.CharField(max_length=32, null=True, blank=True, unique=True, editable=False)
    sex = models.CharField("性别", max_length=6, choices=Sex.choices, blank=True)
    birth_date = EncryptedTextField("出生日期", blank=True, help_text="YYYY-MM-DD")
    phone = EncryptedTextField("手机号", blank=True)

    class Meta:
        verbose_name = "人员"
        indexes = [models.Index(fields=["name"], name="person_by_name")]

    def __str__(self) -> str:
        return self.name
