"""Writes rows by COPY or executemany, indexes put aside meanwhile. Imported once Django is set up."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from bench import million
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import sort_keys
from mailroom.records.emails.models import Email, EmailContent, Recipient, SearchDocument, Thread
from mailroom.records.emails.search import indexing, postgresql, stream, vocabulary
from mailroom.records.organisation.models import Employee, User, Workgroup

POSTGRESQL = connection.vendor == "postgresql"
EMAIL_COLUMNS = (
    "id direction status status_before_delete box archived read account_id thread_id owner_id workgroup_id "
    "created_by_id subject from_name from_address to_line preview date created_at message_id size attachment_count "
    "error"
).split()


def fill(count: int, rows: Iterable[dict[str, Any]]) -> None:
    """The house, then the emails in chunks."""
    house()
    aside = put_aside()
    seen: set[str] = set()
    for chunk in _chunks(rows):
        write(Thread, [{"id": number} for number in {row["thread_id"] for row in chunk if row["id"] % 2}])
        write(Email, [{name: row[name] for name in EMAIL_COLUMNS} | keys(row) for row in chunk])
        write(EmailContent, [{"email_id": row["id"], "text": row["text"]} for row in chunk])
        write(Recipient, [_recipient(row) for row in chunk])
        documents = []
        for row in chunk:
            mail = _searched(row)
            seen |= stream.address_words(mail)
            documents.append((row["id"], indexing.place_of(row["date"], row["id"]), stream.tokens(mail)))
        write_index(documents)
    vocabulary.learn(seen)
    put_back(aside)


def house() -> None:
    """People, work groups and accounts."""
    users = [
        User(login=f"person{n}", role="administrator" if n == 1 else "agent", full_name=f"Person {n}")
        for n in range(1, million.PEOPLE + 1)
    ]
    User.objects.bulk_create(users)
    groups = [Workgroup(workgroup_id=f"GROUP{n}", description=f"Group {n}") for n in range(1, million.WORKGROUPS + 1)]
    Workgroup.objects.bulk_create(groups)
    for number, user in enumerate(User.objects.order_by("pk"), 1):
        employee = Employee.objects.create(employee_id=f"E{number}", name=f"Person {number}", user=user)
        employee.workgroups.add(groups[number % len(groups)])
    for number in range(1, million.ACCOUNTS + 1):
        personal = users[number] if number > million.ACCOUNTS - million.PERSONAL else None
        EmailAccount.objects.create(
            email_account_id=f"ACCOUNT{number}", email_address=f"account{number}@mailroom.test", personal_owner=personal
        )


def keys(row: dict[str, Any]) -> dict[str, bytes]:
    """What its lists are sorted by."""
    return {
        "subject_key": sort_keys.of(row["subject"]),
        "from_key": sort_keys.of(row["from_name"] or row["from_address"]),
        "to_key": sort_keys.of(row["to_line"]),
    }


def _recipient(row: dict[str, Any]) -> dict[str, Any]:
    name, address = row["ours"] if row["direction"] == "incoming" else row["who"]
    return {"email_id": row["id"], "kind": "to", "name": name, "address": address}


def _searched(row: dict[str, Any]) -> stream.Searched:
    to = _recipient(row)
    sender = f"{row['from_name']} {row['from_address']}"
    return stream.Searched(row["subject"], sender, [f"{to['name']} {to['address']}"], body=row["text"])


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rest = iter(rows)
    while chunk := list(itertools.islice(rest, million.CHUNK)):
        yield chunk


def write(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Rows with the model's defaults for the columns that they do not name."""
    if not rows:
        return
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    given = set(rows[0])
    blank = model()
    rest = {
        name: field.get_db_prep_save(getattr(blank, field.attname), connection)
        for name, field in fields.items()
        if name not in given and not (field.primary_key and getattr(blank, field.attname) is None)
    }
    rest = {name: "{}" if name in {"headers", "facts"} else value for name, value in rest.items()}
    names = [*rows[0], *rest]
    values = [[*(_plain(value) for value in row.values()), *rest.values()] for row in rows]
    insert(model._meta.db_table, names, values)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and not POSTGRESQL:
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


def insert(table: str, names: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """By COPY, or by executemany."""
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if POSTGRESQL:
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in values:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(names))
        connection.ensure_connection()
        cursor.execute("BEGIN")
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', values)
        cursor.execute("COMMIT")


def write_index(documents: Sequence[tuple[int, int, Sequence[str]]]) -> None:
    """Their places in the full text index."""
    table = SearchDocument._meta.db_table
    if POSTGRESQL:
        insert(table, ["email_id", "place", "tokens"], [(key, at, postgresql.vector(t)) for key, at, t in documents])
        return
    insert(table, ["email_id", "place"], [(key, place) for key, place, _tokens in documents])
    insert("emails_search", ["rowid", "tokens"], [(place, " ".join(tokens)) for _key, place, tokens in documents])


def put_aside() -> list[str]:
    """Drop the indexes that are no constraints; their statements bring them back."""
    with connection.cursor() as cursor:
        if POSTGRESQL:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes "
                "WHERE schemaname = 'public' AND tablename LIKE 'emails\\_%' "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            )
        else:
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
                "AND tbl_name LIKE 'emails\\_%' ESCAPE '\\'"
            )
        found = cursor.fetchall()
        for name, _sql in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _name, statement in found]


def put_back(statements: Sequence[str]) -> None:
    """Make the indexes, and let the planner know its tables."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        if POSTGRESQL:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('emails_email', 'id'), (SELECT max(id) FROM emails_email))"
            )
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("INSERT INTO emails_search (emails_search) VALUES ('optimize')")
