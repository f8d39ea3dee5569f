"""What a customer sees and does: his own cases, their public conversation, comments and files."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mailroom.base import audit, clock
from mailroom.flows.receiving.models import ReceivingOptions
from mailroom.records.activities import attached, commenting
from mailroom.records.conversations import notes
from mailroom.records.crm.models import BusinessAccount, Case, CaseClass, CaseComment, Contact, EntityFile, Task
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Attachment, Email, Recipient
from mailroom.records.files import store
from mailroom.records.organisation import system_locales, trail
from mailroom.records.organisation.models import User
from tests.factories import relations
from tests.portal.conftest import ADDRESS, link_to

pytestmark = pytest.mark.django_db
PAGE = "/portal/cases/C-000124/"


def of_case(case: Case, text: str, **changes: Any) -> Email:
    """A mail that is an activity of the case."""
    related = {"related_entity_type": "case", "related_entity_id": case.pk}
    return relations.mail(clock.now(), text=text, **related | changes)


def to(email: Email, address: str, kind: str = "to") -> Email:
    Recipient.objects.create(email=email, kind=kind, address=address)
    return email


def test_only_his_own_cases_are_listed_and_opened(visitor: Client, case: Case) -> None:
    colleague = Contact.objects.create(
        name="Per", email="per@fjellbekk.example.net", business_account=case.business_account
    )
    Case.objects.create(case_id="C-000125", subject="Of Per", contact=colleague, created_at=clock.now())
    Case.objects.create(case_id="C-000126", subject="Of nobody", created_at=clock.now())
    page = visitor.get("/portal/").content.decode()
    assert ("Broken crates" in page, "Of Per" in page, "Of nobody" in page) == (True, False, False)
    assert visitor.get(PAGE).status_code == 200
    for other in ("C-000125", "C-000126", "C-999999", "x'--", "%00"):
        assert visitor.get(f"/portal/cases/{other}/").status_code == 404, other
        assert visitor.post(f"/portal/cases/{other}/", {"text": "Mine?", "key": "1"}).status_code == 404, other
    assert not CaseComment.objects.exists()


def test_a_case_whose_number_has_signs_of_addresses_takes_a_comment(visitor: Client, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(case_id="C#1?a")
    answer = visitor.post("/portal/cases/C%231%3Fa/", {"text": "Hello", "key": "1"}, follow=True)
    assert (answer.status_code, CaseComment.objects.count()) == (200, 1)


def test_the_conversation_is_his_own_mail_and_comments_alone(
    visitor: Client, case: Case, agent: User, comment: Callable[..., Any]
) -> None:
    received = of_case(case, "I wrote this.\n\nOn Monday you wrote:\n> old quote", from_address=ADDRESS.upper())
    sent = {"direction": "outgoing", "box": "sent"}
    to(of_case(case, "We answered.", **sent), ADDRESS)
    to(of_case(case, "Archived answer.", archived=True, **sent), ADDRESS, "cc")
    hidden = [
        to(of_case(case, "To a supplier.", **sent), "supplier@example.net"),
        to(of_case(case, "Secretly to him.", **sent), ADDRESS, "bcc"),
        to(of_case(case, "Not sent.", **sent | {"status": "draft"}), ADDRESS),
        to(of_case(case, "Deleted.", **sent | {"status": "deleted"}), ADDRESS),
        of_case(case, "From a supplier.", from_address="supplier@example.net"),
        relations.mail(clock.now(), text="Of no case.", from_address=ADDRESS),
    ]
    notes.write(received, agent, "He is impatient.", clock.now())
    Task.objects.create(
        subject="Call him", related_entity_type="case", related_entity_id=case.pk, created_at=clock.now()
    )
    Case.objects.filter(pk=case.pk).update(description="Internal words")
    comment("And here a comment.")
    page = visitor.get(PAGE).content.decode()
    for words in ("I wrote this.", "We answered.", "Archived answer.", "And here a comment."):
        assert words in page
    for words in ("He is impatient.", "Call him", "Internal words", "old quote", *(one.content.text for one in hidden)):
        assert words not in page, words


def test_a_comment_is_an_activity_that_colleagues_see(
    visitor: Client, case: Case, comment: Callable[..., Any], client: Client, agent: User
) -> None:
    answer = comment("Forty are broken.\nThe rest is fine.", subject="Crates")
    assert answer["Location"] == f"{PAGE}?sent#end"
    assert "We have it." in visitor.get(f"{PAGE}?sent").content.decode()
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    page = client.get("/cr306000/C-000124/").content.decode()
    assert "Forty are broken.<br>The rest is fine." in page
    assert "wrote in the portal" in page
    [shown] = client.get("/api/v1/cases/C-000124/activities").json()["items"][-1:]
    assert (shown["kind"], shown["subject"], shown["from"]) == ("comment", "Crates", ADDRESS)
    only = client.get("/cr306000/C-000124/activities/?show=comments").content.decode()
    assert "Forty are broken." in only


def test_the_audit_trail_tells_that_it_came_by_the_portal_and_names_no_colleague(
    visitor: Client, case: Case, comment: Callable[..., Any], administrator: User
) -> None:
    visitor.force_login(administrator, "django.contrib.auth.backends.ModelBackend")  # in the same browser
    comment()
    entry = audit.trail().get(content_type__model="casecomment")
    assert (entry.actor, entry.additional_data["way"], trail.way_of(entry)) == (None, "portal", "Self-service portal")


def test_hostile_words_are_text(visitor: Client, case: Case, comment: Callable[..., Any], client: Client) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)> ((Password)) {{ 7 }}"
    assert comment(evil, subject="</title><script>1</script>\r\nBcc: a@b.example").status_code == 302
    page = visitor.get(PAGE).content.decode()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    [mail] = Email.objects.filter(direction="outgoing")
    assert "<script" not in mail.content.html
    assert "Bcc" not in str(mail.recipients.values_list("address", flat=True))


def test_a_case_is_open_again_when_its_customer_writes(case: Case, comment: Callable[..., Any]) -> None:
    comment()
    case.refresh_from_db()
    assert (case.status, case.reason) == ("open", "updated")


@pytest.mark.parametrize(("days", "taken"), [(2, True), (4, False)])
def test_a_closed_case_takes_comments_as_long_as_mail_opens_it(
    visitor: Client, case: Case, comment: Callable[..., Any], days: int, taken: bool
) -> None:
    kind = CaseClass.objects.create(class_id="SHORT", reopen_within_days=3)
    closed = {"status": "closed", "case_class": kind, "closed_at": clock.now() - timedelta(days=days)}
    Case.objects.filter(pk=case.pk).update(**closed)
    assert ("Add a comment" in visitor.get(PAGE).content.decode()) == taken
    assert comment().status_code == (302 if taken else 422)
    case.refresh_from_db()
    assert case.status == ("open" if taken else "closed")


def test_a_form_sent_twice_makes_one_comment_and_one_notice(case: Case, comment: Callable[..., Any]) -> None:
    assert [comment(key="abc").status_code for _turn in range(2)] == [302, 302]
    assert CaseComment.objects.count() == 1
    assert Email.objects.filter(direction="outgoing").count() == 1


def test_whoever_gets_the_case_of_another_contact_sees_nothing_that_this_one_wrote(
    visitor: Client, case: Case, comment: Callable[..., Any]
) -> None:
    """A wrong contact is put right: his words and files stay between him and the firm."""
    comment("Our turnover is secret.", files=[upload("accounts.pdf")], key="same")
    kept = EntityFile.objects.get()
    other = Contact.objects.create(name="Per", email="per@elsewhere.example.net")
    Case.objects.filter(pk=case.pk).update(contact=other)
    per = Client()
    per.post(link_to("per@elsewhere.example.net"))
    page = per.get(PAGE).content.decode()
    assert (per.get(PAGE).status_code, "turnover" in page, "accounts.pdf" in page) == (200, False, False)
    assert per.get(f"{PAGE}comment-files/{kept.pk}/").status_code == 404


def test_words_of_a_contact_who_was_removed_and_made_anew_are_still_his(
    visitor: Client, case: Case, comment: Callable[..., Any], ingrid: Contact
) -> None:
    comment("Where are they?")
    ingrid.delete()
    again = Contact.objects.create(name="Ingrid Solheim", email=ADDRESS.upper())
    Case.objects.filter(pk=case.pk).update(contact=again)
    assert "Where are they?" in visitor.get(PAGE).content.decode()


def test_the_form_of_one_case_sent_to_another_is_a_comment_there(
    visitor: Client, case: Case, comment: Callable[..., Any], ingrid: Contact
) -> None:
    other = Case.objects.create(case_id="C-000125", subject="Wrong invoice", contact=ingrid, created_at=clock.now())
    comment(key="abc")
    assert visitor.post("/portal/cases/C-000125/", {"text": "And this?", "key": "abc"}).status_code == 302
    assert (case.comments.count(), other.comments.count()) == (1, 1)


def test_an_empty_a_long_and_one_too_many_are_refused_with_the_reason(
    case: Case, comment: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Write something, or choose a file." in comment(" ").content.decode()
    assert "A comment may have 20000 characters." in comment("x" * 20_001).content.decode()
    monkeypatch.setattr(commenting, "MOST_AN_HOUR", 1)
    assert comment("one").status_code == 302
    assert "Wait a while" in comment("two").content.decode()
    assert CaseComment.objects.count() == 1


def upload(name: str, content: bytes = b"%PDF-1.7 crates") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_files_come_with_a_comment_or_alone_and_come_back_as_downloads(
    visitor: Client, case: Case, comment: Callable[..., Any]
) -> None:
    assert comment("", files=[upload("broken.pdf"), upload("<b>.html", b"<script>")]).status_code == 302
    rows = list(EntityFile.objects.order_by("pk"))
    assert [row.name for row in rows] == ["broken.pdf", "<b>.html"]
    assert "&lt;b&gt;.html" in visitor.get(PAGE).content.decode()
    answer = visitor.get(f"{PAGE}comment-files/{rows[1].pk}/")
    assert b"".join(answer.streaming_content) == b"<script>"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_too_large_and_kinds_that_are_not_allowed_are_refused(
    visitor: Client, case: Case, comment: Callable[..., Any], sales: EmailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    ReceivingOptions.objects.create(account=sales, allowed_attachment_types="pdf, png")
    assert "not among the allowed" in comment("See", files=[upload("virus.exe")]).content.decode()
    monkeypatch.setattr(attached, "LARGEST", 10)
    assert "larger than" in comment("See", files=[upload("broken.pdf")]).content.decode()
    monkeypatch.setattr(commenting, "MOST_FILES", 1)
    assert "files can be sent at once" in comment("See", files=[upload("a.pdf"), upload("b.pdf")]).content.decode()
    assert not CaseComment.objects.exists()
    assert not EntityFile.objects.exists()


def test_only_files_of_his_conversation_are_his(visitor: Client, case: Case, agent: User) -> None:
    stored = store.put(b"content")
    mail = of_case(case, "See the file.", from_address=ADDRESS)
    strange = of_case(case, "Other file.", from_address="supplier@example.net")
    good, held, foreign = (
        Attachment.objects.create(email=email, file=stored, name="a.pdf", state=state)
        for email, state in ((mail, "delivered"), (mail, "quarantined"), (strange, "delivered"))
    )
    internal = attached.add(case, "internal.pdf", b"secret", clock.now(), agent)
    assert visitor.get(f"{PAGE}mail-files/{good.pk}/").status_code == 200
    for path in (
        f"mail-files/{held.pk}/",
        f"mail-files/{foreign.pk}/",
        f"comment-files/{internal.pk}/",
        f"comment-files/{2**70}/",
        "mail-files/0/",
    ):
        assert visitor.get(f"{PAGE}{path}").status_code == 404, path
    assert visitor.post(f"{PAGE}mail-files/{good.pk}/").status_code == 405
    assert "internal.pdf" not in visitor.get(PAGE).content.decode()


def test_nothing_else_is_found_and_a_stranger_is_led_to_the_sign_in(visitor: Client, case: Case) -> None:
    assert visitor.get("/portal/elsewhere/").status_code == 404
    assert Client().get(PAGE)["Location"] == "/portal/sign-in/"
    assert Client().get(f"{PAGE}comment-files/1/")["Location"] == "/portal/sign-in/"


def test_pages_are_kept_by_no_cache_and_run_nothing(visitor: Client, case: Case) -> None:
    answer = visitor.get(PAGE)
    assert "no-store" in answer["Cache-Control"]
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert "<script" not in answer.content.decode()


def test_the_pages_speak_the_customers_language(visitor: Client, case: Case, ingrid: Contact) -> None:
    assert ingrid.business_account is not None
    ingrid.business_account.language = "nb"
    ingrid.business_account.save()
    assert "Sakene dine" in visitor.get("/portal/").content.decode()


def test_a_long_list_goes_on(visitor: Client, ingrid: Contact, case: Case) -> None:
    for number in range(51):
        Case.objects.create(case_id=f"C-{number}", subject=f"Matter {number}", contact=ingrid, created_at=clock.now())
    page = visitor.get("/portal/").content.decode()
    assert "Matter 50" in page
    assert "Broken crates" not in page
    older = page.split('href="?before=')[1].split('"')[0]
    assert "Broken crates" in visitor.get(f"/portal/?before={older}").content.decode()
    assert visitor.get("/portal/?before=99999999999999999999").status_code == 200


def test_moments_stand_in_the_zone_of_the_customers_locale(
    visitor: Client, case: Case, comment: Callable[..., Any], ingrid: Contact
) -> None:
    comment("Where are they?")
    CaseComment.objects.update(created_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    where = f"/portal/cases/{case.case_id}/"
    assert "25 Nov 2026 00:30 CET" in visitor.get(where).content.decode(), "without any locale"
    system_locales.make_default(system_locales.save("en", "English", time_zone="Europe/London"))
    system_locales.save("nb", "Norsk", time_zone="Asia/Tokyo")
    assert "24 Nov 2026 23:30 GMT" in visitor.get(where).content.decode()
    assert ingrid.business_account is not None
    BusinessAccount.objects.filter(pk=ingrid.business_account.pk).update(language="nb")
    assert "08:30 JST" in visitor.get(where).content.decode()
