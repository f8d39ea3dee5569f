"""DKIM in SM204002: a key is made under Actions, and the record to publish is shown; the private half never."""

import pytest
from django.test import Client

from mailroom.flows.sending import signing
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MAKE = "/sm204002/do/dkim/"


@pytest.fixture
def account(db: None) -> EmailAccount:
    return EmailAccount.objects.create(email_account_id="SALES", email_address="sales@elvestad.example")


@pytest.fixture
def signed_in(client: Client, administrator: User) -> Client:
    client.force_login(administrator, BACKEND)
    return client


def test_a_key_is_made_after_a_question_and_its_record_is_shown(signed_in: Client, account: EmailAccount) -> None:
    assert "is not signed" in signed_in.get("/sm204002/SALES/").content.decode()
    asked = signed_in.post(MAKE, {"ids": account.pk}).content.decode()
    assert "Make a new DKIM key?" in asked
    assert signing.key_of(account.pk) is None
    signed_in.post(MAKE, {"ids": account.pk, "confirmed": "1"})
    key = signing.key_of(account.pk)
    assert key is not None
    page = signed_in.get("/sm204002/SALES/").content.decode()
    assert "mailroom._domainkey.elvestad.example" in page
    assert signing.record(key).value in page.replace("&#x2B;", "+").replace("&#x3D;", "=")
    assert key.private_key.splitlines()[1] not in page


def test_the_key_has_the_selector_that_was_typed(signed_in: Client, account: EmailAccount) -> None:
    assert 'name="selector" value="mailroom"' in signed_in.post(MAKE, {"ids": account.pk}).content.decode()
    signed_in.post(MAKE, {"ids": account.pk, "confirmed": "1", "selector": "Key-2027"})
    assert "key-2027._domainkey.elvestad.example" in signed_in.get("/sm204002/SALES/").content.decode()


@pytest.mark.parametrize("selector", ["two words", "-a", "a.", "æ", "a" * 64, "a;b", "a\r\nb"])
def test_a_selector_that_no_name_server_could_have_is_refused_in_words(
    signed_in: Client, account: EmailAccount, selector: str
) -> None:
    answer = signed_in.post(MAKE, {"ids": account.pk, "confirmed": "1", "selector": selector}, follow=True)
    assert "letters, digits and hyphens" in answer.content.decode()
    assert signing.key_of(account.pk) is None


def test_only_an_administrator_makes_a_key(client: Client, agent: User, account: EmailAccount) -> None:
    client.force_login(agent, BACKEND)
    assert client.post(MAKE, {"ids": account.pk, "confirmed": "1"}).status_code in {403, 404}
    assert Client().post(MAKE, {"ids": account.pk, "confirmed": "1"}).status_code in {302, 303, 403}
    assert signing.key_of(account.pk) is None


def test_a_bad_id_and_a_wrong_method_make_no_key(signed_in: Client, account: EmailAccount) -> None:
    assert signed_in.post(MAKE, {"ids": account.pk + 99, "confirmed": "1"}).status_code in {400, 404}
    assert signed_in.post(MAKE, {"ids": "x", "confirmed": "1"}).status_code in {400, 404}
    assert signed_in.get(MAKE).status_code == 405
    assert signing.key_of(account.pk) is None
