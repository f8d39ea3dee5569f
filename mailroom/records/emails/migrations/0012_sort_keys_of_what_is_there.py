from django.db import migrations, transaction

from mailroom.records.emails import sort_keys

BATCH = 5_000
READ = (
    "SELECT id, substr(subject, 1, 300), substr(CASE WHEN from_name = '' THEN from_address ELSE from_name END, 1, 300), "
    "substr(to_line, 1, 300) FROM emails_email WHERE id > %s ORDER BY id LIMIT %s"
)
WRITE = {
    "sqlite": "UPDATE emails_email SET subject_key = %s, from_key = %s, to_key = %s WHERE id = %s",
    "postgresql": "UPDATE emails_email SET subject_key = new.subject, from_key = new.sender, to_key = new.recipient "
    "FROM unnest(%s::bytea[], %s::bytea[], %s::bytea[], %s::bigint[]) AS new (subject, sender, recipient, id) "
    "WHERE emails_email.id = new.id",
}


def fill(apps, schema_editor):
    connection, last = schema_editor.connection, 0
    while True:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(READ, [last, BATCH])
            found = cursor.fetchall()
            if not found:
                return
            made = [(*(sort_keys.of(text) for text in texts), key) for key, *texts in found]
            if connection.vendor == "postgresql":
                cursor.execute(WRITE["postgresql"], [list(column) for column in zip(*made, strict=True)])
            else:
                cursor.executemany(WRITE["sqlite"], made)
            last = found[-1][0]


class Migration(migrations.Migration):

    atomic = False  # a batch is kept as soon as it is written; begun again, it does no harm
    dependencies = [("emails", "0011_sort_keys")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
