"""Link to: the dialog replaces the present link for those who may, Undo brings the former one back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from mailroom.records.crm.models import BusinessAccount, Case, Contact
from mailroom.records.emails.models import Email
from tests.factories import relations

DIALOG = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}
LINK_TO = "/co409000/link-to/"
Make = Callable[..., Client]


@pytest.fixture
def case(db: None, moment: datetime) -> Case:
    account = BusinessAccount.objects.create(account_id="10388", name="Fjellbekk")
    contact = Contact.objects.create(
        name="Ingrid Solheim", email="ingrid@fjellbekk.example.net", business_account=account
    )
    return Case.objects.create(
        case_id="C-001284", subject="Reminder fee", contact=contact, business_account=account, created_at=moment
    )


def post(client: Client, email: Email, **values: Any) -> Any:
    return client.post(LINK_TO, {"ids": email.pk} | values, **DIALOG)  # type: ignore[arg-type]


def link_of(email: Email) -> tuple[str, int | None]:
    email.refresh_from_db()
    return email.related_entity_type, email.related_entity_id


def test_the_dialog_offers_every_type_and_what_is_likely(as_role: Make, email: Email, case: Case) -> None:
    page = as_role().get(LINK_TO, {"ids": email.pk}, **DIALOG).content.decode()
    for words in ("Related entity", "Sales invoice/note", "General ledger batch", "Lead/contact", "OK", "Cancel"):
        assert words in page
    assert f'value="case:{case.pk}"' in page
    assert "C-001284 Reminder fee" in page


def test_ok_links_and_undo_takes_the_link_back(as_role: Make, email: Email, case: Case) -> None:
    client = as_role()
    answer = post(client, email, type="case", entity=f"case:{case.pk}")
    assert answer.status_code == 200
    assert "mailroom:saved" in answer.headers["HX-Trigger"]
    assert "1 email linked to C-001284 Reminder fee" in answer.content.decode()
    assert link_of(email) == ("case", case.pk)
    client.post("/co409000/do/take-back-link/", {"ids": email.pk})
    assert link_of(email) == ("", None)


def test_a_number_typed_in_full_and_a_suggestion_are_enough(as_role: Make, email: Email, case: Case) -> None:
    client = as_role()
    assert post(client, email, type="case", entity="", entity_text="c-001284").status_code == 200
    assert link_of(email) == ("case", case.pk)
    assert post(client, email, type="case", suggested=f"contact:{case.contact_id}").status_code == 200
    assert link_of(email) == ("contact", case.contact_id)


def test_the_field_follows_the_type(as_role: Make, email: Email, case: Case) -> None:
    fragment = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "link-entity"}
    answer = as_role().get(LINK_TO, {"ids": email.pk, "type": "supplier"}, **fragment).content.decode()  # type: ignore[arg-type]
    assert 'data-lookup="entity-supplier"' in answer
    assert "<form" not in answer


@pytest.mark.parametrize(
    "values",
    [
        {"type": "case", "entity": ""},
        {"type": "case", "entity": "case:999999"},
        {"type": "case", "entity": "case:99999999999999999999"},
        {"type": "case", "entity": "contact:1"},
        {"type": "spaceship", "entity": "spaceship:1"},
        {"type": "case", "entity": "x\x00y"},
        {},
    ],
)
def test_what_is_no_record_is_refused_with_words_and_changes_nothing(
    as_role: Make, email: Email, case: Case, values: dict[str, str]
) -> None:
    answer = post(as_role(), email, **values)
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    assert link_of(email) == ("", None)


def test_without_script_the_dialog_is_a_page_and_ok_leads_back(as_role: Make, email: Email, case: Case) -> None:
    client = as_role()
    assert "<html" in client.get(LINK_TO, {"ids": email.pk}).content.decode()
    answer = client.post(LINK_TO, {"ids": email.pk, "type": "case", "entity": f"case:{case.pk}"})
    assert (answer.status_code, answer.url) == (303, "/co409000/")  # type: ignore[attr-defined]


def test_a_teammate_may_a_stranger_and_a_reader_may_not(
    as_role: Make, email: Email, case: Case, moment: datetime
) -> None:
    owner, teammate, reader = as_role(), as_role("supervisor"), as_role("reader")
    Email.objects.filter(pk=email.pk).update(owner=owner.user.employee)  # type: ignore[attr-defined]
    values = {"type": "case", "entity": f"case:{case.pk}"}
    assert post(as_role(), email, **values).status_code == 404
    assert post(reader, email, **values).status_code == 403
    assert reader.get(LINK_TO, {"ids": email.pk}).status_code == 403
    assert link_of(email) == ("", None)
    assert post(teammate, email, **values).status_code == 200


def test_bad_ids_are_not_found_and_other_methods_refused(as_role: Make, email: Email, case: Case) -> None:
    client = as_role()
    for ids in ("999999", "x", "-1", "99999999999999999999"):
        assert client.get(LINK_TO, {"ids": ids}).status_code == 404
        assert client.post(LINK_TO, {"ids": ids, "type": "case", "entity": f"case:{case.pk}"}).status_code == 404
    assert client.put(LINK_TO).status_code == 405
    assert client.delete(LINK_TO).status_code == 405


def test_remove_link_and_its_undo(as_role: Make, email: Email, case: Case) -> None:
    client = as_role()
    post(client, email, type="case", entity=f"case:{case.pk}")
    assert client.get("/co409000/do/unlink/").status_code == 405
    client.post("/co409000/do/unlink/", {"ids": email.pk})
    assert link_of(email) == ("", None)
    client.post("/co409000/do/take-back-link/", {"ids": email.pk})
    assert link_of(email) == ("case", case.pk)
    assert as_role("reader").post("/co409000/do/unlink/", {"ids": email.pk}).status_code == 403


def test_many_emails_are_linked_at_once(as_role: Make, email: Email, case: Case, moment: datetime) -> None:
    others = [relations.mail(moment).pk for _ in range(5)]
    answer = as_role().post(
        LINK_TO, {"ids": [email.pk, *others], "type": "case", "entity": f"case:{case.pk}"}, **DIALOG
    )  # type: ignore[arg-type]
    assert "6 emails linked" in answer.content.decode()
    assert Email.objects.filter(related_entity_id=case.pk).count() == 6


def test_the_column_and_the_slip_open_the_record(as_role: Make, email: Email, case: Case) -> None:
    client = as_role()
    post(client, email, type="case", entity=f"case:{case.pk}")
    for address in ("/co409000/", f"/co409000/?open={email.pk}", "/co409070/", f"/cr306015/{email.pk}/"):
        assert f'href="/entity/case/{case.pk}/"' in client.get(address).content.decode()
    answer = client.get(f"/entity/case/{case.pk}/")
    assert (answer.status_code, answer.url) == (303, "/cr306000/C-001284/")  # type: ignore[attr-defined]
    for address in ("/entity/case/999999/", "/entity/none/1/", "/entity/case/99999999999999999999/"):
        assert client.get(address).status_code == 404


def test_the_record_lists_the_mail_archived_or_not(as_role: Make, email: Email, case: Case) -> None:
    client = as_role()
    post(client, email, type="case", entity=f"case:{case.pk}")
    Email.objects.filter(pk=email.pk).update(archived=True, box="archived")
    page = client.get("/cr306000/C-001284/").content.decode()
    assert "Price for 40 crates" in page
    assert "Archived" in page
