"""What a program wrote into a draft is cleaned before it is edited: the editor is part of our page."""

import pytest
from django.test import Client

from mailroom.base import clock
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails import compose
from mailroom.records.emails.compose import DraftFields
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db
HOSTILE = (
    "<p>Hello</p><div hx-post='/logout/' data-hx-get='/x/' hx-trigger='load'>there</div><img src=x onerror=alert(1)>"
)


@pytest.mark.parametrize("kind", ["html", "text"])
def test_a_draft_brings_no_request_and_no_script_into_the_page(client: Client, agent: User, kind: str) -> None:
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    fields = DraftFields(account=account, subject="Crates", **{kind: HOSTILE})  # type: ignore[arg-type]
    draft = compose.create(fields, clock.now(), agent)
    client.force_login(agent, "django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/cr306015/{draft.pk}/")
    body = answer.context["form"]["body"].value()
    assert "Hello" in body
    assert "<div hx-post" not in body
    assert "<img src=x onerror" not in body
    assert kind == "text" or "hx-get" not in body
