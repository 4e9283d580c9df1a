import django.db.models.deletion
from django.db import migrations, models


def carry(apps, schema_editor):
    """What stored runs knew, a row for each community instead of one for each figure."""
    collect = "jsonb_object_agg" if schema_editor.connection.vendor == "postgresql" else "json_group_object"
    schema_editor.execute(
        "INSERT INTO ledgers_ledgercard (run_id, division_id, path, figures) "
        f"SELECT run_id, division_id, path, {collect}(code, value) FROM ledgers_ledgerfigure "
        "GROUP BY run_id, division_id, path"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('divisions', '0003_fill_names'),
        ('ledgers', '0001_initial'),
        ('policies', '0005_standard_pace'),
    ]

    operations = [
        migrations.CreateModel(
            name='LedgerCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=12)),
                ('figures', models.JSONField(default=dict)),
                ('division', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='divisions.division')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='policies.evaluationrun')),
            ],
            options={
                'verbose_name': '台账数据',
                'abstract': False,
            },
        ),
        migrations.RunPython(carry, migrations.RunPython.noop),
        migrations.DeleteModel(
            name='LedgerFigure',
        ),
        migrations.AddIndex(
            model_name='ledgercard',
            index=models.Index(fields=['run', 'path'], name='ledgercard_run_path'),
        ),
    ]
