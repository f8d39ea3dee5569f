"""The servers of an address: by its domain, by who takes its mail, by its SRV records, else a guess that says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.flows.incoming import autodetect


def answers(**records: list[str]) -> autodetect.Ask:
    """A resolver that knows these records: `MX`, or a service's name for its SRV records."""
    return lambda name, kind: records.get("MX", []) if kind == "MX" else records.get(name.partition(".")[0], [])


@pytest.mark.parametrize(
    ("address", "records", "provider"),
    [
        ("ola@gmail.com", {}, "google"),
        ("ola@OUTLOOK.com", {}, "microsoft"),
        ("sales@example.com", {"MX": ["10 aspmx.l.google.com."]}, "google"),
        ("sales@example.com", {"MX": ["0 example-com.mail.protection.outlook.com."]}, "microsoft"),
        ("sales@example.no", {"MX": ["10 mx.domeneshop.no."]}, "domeneshop"),
        ("sales@example.com", {"MX": ["10 notgoogle.com.example.org."]}, ""),
    ],
)
def test_a_known_provider_fills_the_servers(address: str, records: dict[str, list[str]], provider: str) -> None:
    found = autodetect.find(address, answers(**records))
    assert found.provider == provider
    assert found.values["incoming_mail_server"]


def test_srv_records_name_servers_and_ports() -> None:
    records = {
        "_imaps": ["10 1 1993 imap.example.com."],
        "_submission": ["20 1 587 b.example.com.", "5 1 588 a.example.com."],
    }
    found = autodetect.find("sales@example.com", answers(**records))
    assert not found.guessed
    assert (found.values["incoming_mail_server"], found.values["incoming_server_port"]) == ("imap.example.com", 1993)
    assert (found.values["outgoing_mail_server"], found.values["outgoing_server_port"]) == ("a.example.com", 588)
    assert found.values["outgoing_server_encrypted_connection"] == "starttls"


def test_a_service_that_is_not_offered_is_no_server() -> None:
    assert autodetect.find("sales@example.com", answers(_imaps=["0 0 0 ."])).guessed


@given(address=st.text(max_size=30))
def test_any_text_gives_an_answer(address: str) -> None:
    assert autodetect.find(address, answers()).values
