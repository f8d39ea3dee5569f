"""What keeping does by the clock."""

import pytest
from django.db import connection

from mailroom.flows.keeping import tasks
from mailroom.records.emails.models import SearchDocument
from tests.factories import emails

pytestmark = pytest.mark.django_db


def test_mail_that_the_index_lacks_gets_its_place_by_itself() -> None:
    email = emails.make("Lost", "body")
    SearchDocument.objects.all().delete()
    tasks.index_missing()
    assert SearchDocument.objects.get().email_id == email.pk


def test_the_planner_is_told_of_the_tables() -> None:
    emails.make("One", "body")
    tasks.tell_planner()
    if connection.vendor != "sqlite":
        return  # PostgreSQL counts its tables by itself
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'emails_email'")
        assert cursor.fetchone()[0] > 0
