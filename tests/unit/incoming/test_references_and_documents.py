"""Brief information about references, and handlers of an account's documents (BEHAVIOUR 5.12; AutoPay inbox)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest

from mailroom.flows.incoming import document_handlers, pipeline, reference_block
from mailroom.flows.incoming.document_handlers import Document, Result
from mailroom.flows.receiving import filing
from mailroom.records.crm.models import BusinessAccount, BusinessDocument, Contact
from mailroom.records.emails import answering, present
from mailroom.records.emails.links import Related
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import Employee, User
from tests.factories import incoming, mails
from tests.unit.incoming import post

pytestmark = pytest.mark.django_db


def test_what_is_known_stands_beside_the_body_and_not_in_replies(now: datetime, administrator: User) -> None:
    sales = incoming.system_account(add_brief_information_about_references=True)
    firm = BusinessAccount.objects.create(account_id="10045", name="Fjellbekk AS")
    values = {"email": "ingrid@fjellbekk.example.net", "phone": "12345678", "business_account": firm}
    Contact.objects.create(name="Ingrid Solheim", **values)
    sales.default_owner = Employee.objects.get(user=administrator)
    sales.save()
    first = post.come(sales, post.letter(), now)
    second = post.come(sales, post.letter("Re: Price", first.message_id), now)
    about = reference_block.of(second.content)
    assert about is not None
    assert about.words == {
        "account": "10045 Fjellbekk AS",
        "contact": "Ingrid Solheim 12345678",
        "owner": "Anna Admin",
    }
    assert [row[0] for row in about.mails] == [first.pk]
    assert "12345678" not in second.content.text
    assert "12345678" not in answering.reply(second, None, now).content.text
    assert present.as_json(second)["about"]["words"]["account"] == "10045 Fjellbekk AS"
    assert "Business account, Contact, Owner, Last emails" in post.why(second, "add_references")[1]
    stranger = User.objects.create_user("per", role="marketing")
    assert reference_block.seen_by(about, stranger).mails == []
    assert reference_block.seen_by(about, administrator).mails == about.mails


def test_without_the_option_or_without_anything_known_nothing_is_added(now: datetime) -> None:
    plain = post.come(incoming.system_account(), post.letter(), now)
    assert "not selected" in post.why(plain, "add_references")[1]
    on = incoming.system_account("POST", add_brief_information_about_references=True)
    assert "Nothing is known" in post.why(post.come(on, post.letter(), now), "add_references")[1]


CALLS: list[tuple[str, bytes]] = []


def pay(email: Email, documents: Sequence[Document]) -> Result:
    """A handler as an installation writes it."""
    for document in documents:
        CALLS.append((document.name, document.read()))
    if any(document.name == "broken.xml" for document in documents):
        raise ValueError("The file broken.xml has no payments.")
    record = BusinessDocument.objects.create(type="purchase_invoice", number=f"B-{email.pk}")
    return Result("1 payment posted", Related("purchase_invoice", record.pk, str(record)))


@pytest.fixture
def _handler() -> Iterator[None]:
    """The handler is registered for the account AUTOPAY."""
    CALLS.clear()
    document_handlers.register("autopay", "AutoPay", pay)
    yield
    document_handlers.HANDLERS.clear()


def payments(name: str = "payments.xml") -> bytes:
    """A bank's mail with a file."""
    return mails.letter(name, parts=[mails.file(name, b"<payments/>", "application/xml")])


@pytest.mark.usefixtures("_handler")
def test_a_handler_gets_the_documents_once_and_its_result_stands_on_the_mail(now: datetime) -> None:
    inbox = incoming.system_account("AUTOPAY")
    email = post.come(inbox, payments(), now)
    assert CALLS == [("payments.xml", b"<payments/>")]
    assert email.status == "processed"
    assert email.related_entity_type == "purchase_invoice"
    assert post.why(email, "handle_documents") == ("did", "AutoPay: 1 payment posted")
    assert present.as_json(email)["handled"]["words"] == "1 payment posted"
    Email.objects.filter(pk=email.pk).update(status="failed")
    pipeline.process_account(inbox.pk, now, only=[email.pk])
    assert len(CALLS) == 1
    assert "before" in post.why(email, "handle_documents")[1]


@pytest.mark.usefixtures("_handler")
def test_an_error_of_a_handler_fails_that_mail_alone_and_process_calls_it_again(now: datetime) -> None:
    inbox = incoming.system_account("AUTOPAY")
    ids = filing.file_batch(inbox, mails.fetched(payments("broken.xml"), payments()), now).emails
    pipeline.process_account(inbox.pk, now)
    bad, good = Email.objects.filter(pk__in=ids).order_by("pk")
    assert (bad.status, bad.failed_step, good.status) == ("failed", "handle_documents", "processed")
    assert "has no payments" in bad.error
    assert BusinessDocument.objects.count() == 1
    pipeline.process_account(inbox.pk, now, only=[bad.pk])
    assert [name for name, _content in CALLS] == ["broken.xml", "payments.xml", "broken.xml"]


@pytest.mark.usefixtures("_handler")
def test_mail_without_documents_and_other_accounts_are_left_alone(now: datetime) -> None:
    inbox = incoming.system_account("AUTOPAY")
    assert "no document" in post.why(post.come(inbox, post.letter(), now), "handle_documents")[1]
    other = post.come(incoming.system_account(), payments(), now)
    assert "No handler" in post.why(other, "handle_documents")[1]
    assert CALLS == []


def test_a_package_that_cannot_be_loaded_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        name = "AUTOPAY"

        def load(self) -> None:
            raise ImportError("no such module")

    monkeypatch.setattr(document_handlers, "entry_points", lambda group: [Broken()])
    document_handlers.load()
    assert document_handlers.of_account("AUTOPAY") is None
