from django.db import migrations, models

KEYS = ("subject_key", "from_key", "to_key")
EMPTY = {"sqlite": "BLOB NOT NULL DEFAULT X''", "postgresql": r"BYTEA NOT NULL DEFAULT '\x'"}


def add(apps, schema_editor):
    # By hand: Django would write the whole table anew for each column on SQLite.
    for name in KEYS:
        schema_editor.execute(f"ALTER TABLE emails_email ADD COLUMN {name} {EMPTY[schema_editor.connection.vendor]}")


def remove(apps, schema_editor):
    for name in KEYS:
        schema_editor.execute(f"ALTER TABLE emails_email DROP COLUMN {name}")


class Migration(migrations.Migration):

    dependencies = [("emails", "0010_unread_mail_is_counted_in_its_index")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add, remove)],
            state_operations=[
                migrations.AddField("email", name, models.BinaryField(default=b"")) for name in KEYS
            ],
        )
    ]
