"""The portal's sign-in: a link by mail, once and soon, the same words for everybody; apart from that of the windows."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from mailroom.base import clock
from mailroom.faces.cli.main import main
from mailroom.records.crm import portal
from mailroom.records.crm.models import Case, Contact, PortalLink, PortalSession
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.files import store
from mailroom.records.organisation import features
from mailroom.records.organisation.models import User
from tests.portal.conftest import ADDRESS, answered, link_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_open", "sales")]
ASK = "/portal/sign-in/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_switched_off_there_is_no_portal(client: Client, ingrid: Contact) -> None:
    row = features.read()
    row.self_service_portal = False
    row.save()
    for path in ("/portal/", ASK, "/portal/link/x/", "/portal/cases/C-1/", "/portal/elsewhere/"):
        assert client.get(path).status_code == 404, path
    assert client.post(ASK, {"address": ADDRESS}).status_code == 404


def test_without_case_management_there_is_none_either(client: Client) -> None:
    row = features.read()
    row.case_management = False
    row.save()
    assert client.get(ASK).status_code == 404


def test_a_link_comes_by_mail_and_opens_the_cases_once(client: Client, case: Case) -> None:
    assert client.get("/portal/")["Location"] == ASK
    assert client.post(ASK, {"address": f" {ADDRESS.upper()} "}).status_code == 200
    [mail] = answered()
    assert mail.lane == 0  # security mail goes also while processing is suspended
    sent = store.read(bytes(mail.raw_sha256 or b"")).decode().replace("=\r\n", "")
    [path] = set(re.findall(r"(/portal/link/[\w-]+/)", sent))
    assert "/portal/link/" not in mail.content.html + mail.content.text + mail.preview
    assert "Open my cases" in client.get(path).content.decode()
    assert client.get("/portal/").status_code == 302, "opening the link is not enough: scanners open links"
    assert client.post(path)["Location"] == "/portal/"
    assert "Broken crates" in client.get("/portal/").content.decode()
    assert Client().post(path).status_code == 410


@pytest.mark.parametrize("address", [ADDRESS, "nobody@example.net", "gone@example.net"])
def test_everybody_gets_the_same_answer(client: Client, ingrid: Contact, address: str) -> None:
    Contact.objects.create(name="Gone", email="gone@example.net", active=False)
    answer = client.post(ASK, {"address": address})
    assert answer.status_code == 200
    assert "If we know you by that address" in answer.content.decode()
    assert PortalLink.objects.filter(answered_at=None).count() == 1, "known or not, the page only notes it"
    assert len(answered()) == (address == ADDRESS)


def test_an_address_is_mailed_five_links_an_hour_and_the_page_says_the_same(client: Client, ingrid: Contact) -> None:
    for _turn in range(7):
        answer = client.post(ASK, {"address": ADDRESS})
        assert "If we know you by that address" in answer.content.decode()
    assert len(answered()) == 5


def test_one_place_asks_for_so_many_addresses_and_no_more(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal, "MOST_FROM_A_PLACE", 3)
    for number in range(5):
        assert client.post(ASK, {"address": f"a{number}@example.net"}).status_code == 200
    assert PortalLink.objects.count() == 3


@pytest.mark.parametrize("address", ["", "no address", "a" * 300 + "@example.net", "a\x00b@example.net"])
def test_what_is_no_address_is_said_so(client: Client, address: str) -> None:
    assert client.post(ASK, {"address": address}).status_code == 422


def test_a_link_grows_old(client: Client, ingrid: Contact) -> None:
    path = link_to()
    PortalLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    answer = client.post(path)
    assert (answer.status_code, "too old" in answer.content.decode()) == (410, True)
    assert client.post("/portal/link/never-made/").status_code == 410


def test_a_session_ends_by_time_by_signing_out_and_with_the_contact(visitor: Client, ingrid: Contact) -> None:
    assert visitor.get("/portal/").status_code == 200
    Contact.objects.filter(pk=ingrid.pk).update(active=False)
    assert visitor.get("/portal/").status_code == 302
    Contact.objects.filter(pk=ingrid.pk).update(active=True)
    cookie = visitor.cookies["portal"].value
    assert visitor.get("/portal/sign-out/").status_code == 405
    assert visitor.post("/portal/sign-out/")["Location"] == ASK
    visitor.cookies["portal"] = cookie
    assert visitor.get("/portal/").status_code == 302, "the cookie alone is worth nothing after signing out"
    visitor.post(link_to())
    PortalSession.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert visitor.get("/portal/").status_code == 302


def test_the_cookie_is_for_the_portal_alone_and_out_of_reach_of_scripts(visitor: Client) -> None:
    cookie = visitor.cookies["portal"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/portal/", True, "Lax")
    assert cookie.value not in PortalSession.objects.values_list("digest", flat=True)


def test_a_customers_session_opens_no_window_and_no_api(visitor: Client) -> None:
    cookie = visitor.cookies["portal"].value
    for name in ("portal", settings.SESSION_COOKIE_NAME):
        stranger = Client()
        stranger.cookies[name] = cookie
        assert stranger.get("/")["Location"].startswith("/login/")
        assert stranger.get("/cr306000/")["Location"].startswith("/login/")
        assert stranger.get("/api/v1/cases").status_code == 401
    assert Client().get("/api/v1/cases", headers={"Authorization": f"Bearer {cookie}"}).status_code == 401


def test_a_colleagues_session_opens_nothing_in_the_portal(client: Client, administrator: User, case: Case) -> None:
    client.force_login(administrator, BACKEND)
    assert client.get("/portal/")["Location"] == ASK
    assert client.get("/portal/cases/C-000124/")["Location"] == ASK
    assert client.post("/portal/cases/C-000124/", {"text": "x", "key": "1"})["Location"] == ASK
    client.cookies["portal"] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/portal/")["Location"] == ASK


def test_without_an_account_to_send_from_nothing_breaks(client: Client, ingrid: Contact, sales: EmailAccount) -> None:
    EmailAccount.objects.update(active=False)
    assert client.post(ASK, {"address": ADDRESS}).status_code == 200
    assert answered() == []
    assert not Email.objects.exists()


def test_a_form_without_its_token_leads_back_to_the_portal(case: Case) -> None:
    careful = Client(enforce_csrf_checks=True)
    answer = careful.post(ASK, {"address": ADDRESS})
    assert answer.status_code == 403
    assert 'href="/portal/"' in answer.content.decode()
    assert careful.post(link_to()).status_code == 403
    assert not PortalLink.objects.filter(asked_from__isnull=False).exists()


def test_a_link_is_printed_by_command_for_a_contact_alone(
    client: Client, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["portal", "link", ADDRESS]) == 0
    path = urlsplit(capsys.readouterr().out.strip()).path
    assert client.post(path)["Location"] == "/portal/"
    assert main(["portal", "link", "nobody@example.net"]) == 2
    assert main(["portal", "link", "no address"]) == 2
