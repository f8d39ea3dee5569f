"""The demo company is told through the product: received by IMAP, sent by SMTP, once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.demo import furnish
from mailroom.demo.company import cast, scripts
from mailroom.demo.mail_world.world import MailWorld
from mailroom.flows.receiving import receive
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[MailWorld]:
    """The world after a first start."""
    world = MailWorld(tmp_path, cast.residents()).start()
    furnish.furnish(NOW, world)
    yield world
    world.stop()


def test_the_history_has_every_state_and_real_threads(furnished: MailWorld) -> None:
    told = [line for one in scripts.conversations(NOW) if not one.arrives_later for line in one.lines]
    assert Email.objects.count() == len(told)
    states = set(Email.objects.values_list("direction", "status", "box"))
    assert {
        ("incoming", "processed", "incoming"),
        ("incoming", "processed", "archived"),
        ("outgoing", "processed", "sent"),
        ("outgoing", "failed", "sent"),
        ("outgoing", "pending", "sent"),
        ("outgoing", "draft", "sent"),
    } <= states
    assert Email.objects.filter(status="failed").count() == 1
    assert set(Email.objects.values_list("automatic", flat=True)) >= {"none", "bounce", "out-of-office", "list"}
    reminder = Email.objects.filter(subject__contains="faktura 104821")
    assert reminder.count() == 4
    assert reminder.values("thread").distinct().count() == 1
    assert {email.related_entity_type for email in reminder} == {"case"}


def test_a_second_start_changes_nothing_and_the_newest_mail_comes_by_the_first_receive(furnished: MailWorld) -> None:
    before = Email.objects.count()
    furnish.furnish(NOW, furnished)
    assert Email.objects.count() == before
    support = EmailAccount.objects.get(email_account_id="SUPPORT")
    result = receive.receive_account(support.pk, NOW)
    assert (result.stored, result.duplicate, result.error) == (2, 0, "")
