import django.db.models.deletion
from django.db import migrations, models

# The index as it was first made; search/sqlite.py and search/postgresql.py write to it.
SQLITE = (
    "CREATE VIRTUAL TABLE emails_search USING fts5(tokens, tokenize='ascii')",
    "CREATE TRIGGER emails_search_gone AFTER DELETE ON emails_searchdocument "
    "BEGIN DELETE FROM emails_search WHERE rowid = old.place; END",
)
POSTGRESQL = (
    "ALTER TABLE emails_searchdocument ADD COLUMN tokens tsvector",
    "ALTER TABLE emails_searchdocument ALTER COLUMN tokens SET STATISTICS 1000",
    "CREATE INDEX emails_search ON emails_searchdocument USING gin (tokens)",
)


def install(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER emails_search_gone")
        schema_editor.execute("DROP TABLE emails_search")


class Migration(migrations.Migration):

    dependencies = [('emails', '0004_queue_turns')]

    operations = [
        migrations.CreateModel(
            name='AddressWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=64, unique=True)),
                ('length', models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='SearchDocument',
            fields=[
                ('email', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_document', serialize=False, to='emails.email')),
                ('place', models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='AddressGram',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gram', models.CharField(max_length=3)),
                ('word', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='grams', to='emails.addressword')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('gram', 'word'), name='one_gram_a_word')],
            },
        ),
        migrations.RunPython(install, remove),
    ]
