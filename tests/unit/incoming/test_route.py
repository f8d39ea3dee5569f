"""Routing between customers and employees (BEHAVIOUR 7; T30, T49)."""

from datetime import datetime, timedelta

import pytest

from mailroom.flows.incoming import confirmed_answers, reference_block, routing
from mailroom.flows.incoming.models import RoutedCopy
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.flows.sending import holding
from mailroom.mime import parse
from mailroom.records.crm.models import BusinessAccount, Case, Contact
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import links
from mailroom.records.emails.links import Related
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation.models import Employee, User
from tests.factories import incoming
from tests.unit.incoming import post

pytestmark = pytest.mark.django_db
KARI, PASSED = "Kari Nordmann <kari@mailroom.test>", f"{post.TRUSTED}; dmarc=pass header.from=mailroom.test"


@pytest.fixture
def sales() -> EmailAccount:
    """An account that trusts its mail server."""
    account = incoming.system_account()
    ReceivingOptions.objects.create(account=account, trusted_authentication_hosts=post.TRUSTED)
    return account


@pytest.fixture
def kari(agent: User) -> Employee:
    """The employee whom the mail concerns."""
    return Employee.objects.get(user=agent)


@pytest.fixture
def offer(sales: EmailAccount, kari: Employee, agent: User, now: datetime) -> Email:
    """A mail of Kari's to the customer."""
    return incoming.sent(sales, now - timedelta(hours=1), "ingrid@fjellbekk.example.net", agent)


def copies(of: Email) -> list[Email]:
    """The copies of a mail, by employee."""
    rows = RoutedCopy.objects.filter(original=of).select_related("email__content").order_by("employee")
    return [row.email for row in rows]


def answered(sales: EmailAccount, offer: Email, now: datetime, **fields: str) -> tuple[Email, Email]:
    """The customer answers the offer: his mail, and the copy for Kari."""
    mail = post.come(sales, post.letter("Re: Our offer", offer.message_id, **fields), now)
    return mail, copies(mail)[0]


def reply_to(copy: Email, body: str = "We can do that.", **fields: str) -> bytes:
    """What the employee's mail program makes of Reply to a copy."""
    values = {"sender": KARI, "authentication_results": PASSED} | fields
    subject = values.pop("subject", "") or "Re: " + parse.parse(post.raw(copy)).subject
    quoted = "\n".join(f"> {line}" for line in copy.content.text.splitlines())
    body = f"{body}\n\nOn Tue, 24 Nov 2026 at 12:00, Ingrid Solheim <sales@mailroom.test> wrote:\n{quoted}"
    return incoming.letter(**values, subject=subject, in_reply_to=f"<{copy.message_id}>", body=body)


def answers_out(since: Email) -> list[Email]:
    """What was queued after this email for the customer."""
    return [one for one in post.sent() if one.pk > since.pk and "ingrid" in one.to_line.lower()]


def test_a_customers_answer_reaches_the_owner_at_his_own_address(
    sales: EmailAccount, offer: Email, kari: Employee, now: datetime
) -> None:
    mail, copy = answered(sales, offer, now)
    assert "Forwarded to Kari Nordmann <kari@mailroom.test>." in post.why(mail, "route")[1]
    message = parse.parse(post.raw(copy))
    assert [item.address for item in message.to] == ["kari@mailroom.test"]
    assert [(item.name, item.address) for item in message.from_] == [("Ingrid Solheim", "sales@mailroom.test")]
    assert [item.address for item in message.reply_to] == ["sales@mailroom.test"]
    assert message.header("Auto-Submitted") == "auto-generated"
    assert message.in_reply_to == (mail.message_id,)
    assert f"[#{copy.pk}-" in message.subject
    assert copy.owner == kari
    assert "What do they cost?" in message.text.replace("what do they cost", "What do they cost")


def test_without_an_address_in_ep203000_the_users_address_serves(
    sales: EmailAccount, offer: Email, kari: Employee, now: datetime
) -> None:
    Employee.objects.filter(pk=kari.pk).update(email="")
    User.objects.filter(pk=kari.user_id).update(email="kari.user@mailroom.test")
    _mail, copy = answered(sales, offer, now)
    assert copy.to_line == "Kari Nordmann"
    assert copy.recipients.get(kind="to").address == "kari.user@mailroom.test"


@pytest.mark.parametrize(
    "changes", [{"route_emails": False}, {"active": False}, {"email": "sales@mailroom.test"}, {"email": "none"}]
)
def test_nobody_gets_a_copy_who_is_inactive_wants_none_or_has_no_address_of_his_own(
    sales: EmailAccount, offer: Email, kari: Employee, now: datetime, changes: dict[str, object]
) -> None:
    Employee.objects.filter(pk=kari.pk).update(**changes)
    mail = post.come(sales, post.letter("Re: Our offer", offer.message_id), now)
    assert copies(mail) == []
    assert post.why(mail, "route")[0] == "skipped"


def test_mail_that_continues_nothing_and_mail_of_lists_is_passed_on_to_nobody(
    sales: EmailAccount, offer: Email, now: datetime
) -> None:
    new = post.come(sales, post.letter(), now)
    assert "continues nothing" in post.why(new, "route")[1]
    listed = post.come(sales, post.letter("Re: Our offer", offer.message_id, list_id="<x.example.org>"), now)
    assert "passed on to nobody" in post.why(listed, "route")[1]


def test_the_owners_of_mail_entity_and_business_account_get_one_copy_each(
    sales: EmailAccount, offer: Email, kari: Employee, administrator: User, now: datetime
) -> None:
    anna = Employee.objects.get(user=administrator)
    ola = Employee.objects.create(employee_id="E3", name="Ola", email="ola@mailroom.test")
    firm = BusinessAccount.objects.create(account_id="10", name="Fjellbekk", owner=ola)
    case = Case.objects.create(case_id="C-1", subject="Crates", business_account=firm, owner=anna, created_at=now)
    links.link([offer.pk], Related("case", case.pk, str(case)), now)
    mail = post.come(sales, post.letter("Re: Our offer", offer.message_id), now)
    made = copies(mail)
    assert {copy.recipients.get(kind="to").address for copy in made} == {
        "anna@mailroom.test",
        "kari@mailroom.test",
        "ola@mailroom.test",
    }
    assert len({copy.subject for copy in made}) == 1
    assert len({parse.parse(post.raw(copy)).subject for copy in made}) == 3


def test_an_employees_answer_goes_to_the_customer_from_the_system_account(
    sales: EmailAccount, offer: Email, kari: Employee, now: datetime
) -> None:
    mail, copy = answered(sales, offer, now)
    answer_in = post.come(sales, reply_to(copy), now)
    (answer,) = answers_out(copy)
    message = parse.parse(post.raw(answer))
    assert [item.address for item in message.to] == ["ingrid@fjellbekk.example.net"]
    assert [(item.name, item.address) for item in message.from_] == [("Kari Nordmann", "sales@mailroom.test")]
    assert message.in_reply_to == (mail.message_id,)
    assert f"[#{answer.pk}-" in message.subject
    assert message.subject.count("[#") == 1
    assert message.reply_text == "We can do that."
    assert "kari@mailroom.test" not in post.raw(answer).decode()
    assert f"[#{copy.pk}-" not in message.text
    assert answer.owner == kari
    assert answer.next_attempt_at is not None
    assert post.why(answer_in, "route")[0] == "did"
    assert copies(answer) == []


def test_the_answer_is_cleaned_of_the_references_block(sales: EmailAccount, offer: Email, now: datetime) -> None:
    sales.processing.add_brief_information_about_references = True
    sales.processing.save()
    Contact.objects.create(name="Ingrid Solheim", email="ingrid@fjellbekk.example.net", phone="12345678")
    _mail, copy = answered(sales, offer, now)
    assert "12345678" in copy.content.text
    post.come(sales, reply_to(copy), now)
    (plain,) = answers_out(copy)
    post.come(sales, reply_to(copy, "Yes.\n\n> what do they cost?\n\nTen each."), now)
    between = answers_out(plain)[0]
    for answer in (plain, between):
        assert b"12345678" not in post.raw(answer)
        assert reference_block.OPENED not in answer.content.html
    assert "Ten each." in between.content.text


def test_html_and_files_of_an_answer_are_kept_and_its_quote_is_made_anew(
    sales: EmailAccount, offer: Email, now: datetime
) -> None:
    _mail, copy = answered(sales, offer, now)
    subject = parse.parse(post.raw(copy)).subject
    html = (
        f"<p>We <b>can</b> {subject}</p><div class='gmail_quote'>On Monday X wrote:<blockquote>old</blockquote></div>"
    )
    raw = (
        f"From: {KARI}\r\nTo: sales@mailroom.test\r\nSubject: Re: {subject}\r\nMessage-ID: <html@mailroom.test>\r\n"
        f"In-Reply-To: <{copy.message_id}>\r\nAuthentication-Results: {PASSED}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        f"{html}\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=prices.csv"
        "\r\n\r\n1;2\r\n--b--\r\n"
    )
    post.come(sales, raw.encode(), now)
    (answer,) = answers_out(copy)
    assert "<b>can</b>" in answer.content.html
    assert "old" not in answer.content.html
    assert f"[#{copy.pk}-" not in answer.content.html
    assert [file.name for file in answer.attachments.all()] == ["prices.csv"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"authentication_results": "mx.other.test; dmarc=pass"}, "No trusted server"),
        ({"authentication_results": f"{post.TRUSTED}; dmarc=fail header.from=mailroom.test"}, "No trusted server"),
        ({"authentication_results": f"{post.TRUSTED}; spf=pass smtp.mailfrom=a@evil.example"}, "No trusted server"),
        ({"subject": "Re: Our offer [#1-abcdef]"}, "lacks the tag"),
        ({"sender": "Anna <anna@mailroom.test>"}, "was sent to Kari Nordmann"),
    ],
)
def test_an_answer_that_is_not_verified_waits_for_the_owners_yes(
    sales: EmailAccount,
    offer: Email,
    kari: Employee,
    administrator: User,
    now: datetime,
    fields: dict[str, str],
    why: str,
) -> None:
    """T49: a forged From sends nothing in the employee's name."""
    _mail, copy = answered(sales, offer, now)
    forged = post.come(sales, reply_to(copy, **fields), now)
    (answer,) = answers_out(copy)
    assert answer.next_attempt_at is None
    assert answer.status == "pending"
    assert why in answer.error
    assert answer.owner == kari
    assert why in post.why(forged, "route")[1]
    (notice,) = [one for one in post.sent() if one.subject.startswith("Is this answer yours?")]
    assert notice.recipients.get().address == "kari@mailroom.test"
    assert f"/cr306015/{answer.pk}/" in notice.content.text
    assert "We can do that" not in notice.content.text
    assert holding.send_after_all([answer.pk], now).ids == [answer.pk]


@pytest.mark.parametrize("verdict", ["spf=pass smtp.mailfrom=kari@mailroom.test", "dkim=pass header.d=mailroom.test"])
def test_spf_or_dkim_of_the_employees_own_domain_vouches_for_him(
    sales: EmailAccount, offer: Email, now: datetime, verdict: str
) -> None:
    _mail, copy = answered(sales, offer, now)
    post.come(sales, reply_to(copy, authentication_results=f"{post.TRUSTED}; {verdict}"), now)
    assert answers_out(copy)[0].next_attempt_at is not None


def test_an_absence_note_of_an_employee_goes_nowhere(sales: EmailAccount, offer: Email, now: datetime) -> None:
    _mail, copy = answered(sales, offer, now)
    away = post.come(sales, reply_to(copy, auto_submitted="auto-replied"), now)
    assert answers_out(copy) == []
    assert "goes nowhere" in post.why(away, "route")[1]


def test_the_other_owners_get_a_copy_of_an_answer_and_its_author_none(
    sales: EmailAccount, offer: Email, kari: Employee, administrator: User, now: datetime
) -> None:
    anna = Employee.objects.get(user=administrator)
    case = Case.objects.create(case_id="C-1", subject="Crates", owner=anna, created_at=now)
    links.link([offer.pk], Related("case", case.pk, str(case)), now)
    mail = post.come(sales, post.letter("Re: Our offer", offer.message_id), now)
    copy = RoutedCopy.objects.get(original=mail, employee=kari).email
    post.come(sales, reply_to(copy), now)
    (answer,) = [one for one in answers_out(copy) if one.recipients.filter(address__startswith="ingrid").exists()]
    assert [row.employee for row in RoutedCopy.objects.filter(original=answer)] == [anna]
    assert answer.related_entity_id == case.pk


def test_two_programs_that_answer_each_other_are_stopped(
    sales: EmailAccount, offer: Email, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "MOST_AN_HOUR", 3)
    for _number in range(6):
        post.come(sales, post.letter("Re: Our offer", offer.message_id), now)
    assert RoutedCopy.objects.count() == 3


def test_files_too_large_to_pass_on_are_named_with_a_link(
    sales: EmailAccount, offer: Email, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailroom.records.emails import compose

    monkeypatch.setattr(compose, "LARGEST_FILES", 3)
    head = post.letter("Re: Our offer", offer.message_id).partition(b"\r\n\r\n")[0]
    body = b'Hello\r\n--b\r\nContent-Disposition: attachment; filename="a.bin"\r\n\r\n12345\r\n--b--\r\n'
    raw = head + b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + body
    mail = post.come(sales, raw, now)
    (copy,) = copies(mail)
    assert copy.attachments.count() == 0
    assert f"/cr306015/{mail.pk}/" in copy.content.text
    assert store.read(bytes(mail.raw_sha256 or b"")) == raw


def test_an_answer_that_was_held_gives_the_other_owners_their_copies_once_it_is_sent(
    sales: EmailAccount, offer: Email, kari: Employee, administrator: User, now: datetime
) -> None:
    anna = Employee.objects.get(user=administrator)
    case = Case.objects.create(case_id="C-1", subject="Crates", owner=anna, created_at=now)
    links.link([offer.pk], Related("case", case.pk, str(case)), now)
    mail = post.come(sales, post.letter("Re: Our offer", offer.message_id), now)
    copy = RoutedCopy.objects.get(original=mail, employee=kari).email
    written = post.come(sales, reply_to(copy, authentication_results="mx.other.test; dmarc=pass"), now)
    (held,) = [one for one in answers_out(copy) if one.recipients.filter(address__startswith="ingrid").exists()]
    assert confirmed_answers.send_copies(now) == 0, "nobody said yes"
    holding.send_after_all([held.pk], now)
    assert confirmed_answers.send_copies(now) == 0, "it is not sent yet"
    Email.objects.filter(pk=held.pk).update(status="processed")
    assert [confirmed_answers.send_copies(now) for _turn in range(2)] == [1, 0]
    assert [row.employee for row in RoutedCopy.objects.filter(original=held)] == [anna]
    assert post.why(written, "route") == ("did", "Forwarded to Anna Admin <anna@mailroom.test>.")
