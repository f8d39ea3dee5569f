"""Campaigns, marketing lists, unsubscribed addresses and mass emails in their windows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mailroom.flows.mailings import preparing, recipients
from mailroom.flows.mailings.models import MassEmail
from mailroom.flows.scheduling import jobs
from mailroom.records.activities import attached
from mailroom.records.crm import marketing
from mailroom.records.crm.models import Campaign, Contact, MarketingList, Unsubscribed
from mailroom.records.emails.models import Email
from mailroom.records.organisation import people
from mailroom.records.organisation.models import Job, User
from tests.factories import incoming, mass_mail

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
Visitor = Callable[[str], Client]


@pytest.fixture
def visitor(db: None) -> Visitor:
    def make(role: str) -> Client:
        client = Client()
        user = User.objects.filter(role=role).first() or people.create_user(role, f"{role}@mailroom.test", role)
        client.force_login(user, BACKEND)
        return client

    return make


@pytest.fixture
def ola(db: None) -> Contact:
    return mass_mail.contact("Ola", "ola@example.net")


def test_a_campaign_is_kept_with_its_members_and_an_unknown_address_is_named(visitor: Visitor, ola: Contact) -> None:
    client, values = visitor("marketing"), {"campaign_id": "", "name": "Autumn", "status": "planned"}
    assert client.post("/cr202000/new/", values).status_code == 303
    campaign = Campaign.objects.get()
    assert campaign.campaign_id == "CAMP-000001"
    where = f"/cr202000/{campaign.campaign_id}/"
    values |= {"campaign_id": campaign.campaign_id}
    refused = client.post(where, values | {"add_addresses": "ola@example.net, who@example.net"})
    assert refused.status_code == 422
    assert "No contact or lead has this address: who@example.net." in refused.content.decode()
    assert client.post(where, values | {"add_addresses": "OLA@example.net"}).status_code == 303
    [member] = campaign.members.all()
    assert "ola@example.net" in client.get(where).content.decode()
    assert client.post(where, values | {"remove_member": str(member.pk)}).status_code == 303
    assert not campaign.members.exists()
    bad = client.post(where, values | {"start_on": "2026-11-24", "end_on": "2026-11-01"})
    assert bad.status_code == 422


def test_a_dynamic_list_shows_whom_its_conditions_fit(visitor: Visitor, ola: Contact) -> None:
    client = visitor("marketing")
    new = {"list_id": "CHEFS", "name": "Chefs", "kind": "dynamic", "source": "contacts", "active": "on"}
    assert client.post("/cr204000/new/", new).status_code == 303
    line = {"line0_property": "name", "line0_condition": "starts_with", "line0_value": "O"}
    assert client.post("/cr204000/CHEFS/", new | line).status_code == 303
    page = client.get("/cr204000/CHEFS/").content.decode()
    assert "ola@example.net" in page
    wrong = client.post("/cr204000/CHEFS/", new | line | {"line0_value": ""})
    assert wrong.status_code == 422
    assert "Choose a value for Name" in wrong.content.decode()


def test_an_address_is_unsubscribed_by_hand_and_subscribed_again(visitor: Visitor) -> None:
    client = visitor("marketing")
    assert client.post("/cr204010/address/new/", {"address": "no"}).status_code == 422
    assert client.post("/cr204010/address/new/", {"address": "No@example.net"}).status_code == 303
    row = Unsubscribed.objects.get()
    assert (row.key, row.by and row.by.role) == ("no@example.net", "marketing")
    assert "No@example.net" in client.get("/cr204010/").content.decode()
    assert client.post("/cr204010/do/subscribe/", {"ids": row.pk, "confirmed": "1"}).status_code in {200, 303}
    assert not Unsubscribed.objects.exists()


def form(**values: Any) -> dict[str, Any]:
    fields = {"description": "Crates", "subject": "New", "body": "<p>Hello ((Name))</p>", "source": "lists"}
    return fields | {"account": incoming.system_account().pk, "campaign_members": "all"} | values


def test_a_mass_email_goes_from_its_form_to_the_queue(visitor: Visitor, ola: Contact, now: datetime) -> None:
    client, of = visitor("marketing"), mass_mail.marketing_list(now, ola)
    wrong = client.post("/cr308000/new/", form(body="<p>((Nmae))</p><script>1</script>"))
    assert wrong.status_code == 422
    assert "Did you mean ((Name))?" in wrong.content.decode()
    assert client.post("/cr308000/new/", form(marketing_lists=[of.pk])).status_code == 303
    made = MassEmail.objects.get()
    where, do = f"/cr308000/{made.mass_email_id}/", "/cr308000/record/do/"
    assert "placeholders have no values" in client.get(f"{where}preview/").content.decode()
    assert client.post(f"{do}send/", {"ids": made.pk, "confirmed": "1"}).status_code == 303
    assert MassEmail.objects.get().status == "on_hold"  # not prepared: refused
    client.post(f"{do}prepare/", {"ids": made.pk})
    jobs.run(Job.objects.get().pk)
    assert "Hello Ola" in client.get(f"{where}preview/").content.decode()
    assert "ola@example.net" in client.get(f"{where}recipients/?recipients=chosen").content.decode()
    client.post(f"{do}test/", {"ids": made.pk, "confirmed": "1", "address": "me@mailroom.test"})
    assert Email.objects.get().to_line == "me@mailroom.test"
    asked = client.post(f"{do}send/", {"ids": made.pk})
    assert "Send 1 email" in asked.content.decode()
    client.post(f"{do}send/", {"ids": made.pk, "confirmed": "1"})
    assert MassEmail.objects.get().status == "sending"
    assert "every 5s" in client.get(f"{where}figures/").content.decode()
    client.post(f"{do}stop/", {"ids": made.pk})
    assert MassEmail.objects.get().status == "prepared"
    assert client.post(where, form(subject="Other", marketing_lists=[of.pk])).status_code == 303
    made.refresh_from_db()
    assert (made.status, made.subject) == ("on_hold", "Other")


def test_what_is_on_its_way_is_neither_changed_nor_deleted(visitor: Visitor, ola: Contact, now: datetime) -> None:
    client, made = visitor("marketing"), mass_mail.sent(now, mass_mail.marketing_list(now, ola))
    where = f"/cr308000/{made.mass_email_id}/"
    other = mass_mail.marketing_list(now, list_id="OTHER")
    assert "Its mail is on its way" in client.get(where).content.decode()
    for asked in ({"subject": "Other"}, {"body": "<p>Other</p>"}, {"marketing_lists": [other.pk]}, {"to_leads": "on"}):
        refused = client.post(where, {"description": "Renamed", **asked})
        assert refused.status_code == 422, asked
        assert "text, files and recipients stay as they are" in refused.content.decode()
    upload = SimpleUploadedFile("prices.pdf", b"%PDF-")
    assert client.post(where, {"description": "Renamed", "new_files": upload}).status_code == 422
    assert client.post(where, {"description": "Renamed"}).status_code == 303  # what a browser sends of it
    client.post(f"{where}delete/", {"confirmed": "1"})
    made.refresh_from_db()
    assert (made.subject, made.description, made.marketing_lists.count()) == ("New crates", "Renamed", 1)
    assert attached.of(made) == []


def test_a_form_from_before_does_not_take_back_what_a_worker_did(visitor: Visitor, ola: Contact, now: datetime) -> None:
    client, made = visitor("marketing"), mass_mail.sent(now, mass_mail.marketing_list(now, ola))
    MassEmail.objects.filter(pk=made.pk).update(status="sent")
    assert client.post(f"/cr308000/{made.mass_email_id}/", {"description": "Renamed"}).status_code == 303
    made.refresh_from_db()
    assert (made.status, made.description) == ("sent", "Renamed")


def test_its_window_shows_how_far_preparing_is_and_opens_anew_when_it_ends(
    visitor: Visitor, ola: Contact, now: datetime
) -> None:
    client, made = visitor("marketing"), mass_mail.mass_email(now, mass_mail.marketing_list(now, ola))
    where, do = f"/cr308000/{made.mass_email_id}/", "/cr308000/record/do/"
    assert client.post(f"{do}prepare/", {"ids": made.pk}).status_code == 303
    page = client.get(where).content.decode()
    job = Job.objects.get()
    assert f'hx-get="/jobs/{job.pk}/"' in page
    assert "It is being prepared" in page
    assert client.post(where, {"description": "X", "subject": "Other"}).status_code == 422
    assert "mailroom:anew" not in str(client.get(f"{where}figures/?preparing=1").headers)
    client.post(f"{do}prepare/", {"ids": made.pk})
    assert Job.objects.count() == 1
    jobs.run(job.pk)
    ended = client.get(f"{where}figures/?preparing=1")
    assert "mailroom:anew" in ended.headers["HX-Trigger-After-Swap"]
    assert "1 recipient" in ended.content.decode()
    assert "ola@example.net" in ended.content.decode()
    assert 'hx-trigger="every' not in ended.content.decode()


def test_what_is_prepared_before_its_window_opens_is_told_once(visitor: Visitor, ola: Contact, now: datetime) -> None:
    client, made = visitor("marketing"), mass_mail.mass_email(now, mass_mail.marketing_list(now, ola))
    where = f"/cr308000/{made.mass_email_id}/"
    client.post("/cr308000/record/do/prepare/", {"ids": made.pk})
    jobs.run(Job.objects.get().pk)
    assert ["1 recipient" in client.get(where).content.decode() for _time in range(2)] == [True, False]
    client.post("/cr308000/record/do/prepare/", {"ids": made.pk})
    client.get(where)
    jobs.run(Job.objects.latest("pk").pk)
    client.get(f"{where}figures/?preparing=1")
    assert client.get(where).content.decode().count("1 recipient") == 1
    assert "1 recipient" not in client.get(where).content.decode()


def test_its_window_tells_why_it_is_not_prepared(
    visitor: Visitor, ola: Contact, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, made = visitor("marketing"), mass_mail.mass_email(now, mass_mail.marketing_list(now, ola))
    where = f"/cr308000/{made.mass_email_id}/"
    assert "data-trouble" not in client.get(where).content.decode()
    client.post("/cr308000/record/do/prepare/", {"ids": made.pk})
    monkeypatch.setattr(recipients, "decide", lambda *_arguments: 1 / 0)
    jobs.run(Job.objects.get().pk)
    assert "ZeroDivisionError" in client.get(f"{where}figures/?preparing=1").content.decode()
    page = visitor("administrator").get(where).content.decode()
    assert "ZeroDivisionError" in page.partition("data-trouble")[2][:400]
    assert "0 recipients" not in page


def test_line_ends_of_a_text_area_are_no_change_of_the_text(visitor: Visitor, ola: Contact, now: datetime) -> None:
    of = mass_mail.marketing_list(now, ola)
    made = mass_mail.mass_email(now, of, body="<p>Hello</p>\n<p>((Name))</p>")
    preparing.at_once(made.pk, now)
    client, where = visitor("marketing"), f"/cr308000/{made.mass_email_id}/"
    same = form(subject="New crates", marketing_lists=[of.pk], body="<p>Hello</p>\r\n<p>((Name))</p>\r\n")
    assert client.post(where, same | {"description": "Renamed"}).status_code == 303
    made.refresh_from_db()
    assert (made.status, made.description) == ("prepared", "Renamed")
    assert client.post(where, same | {"body": "<p>Hello</p>\r\n<p>((Name))!</p>"}).status_code == 303
    made.refresh_from_db()
    assert (made.status, made.body) == ("on_hold", "<p>Hello</p>\n<p>((Name))!</p>")


def test_the_preview_speaks_the_language_of_the_mail(visitor: Visitor, ola: Contact, now: datetime) -> None:
    client, writer = visitor("marketing"), people.create_user("siri", "", "marketing")
    writer.language = "nb"
    writer.save()
    made = mass_mail.mass_email(now, mass_mail.marketing_list(now, ola), by=writer)
    assert "Meld av" in client.get(f"/cr308000/{made.mass_email_id}/preview/").content.decode()
    client.post("/cr308000/record/do/test/", {"ids": made.pk, "confirmed": "1", "address": "me@mailroom.test"})
    assert "Meld av" in Email.objects.get().content.html


def test_a_campaign_and_its_members_are_kept_together_or_not_at_all(
    visitor: Visitor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = mass_mail.campaign(now)

    def breaks(*_arguments: Any) -> None:
        raise ValidationError("No members today.")

    monkeypatch.setattr(marketing, "add", breaks)
    values = {"campaign_id": campaign.campaign_id, "name": "Renamed", "status": "planned"}
    assert visitor("marketing").post("/cr202000/CAMP-1/", values).status_code == 422
    campaign.refresh_from_db()
    assert campaign.name == "Autumn crates"


def test_a_changed_unsubscription_takes_the_place_of_what_it_was(visitor: Visitor, now: datetime) -> None:
    client, of = visitor("marketing"), mass_mail.marketing_list(now)
    old = marketing.unsubscribe("ola@example.net", None, now)
    where = f"/cr204010/address/{old.pk}/"
    assert client.post(where, {"address": "Ola@example.net"}).status_code == 303
    assert Unsubscribed.objects.get() == old
    assert client.post(where, {"address": "ola@example.net", "marketing_list": of.pk}).status_code == 303
    row = Unsubscribed.objects.get()
    assert (row.marketing_list, row.by and row.by.role) == (of, "marketing")


@pytest.mark.parametrize("role", ["agent", "reader", "supervisor"])
def test_only_marketing_and_administrators_change_and_send(
    visitor: Visitor, ola: Contact, now: datetime, role: str
) -> None:
    of = mass_mail.marketing_list(now, ola)
    made, campaign = mass_mail.mass_email(now, of), mass_mail.campaign(now, ola)
    client = visitor(role)
    for path in (
        "/cr308000/",
        f"/cr308000/{made.mass_email_id}/",
        "/cr204000/NEWS/",
        "/cr202000/CAMP-1/",
        "/cr204010/",
    ):
        assert client.get(path).status_code == 200
    for path, values in (
        (f"/cr308000/{made.mass_email_id}/", form()),
        (f"/cr308000/{made.mass_email_id}/delete/", {"confirmed": "1"}),
        *((f"/cr308000/record/do/{key}/", {"ids": made.pk, "confirmed": "1"}) for key in ("prepare", "test")),
        ("/cr202000/CAMP-1/", {"name": "X", "status": "planned"}),
        ("/cr202000/do/delete/", {"ids": campaign.pk, "confirmed": "1"}),
        ("/cr204000/NEWS/", {"list_id": "NEWS", "name": "X", "kind": "static", "source": "contacts"}),
        ("/cr204000/do/delete/", {"ids": of.pk, "confirmed": "1"}),
        ("/cr204010/address/new/", {"address": "a@example.net"}),
    ):
        assert client.post(path, values).status_code == 403, path
    assert (MassEmail.objects.count(), MarketingList.objects.count(), Campaign.objects.count()) == (1, 1, 1)


def test_what_is_not_there_is_not_found_and_a_stranger_signs_in(visitor: Visitor, now: datetime) -> None:
    client = visitor("administrator")
    for path in ("/cr308000/NO/", "/cr308000/NO/preview/", "/cr308000/NO/recipients/", "/cr308000/NO/figures/",
                 "/cr202000/NO/", "/cr204000/NO/"):  # fmt: skip
        assert client.get(path).status_code == 404
        assert Client().get(path).status_code == 302
    assert client.post("/cr308000/record/do/prepare/", {"ids": "77"}).status_code == 404
    assert client.get("/cr308000/record/do/prepare/").status_code == 405
    assert client.post("/cr308000/NO/figures/").status_code == 405
