"""Canned texts (CR306016): kept by their owner or work group, changed by who may, used by nobody else."""

from typing import Any

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.conversations import canned
from mailroom.records.conversations.models import CannedText
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User, Workgroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(agent: User) -> CannedText:
    return canned.save(None, canned.Fields("Greeting", "<p>Hi ((Name))</p>"), agent, clock.now())


@pytest.fixture
def everybodys(administrator: User) -> CannedText:
    return canned.save(None, canned.Fields("Opening hours", "9 to 4", personal=False), administrator, clock.now())


def test_a_text_is_added_and_listed(writer: Client, agent: User) -> None:
    form: dict[str, Any] = {"name": "Thanks", "whose": "mine", "body": "<p>Thank you</p><script>x</script>"}
    assert writer.post("/cr306016/text/new/", form).status_code == 303
    assert CannedText.objects.get().body == "<p>Thank you</p>"
    assert "Thanks" in writer.get("/cr306016/").content.decode()


def test_a_text_of_a_work_group_needs_ones_own_group(writer: Client, agent: User) -> None:
    own, foreign = (Workgroup.objects.create(workgroup_id=name) for name in ("OWN", "FOREIGN"))
    agent.employee.workgroups.add(own)  # type: ignore[attr-defined]  # the reverse of a one-to-one field
    form = {"name": "Ours", "whose": "group", "body": "x"}
    assert writer.post("/cr306016/text/new/", form | {"workgroup": foreign.pk}).status_code == 422
    assert writer.post("/cr306016/text/new/", form).status_code == 422
    assert writer.post("/cr306016/text/new/", form | {"workgroup": own.pk}).status_code == 303
    assert CannedText.objects.get().workgroup == own


def test_an_unknown_placeholder_is_told_with_those_there_are(writer: Client) -> None:
    answer = writer.post("/cr306016/text/new/", {"name": "a", "whose": "mine", "body": "Hi ((Nme))"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is no ((Nme))" in page
    assert "((FirstName))" in page


def test_everybodys_text_is_used_by_all_and_changed_by_few(
    writer: Client, stranger: Client, everybodys: CannedText
) -> None:
    address = f"/cr306016/text/{everybodys.pk}/"
    assert stranger.get(address).status_code == 200
    assert writer.post(address, {"name": "b", "whose": "mine", "body": "x"}).status_code == 403
    assert writer.post(f"{address}delete/", {"confirmed": "1"}).status_code == 403
    assert writer.post("/cr306016/do/delete/", {"ids": everybodys.pk, "confirmed": "1"}).status_code == 403


def test_my_text_is_mine_alone(writer: Client, stranger: Client, mine: CannedText) -> None:
    address = f"/cr306016/text/{mine.pk}/"
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}delete/", {"confirmed": "1"}).status_code == 404
    assert stranger.get(f"/cr306015/texts/canned/{mine.pk}/").status_code == 404
    assert stranger.get("/cr306015/texts/").json() == {"texts": []}
    assert writer.post(f"/cr306015/texts/canned/{mine.pk}/").status_code == 405
    assert writer.get("/cr306016/text/999999/").status_code == 404
    assert writer.get(f"{address}delete/").status_code == 405
    assert writer.post(f"{address}delete/", {"confirmed": "1"}).status_code == 303


def test_placeholders_are_filled_and_escaped(writer: Client, mine: CannedText, sales: EmailAccount) -> None:
    filled = writer.get(f"/cr306015/texts/canned/{mine.pk}/?to=<b>Ingrid</b> <i@x.example.org>").json()["html"]
    assert "<b>" not in filled.replace("<p>", "")
    to = '"Ingrid & Co" <i@x.example.org>'
    assert writer.get(f"/cr306015/texts/canned/{mine.pk}/", {"to": to}).json()["html"] == "<p>Hi Ingrid &amp; Co</p>"


def test_a_notification_template_brings_its_subject(writer: Client) -> None:
    template = NotificationTemplate.objects.create(
        notification_id="X1", description="Order", window_id="CR306015", subject="Your order", body="<p>((MyName))</p>"
    )
    found = writer.get(f"/cr306015/texts/template/{template.pk}/").json()
    assert found == {"html": "<p>Kari Nordmann</p>", "subject": "Your order"}
    assert writer.get("/cr306015/texts/template/999999/").status_code == 404
