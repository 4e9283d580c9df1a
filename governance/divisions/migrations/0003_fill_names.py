"""Spell the divisions that are there already; new ones are spelled when they are loaded."""

from django.db import migrations

from governance.spelling import spell_place

BATCH = 5000


def fill(apps, schema_editor):
    Division = apps.get_model("divisions", "Division")
    DivisionName = apps.get_model("divisions", "DivisionName")
    last = 0
    while True:
        rows = Division.objects.filter(pk__gt=last).order_by("pk")
        some = list(rows.values_list("pk", "path", "level", "name")[:BATCH])
        if not some:
            return
        DivisionName.objects.bulk_create(
            DivisionName(
                division_id=pk,
                path=path,
                level=level,
                name=name,
                pinyin=spelling.full,
                initials=spelling.initials,
            )
            for pk, path, level, name in some
            for spelling in spell_place(name)
        )
        last = some[-1][0]


class Migration(migrations.Migration):
    dependencies = [("divisions", "0002_names")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
