import django.db.models.deletion
from django.db import migrations, models

BEGUN_BY_OTHERS = ("account_id", "thread_id", "owner_id", "workgroup_id")


def drop(apps, schema_editor):
    """By their columns: SQLite would copy the whole table to drop an index of a field."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "emails_email")
    for name, one in found.items():
        alone = one["index"] and not one["unique"] and not one["primary_key"]
        if alone and len(one["columns"]) == 1 and one["columns"][0] in (*BEGUN_BY_OTHERS, "idempotency_key"):
            schema_editor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")


class Migration(migrations.Migration):
    """Four foreign keys go by the index of a list that begins with them; a key is never looked up by its beginning."""

    dependencies = [("emails", "0014_the_box_index_knows_the_status")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    model_name="email",
                    name="account",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emails",
                        to="email_accounts.emailaccount",
                    ),
                ),
                migrations.AlterField(
                    model_name="email",
                    name="owner",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisation.employee",
                    ),
                ),
                migrations.AlterField(
                    model_name="email",
                    name="thread",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emails",
                        to="emails.thread",
                    ),
                ),
                migrations.AlterField(
                    model_name="email",
                    name="workgroup",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisation.workgroup",
                    ),
                ),
            ],
        )
    ]
