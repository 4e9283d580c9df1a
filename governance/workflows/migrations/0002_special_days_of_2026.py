"""Holidays of 2026 as the State Council's yearly notice moves them against the usual week."""

from datetime import date, timedelta

from django.db import migrations

NOTE = "2026 年部分节假日安排"
OFF = (
    ("元旦", date(2026, 1, 1), 3),
    ("春节", date(2026, 2, 15), 9),
    ("清明节", date(2026, 4, 4), 3),
    ("劳动节", date(2026, 5, 1), 5),
    ("端午节", date(2026, 6, 19), 3),
    ("中秋节", date(2026, 9, 25), 3),
    ("国庆节", date(2026, 10, 1), 7),
)
WORKED = (
    ("元旦", date(2026, 1, 4)),
    ("春节", date(2026, 2, 14)),
    ("春节", date(2026, 2, 28)),
    ("劳动节", date(2026, 5, 9)),
    ("国庆节", date(2026, 9, 20)),
    ("国庆节", date(2026, 10, 10)),
)


def add(apps, schema_editor):
    days = apps.get_model("workflows", "SpecialDay")
    rows = [
        days(day=day, is_working=False, note=f"{name}，{NOTE}")
        for name, first, length in OFF
        for day in (first + timedelta(days=offset) for offset in range(length))
        if day.weekday() < 5
    ]
    rows += [days(day=day, is_working=True, note=f"{name}调休，{NOTE}") for name, day in WORKED]
    days.objects.bulk_create(rows)


def remove(apps, schema_editor):
    apps.get_model("workflows", "SpecialDay").objects.filter(day__year=2026).delete()


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
