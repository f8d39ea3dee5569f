"""Mass mail on its way: each mail once, whatever is pressed or killed; answers, bounces, unsubscribing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mailroom.flows.mailings import prepare, preparing, responses, text, unsubscribe
from mailroom.flows.mailings.models import MassEmailRecipient, Reason
from mailroom.flows.sending import bulk
from mailroom.mime import parse
from mailroom.records.activities import attached, linking, timeline
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Contact
from mailroom.records.emails import bounced, links, status
from mailroom.records.emails.models import BouncedAddress, Email, Lane, Recipient
from mailroom.records.emails.models.content import Outcome
from mailroom.records.files import store
from mailroom.records.files.models import StoredFile
from mailroom.records.organisation.models import User
from tests.factories import incoming, mass_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> list[Contact]:
    return [mass_mail.contact(f"Per {n}", f"per{n}@example.net") for n in range(5)]


def mails() -> list[Email]:
    return list(Email.objects.filter(direction="outgoing").order_by("pk"))


def message(email: Email) -> Any:
    return parse.parse(store.read(bytes(email.raw_sha256 or b"")))


def test_each_recipient_gets_a_mail_of_his_own_with_a_way_out(
    now: datetime, people: list[Contact], agent: User
) -> None:
    """T11."""
    campaign = mass_mail.campaign(now, *people)
    made = mass_mail.sent(now, campaign, by=agent)
    assert made.status == "sending"  # queued, but nobody has it yet
    found = mails()
    addresses = Recipient.objects.filter(email__in=found).order_by("address").values_list("address", flat=True)
    assert list(addresses) == [f"per{n}@example.net" for n in range(5)]
    first = message(found[0])
    row = MassEmailRecipient.objects.get(email=found[0])
    assert "Hello Per, new crates are here." in first.text
    assert first.header("List-Unsubscribe") == f"<{unsubscribe.link(row)}>"
    assert first.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert unsubscribe.link(row) in first.html
    assert (found[0].lane, found[0].owner) == (Lane.BULK, agent.employee)
    assert (found[0].related_entity_type, found[0].related_entity_id) == ("contact", row.contact_id)
    assert set(links.further_of(found[0].pk)) == {
        links.Related("mass_email", made.pk),
        links.Related("campaign", campaign.pk),
    }


def test_its_files_go_with_every_mail_and_are_stored_once(now: datetime, people: list[Contact], agent: User) -> None:
    """T07: encoded once a batch is the queue's affair."""
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, *people))
    attached.add(made, "prices.pdf", b"%PDF-", now, agent)
    stored = StoredFile.objects.count()
    preparing.at_once(made.pk, now)
    prepare.send(made.pk, now)
    prepare.carry_on(made.pk, now)
    assert [message(email).attachments[0].name for email in mails()] == ["prices.pdf"] * 5
    assert {email.attachment_count for email in mails()} == {1}
    assert StoredFile.objects.count() == stored + 5  # the mails' own bytes
    row = made.recipients.first()
    assert message(text.send_test(made, row, "me@mailroom.test", agent, now)).attachments[0].name == "prices.pdf"


def test_values_of_people_are_escaped_and_a_header_cannot_be_injected(now: datetime) -> None:
    bad = mass_mail.contact("<b>Eve</b>\r\nBcc: x@example.net", "eve@example.net")
    mass_mail.sent(now, mass_mail.marketing_list(now, bad), subject="Hi ((Name))", body="<p>((Name)) ((Company))</p>")
    made = message(mails()[0])
    assert "<b>Eve" not in made.html
    assert made.header("Bcc") == ""
    assert made.subject.startswith("Hi <b>Eve</b> Bcc: x@example.net")


def test_pressing_send_twice_or_two_workers_make_no_second_mail(now: datetime, people: list[Contact]) -> None:
    made = mass_mail.sent(now, mass_mail.marketing_list(now, *people))
    with pytest.raises(status.Refused):
        prepare.send(made.pk, now)
    with pytest.raises(status.Refused):
        preparing.at_once(made.pk, now)
    prepare.carry_on(made.pk, now)
    assert len(mails()) == 5


def test_a_worker_that_dies_in_a_batch_loses_and_doubles_nothing(
    now: datetime, people: list[Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "BATCH", 2)
    whole, calls = bulk.enqueue_many, []

    def dies_in_the_second(*args: Any, **options: Any) -> bulk.Queued:
        calls.append(1)
        done = whole(*args, **options)
        if len(calls) == 2:
            raise RuntimeError
        return done

    monkeypatch.setattr(bulk, "enqueue_many", dies_in_the_second)
    with pytest.raises(RuntimeError):
        mass_mail.sent(now, mass_mail.marketing_list(now, *people))
    assert len(mails()) == 2
    [number] = prepare.waiting()
    prepare.carry_on(number, now)
    assert sorted(row.address for row in Recipient.objects.filter(kind="to")) == sorted(one.email for one in people)
    assert [email.turn for email in mails()] == [0, 1, 2, 3, 4]


def test_stopped_it_goes_on_with_the_rest(
    now: datetime, people: list[Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, *people))
    preparing.at_once(made.pk, now)
    prepare.send(made.pk, now)
    monkeypatch.setattr(prepare, "BATCH", 2)
    prepare._batch(made.pk, now, 0)
    prepare.stop(made.pk)
    prepare.carry_on(made.pk, now)
    assert len(mails()) == 2
    assert responses.counts([made.pk])[made.pk].waiting == 5
    prepare.send(made.pk, now)
    prepare.carry_on(made.pk, now)
    assert len(mails()) == 5


def test_who_wants_none_any_more_when_it_is_sent_gets_none(
    now: datetime, people: list[Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "BATCH", 2)
    of = mass_mail.marketing_list(now, *people, mass_mail.contact("Last", "last@example.net"))
    made = preparing.at_once(mass_mail.mass_email(now, of).pk, now)
    marketing.unsubscribe("PER0@example.net", None, now)
    marketing.unsubscribe("per1@example.net", of, now)
    prepare.send(made.pk, now)
    prepare._batch(made.pk, now, 0)
    prepare.stop(made.pk)  # days may go by in between
    BouncedAddress.objects.create(key="per2@example.net", address="per2@example.net", kind="hard", last_at=now)
    Contact.objects.filter(email="per3@example.net").update(active=False)
    Contact.objects.filter(email="per4@example.net").delete()
    prepare.send(made.pk, now)
    prepare.carry_on(made.pk, now)
    assert list(Recipient.objects.values_list("address", flat=True)) == ["last@example.net"]
    told = dict(made.recipients.values_list("address", "reason"))
    assert told == {
        "per0@example.net": Reason.UNSUBSCRIBED,
        "per1@example.net": Reason.LEFT_LIST,
        "per2@example.net": Reason.BOUNCED,
        "per3@example.net": Reason.INACTIVE,
        "per4@example.net": Reason.INACTIVE,
        "last@example.net": "",
    }
    assert responses.counts([made.pk])[made.pk].skipped == 5


def test_when_nobody_wants_it_any_more_it_is_sent_to_nobody(now: datetime, people: list[Contact]) -> None:
    made = preparing.at_once(mass_mail.mass_email(now, mass_mail.marketing_list(now, people[0])).pk, now)
    marketing.unsubscribe(people[0].email, None, now)
    prepare.send(made.pk, now)
    prepare.carry_on(made.pk, now)
    made.refresh_from_db()
    assert (made.status, mails()) == ("sent", [])


def test_what_stood_still_for_long_waits_for_a_yes(now: datetime, people: list[Contact]) -> None:
    """T46: an old backup that was restored in the middle of it sends nothing by itself."""
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, *people))
    preparing.at_once(made.pk, now)
    prepare.send(made.pk, now - timedelta(days=7))
    prepare.carry_on(made.pk, now)
    made.refresh_from_db()
    assert (made.status, mails()) == ("prepared", [])
    prepare.send(made.pk, now)
    prepare.carry_on(made.pk, now)
    assert len(mails()) == 5


def test_it_is_sent_when_every_mail_has_an_outcome_and_counts_tell_which(now: datetime, people: list[Contact]) -> None:
    made = mass_mail.sent(now, mass_mail.marketing_list(now, *people, mass_mail.contact("Without", "")))
    first, second, third, *_rest = mails()
    Email.objects.filter(direction="outgoing").update(status="processed")
    Email.objects.filter(pk=first.pk).update(status="pending")
    prepare.carry_on(made.pk, now)
    made.refresh_from_db()
    assert made.status == "sending"
    Email.objects.filter(pk=first.pk).update(status="failed")
    prepare.carry_on(made.pk, now)
    made.refresh_from_db()
    assert made.status == "sent"

    Recipient.objects.filter(email=second).update(outcome=Outcome.BOUNCED)
    Email.objects.filter(pk=second.pk).update(failed_step=bounced.STEP)
    answer = incoming.letter("per2@example.net", in_reply_to=f"<{third.message_id}>")
    away = incoming.letter("per2@example.net", in_reply_to=f"<{third.message_id}>", auto_submitted="auto-replied")
    incoming.process(made.account, now, answer, answer.replace(b"<m", b"<n"), away.replace(b"<m", b"<o"))
    unsubscribe.carry_out(MassEmailRecipient.objects.get(email=third), now)
    assert responses.counts([made.pk])[made.pk] == responses.Counts(
        recipients=5, skipped=1, waiting=0, sent=3, failed=1, bounced=1, replied=1, unsubscribed=1
    )


def test_the_counts_of_a_page_are_one_query(now: datetime, people: list[Contact]) -> None:
    of = mass_mail.marketing_list(now, *people)
    made = [mass_mail.sent(now, of).pk for _n in range(3)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(responses.counts(made)) == 3
    assert len(queries) == 1


def test_a_batch_takes_as_many_statements_for_five_as_for_two(now: datetime, people: list[Contact]) -> None:
    def statements(*members: Contact, list_id: str) -> int:
        made = mass_mail.mass_email(now, mass_mail.marketing_list(now, *members, list_id=list_id))
        preparing.at_once(made.pk, now)
        prepare.send(made.pk, now)
        with CaptureQueriesContext(connection) as queries:
            prepare._batch(made.pk, now, 0)
        return len(queries)

    statements(*people[:2], list_id="WARM")
    few, many = statements(*people[:2], list_id="A"), statements(*people, list_id="B")
    assert many - few <= 6  # SQLite updates a row a statement where PostgreSQL takes arrays


def test_an_answer_is_an_activity_of_the_contact_the_campaign_and_the_mail(
    now: datetime, people: list[Contact], administrator: User
) -> None:
    campaign = mass_mail.campaign(now, people[0])
    made = mass_mail.sent(now, campaign, by=administrator)
    [out] = mails()
    subject = message(out).subject
    raw = incoming.letter(people[0].email, f"Re: {subject}", "Send me ten.")  # no In-Reply-To: the tag alone tells
    [answer] = incoming.process(made.account, now, raw)
    for record in (people[0], campaign, made):
        page = timeline.of(linking.related(record), administrator)
        assert {entry.row.pk for entry in page.entries} >= {out.pk, answer.pk}, record


def test_a_deleted_campaign_takes_its_links_and_nothing_else(now: datetime, people: list[Contact]) -> None:
    campaign = mass_mail.campaign(now, people[0])
    mass_mail.sent(now, campaign)
    linking.forget([campaign], now, None)
    campaign.delete()
    [out] = mails()
    assert [one.type for one in links.further_of(out.pk)] == ["mass_email"]


def test_a_test_goes_to_one_address_and_its_link_unsubscribes_nobody(
    now: datetime, people: list[Contact], administrator: User
) -> None:
    made = preparing.at_once(mass_mail.mass_email(now, mass_mail.marketing_list(now, *people)).pk, now)
    row = made.recipients.order_by("pk").first()
    sent = text.send_test(made, row, "me@mailroom.test", administrator, now)
    assert sent.to_line == "me@mailroom.test"
    assert "Hello Per" in message(sent).text
    link = unsubscribe.link(None)
    assert link in message(sent).html
    assert Client().post(link[link.index("/unsubscribe") :]).status_code == 404


def test_killed_and_stopped_at_every_batch_each_gets_one_mail(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """T45: it is Sent only when all mails have an outcome."""
    monkeypatch.setattr(prepare, "BATCH", 7)
    many = [mass_mail.contact(f"P{n}", f"p{n}@example.net") for n in range(40)]
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, *many))
    preparing.at_once(made.pk, now)
    whole, turn = links.further, iter(range(100))

    def dies_now_and_then(pairs: Any) -> None:
        whole(pairs)
        if next(turn) % 3 == 1:  # at the end of a batch, before it is committed
            raise RuntimeError

    monkeypatch.setattr(links, "further", dies_now_and_then)
    prepare.send(made.pk, now)
    for round_ in range(12):
        try:
            prepare.carry_on(made.pk, now)
        except RuntimeError:
            if round_ % 2:
                prepare.stop(made.pk)
                prepare.send(made.pk, now)
    addresses = Recipient.objects.filter(kind="to").values_list("address", flat=True)
    assert sorted(addresses) == sorted(one.email for one in many)
    made.refresh_from_db()
    assert made.status == "sending"
    Email.objects.update(status="processed")
    prepare.carry_on(made.pk, now)
    made.refresh_from_db()
    assert made.status == "sent"
