"""Confirm receipt, Reply to unassigned emails, and the guards against loops (BEHAVIOUR 5.2, 5.10; T08, T39)."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.incoming import loop_guards, pipeline
from mailroom.flows.incoming.models import AutomaticReply
from mailroom.flows.sending import claims
from mailroom.flows.watching import alerts
from mailroom.mime import parse
from mailroom.records.crm.models import BusinessAccount
from mailroom.records.emails.models import Email
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User, Workgroup
from tests.factories import incoming, relations
from tests.unit.incoming import post

pytestmark = pytest.mark.django_db


def test_a_sender_is_told_once_a_day_and_conversation_that_his_mail_has_come(now: datetime) -> None:
    sales = incoming.system_account(confirm_receipt=True)
    first = post.come(sales, post.letter(), now)
    (reply,) = post.sent()
    message = parse.parse(post.raw(reply))
    assert [item.address for item in message.to] == ["ingrid@fjellbekk.example.net"]
    assert message.header("Auto-Submitted") == "auto-replied"
    assert message.in_reply_to == (first.message_id,)
    assert message.subject.startswith("We have received: Price for 40 crates [#")
    assert claims.load([reply.pk], sales)[0].letter.sender == ""
    assert post.why(first, "confirm_receipt")[0] == "did"

    again = post.come(sales, post.letter(answers=first.message_id), now + timedelta(hours=23))
    assert "within the last 24 hours" in post.why(again, "confirm_receipt")[1]
    post.come(sales, post.letter(subject="Another matter"), now + timedelta(hours=23))
    post.come(sales, post.letter(answers=first.message_id), now + timedelta(hours=25))
    assert len(post.sent()) == 3


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": "auto-replied"}, "A program wrote it"),
        ({"subject": "Out of office", "x_auto_response_suppress": "All"}, "A program wrote it"),
        ({"list_id": "<news.example.org>"}, "A program wrote it"),
        ({"return_path": "<>"}, "A program wrote it"),
        ({"sender": "noreply@fjellbekk.example.net"}, "A program wrote it"),
        ({"reply_to": "no-reply@fjellbekk.example.net"}, "no sender who could read"),
        ({"sender": "nobody"}, "no sender who could read"),
        ({"sender": "sales@mailroom.test"}, "A program wrote it"),
        ({"sender": "orders@mailroom.test"}, "an address of our own"),
        ({"reply_to": "Sales@Mailroom.TEST"}, "an address of our own"),
        ({"sender": "Anna <ANNA@mailroom.test>"}, "is an employee"),
        ({"sender": "admin@mailroom.test"}, "is an employee"),
        ({"authentication_results": f"{post.TRUSTED}; dmarc=fail"}, "disowns it"),
    ],
)
def test_programs_ourselves_and_employees_get_no_automatic_reply(
    now: datetime, administrator: User, headers: dict[str, str], reason: str
) -> None:
    from mailroom.flows.receiving.models import ReceivingOptions

    sales = incoming.system_account(confirm_receipt=True, reply_to_unassigned_emails=True)
    sales.aliases = "orders@mailroom.test"
    sales.save()
    ReceivingOptions.objects.create(account=sales, trusted_authentication_hosts=post.TRUSTED)
    email = post.come(sales, post.letter(**headers), now)
    assert post.sent() == []
    outcome, words = post.why(email, "confirm_receipt")
    assert outcome == post.why(email, "reply_to_unassigned")[0] == "skipped"
    assert reason in words


def test_a_personal_account_answers_nobody_by_itself(now: datetime, administrator: User) -> None:
    sales = incoming.system_account(confirm_receipt=True)
    sales.personal_owner = administrator
    sales.save()
    post.come(sales, post.letter(), now)
    assert post.sent() == []


def test_the_chosen_template_speaks_the_customers_language_and_escapes_what_he_wrote(now: datetime) -> None:
    values = {"notification_id": "MINE", "window_id": "CO409000", "body": "<p>Got: ((Subject)) ((Body))</p>"}
    mine = NotificationTemplate.objects.create(**values, description="Mine", subject="Got it")
    norwegian = values | {"locale": "nb", "body": "<p>Mottatt: ((Subject))</p>"}
    NotificationTemplate.objects.create(**norwegian, description="Min", subject="Mottatt")
    sales = incoming.system_account(confirm_receipt=True, confirmation_template=mine)
    post.come(sales, post.letter(subject="<b>Crates</b>", body="<script>alert(1)</script>"), now)
    BusinessAccount.objects.create(account_id="1", name="Fjord", email="post@fjord.example.org", language="nb")
    post.come(sales, post.letter(sender="post@fjord.example.org"), now)
    english, other = post.sent()
    assert "&lt;b&gt;Crates" in english.content.html
    assert "<script" not in english.content.html
    assert other.subject == "Mottatt"
    assert "Mottatt: Price" in other.content.html


def test_mail_that_nobody_was_given_is_answered_from_the_reply_address(now: datetime) -> None:
    sales = incoming.system_account(reply_to_unassigned_emails=True)
    sales.reply_address = "hello@mailroom.test"
    sales.save()
    email = post.come(sales, post.letter(), now)
    (reply,) = post.sent()
    message = parse.parse(post.raw(reply))
    assert [item.address for item in message.from_] == ["hello@mailroom.test"] == [reply.from_address]
    assert message.header("Sender") == "sales@mailroom.test"
    assert message.header("Auto-Submitted") == "auto-replied"
    assert claims.load([reply.pk], sales)[0].letter.sender == ""
    assert post.why(email, "reply_to_unassigned")[0] == "did"


def test_a_reply_address_that_is_another_account_goes_by_that_account(now: datetime) -> None:
    sales = incoming.system_account(reply_to_unassigned_emails=True)
    sales.reply_address = "hello@mailroom.test"
    sales.save()
    values = {"email_address": "hello@mailroom.test", "outgoing_mail_server": "127.0.0.1"}
    hello = relations.account(email_account_id="HELLO", **values)
    post.come(sales, post.letter(), now)
    (reply,) = post.sent()
    assert reply.account == hello
    assert b"Sender:" not in post.raw(reply)


def test_mail_with_an_owner_or_a_work_group_is_not_told_that_it_has_none(now: datetime) -> None:
    sales = incoming.system_account(reply_to_unassigned_emails=True)
    sales.default_work_group = Workgroup.objects.create(workgroup_id="SALES")
    sales.save()
    email = post.come(sales, post.letter(), now)
    assert post.sent() == []
    assert "has an owner or a work group" in post.why(email, "reply_to_unassigned")[1]


def test_processed_again_an_email_is_not_answered_again(now: datetime) -> None:
    sales = incoming.system_account(confirm_receipt=True)
    email = post.come(sales, post.letter(), now)
    Email.objects.filter(pk=email.pk).update(status="failed")
    pipeline.process_account(sales.pk, now + timedelta(days=2), only=[email.pk])
    assert len(post.sent()) == 1
    assert "before" in post.why(email, "confirm_receipt")[1]


def test_a_robot_that_answers_everything_meets_silence_and_is_warned_of_once(now: datetime) -> None:
    """T08: a new subject, no reference, no sign that a program writes."""
    sales = incoming.system_account(confirm_receipt=True, automatic_replies_per_hour=3)
    for minute in range(120):
        sender = f"robot+{minute}@fjellbekk.example.net"
        post.come(sales, post.letter(subject=f"Ticket {minute}", sender=sender), now + timedelta(minutes=minute))
    assert len(post.sent()) == 3
    later = now + timedelta(minutes=120)
    (alert,) = alerts.shown(later)
    assert alert.subject == "robot@fjellbekk.example.net"
    assert "3 automatic replies" in alert.words
    loop_guards.settle(later)
    assert alerts.shown(later).count() == 1
    loop_guards.settle(later + timedelta(minutes=60))
    assert alerts.shown(later).count() == 0
    post.come(sales, post.letter(sender="robot@fjellbekk.example.net"), later + timedelta(minutes=61))
    assert len(post.sent()) == 4


def test_a_robot_that_changes_its_address_each_time_is_bounded_too(now: datetime) -> None:
    """T08: by the conversation where it keeps it, by the domain where it does not."""
    sales = incoming.system_account(confirm_receipt=True, automatic_replies_per_hour=1)
    first = post.come(sales, post.letter(sender="a@robots.example.org"), now)
    for number in range(8):
        sender = f"a{number}@other{number}.example.org"
        post.come(sales, post.letter(sender=sender, answers=first.message_id), now + timedelta(minutes=number))
    assert len(post.sent()) == loop_guards.A_CONVERSATION
    assert alerts.shown(now + timedelta(hours=1)).count() == 1
    for number in range(loop_guards.A_DOMAIN + 5):
        post.come(sales, post.letter(f"Ticket {number}", sender=f"b{number}@robots.example.org"), now)
    to_robots = AutomaticReply.objects.filter(domain="robots.example.org", email__isnull=False)
    assert to_robots.count() == loop_guards.A_DOMAIN
    assert set(alerts.shown(now + timedelta(hours=1)).values_list("subject", flat=True)) >= {"robots.example.org"}


def test_two_mailrooms_that_answer_everything_stop_after_one_reply(now: datetime) -> None:
    """T39: what one installation answers is automatic mail to the other."""
    sales = incoming.system_account(confirm_receipt=True, reply_to_unassigned_emails=True)
    post.come(sales, post.letter(sender="support@other.example.org"), now)
    answers = post.sent()
    assert len(answers) == 2
    for number, answer in enumerate(answers):  # the other one's reply is made as ours, so ours stands for it
        theirs = post.raw(answer).replace(b"sales@mailroom.test", b"support@other.example.org")
        theirs = theirs.replace(b"To: support@other.example.org", b"To: sales@mailroom.test")
        theirs = theirs.replace(answer.message_id.encode(), f"{number}@other.example.org".encode())
        assert post.come(sales, theirs, now + timedelta(minutes=1)).automatic == "auto-reply"
    assert len(post.sent()) == 2


def test_an_out_of_office_answer_to_a_reply_gets_none(now: datetime) -> None:
    sales = incoming.system_account(confirm_receipt=True)
    post.come(sales, post.letter(), now)
    (reply,) = post.sent()
    away = post.letter(subject="Fravær: Price for 40 crates", answers=reply.message_id)
    assert post.come(sales, away, now).automatic == "out-of-office"
    assert len(post.sent()) == 1
