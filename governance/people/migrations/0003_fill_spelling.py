"""Spell the names that are there already; new ones are spelled when they are written."""

from django.db import migrations

from governance import bulk
from governance.spelling import spell_person

BATCH = 2000


def fill(apps, schema_editor):
    Person = apps.get_model("people", "Person")
    last = 0
    while True:
        some = list(Person.objects.filter(pk__gt=last).order_by("pk").only("pk", "name")[:BATCH])
        if not some:
            return
        for person in some:
            spelling = spell_person(person.name)
            person.pinyin, person.initials = spelling.full, spelling.initials
        bulk.update(Person, some, ["pinyin", "initials"])
        last = some[-1].pk


class Migration(migrations.Migration):
    dependencies = [("people", "0002_spelling")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
