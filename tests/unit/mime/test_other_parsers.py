"""What is built is read without complaint by three parsers that are not ours, and its signature holds for dkimpy."""

import base64
import email
import email.policy
import random
from email.headerregistry import BaseHeader
from email.message import EmailMessage, Message
from typing import Any

import dkim as dkimpy
import fast_mail_parser
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.mime import build, dkim, parse
from mailroom.mime.message import Address
from tests.unit.mime.test_build import _random_mail, outgoing

EVERY = 60


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def complaints(raw: bytes) -> list[Any]:
    """What the two parsers of the standard library hold against a mail, in any part and any header field."""
    old: Message = email.message_from_bytes(raw)
    new = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    found = [defect for message in (old, new) for part in message.walk() for defect in part.defects]
    for part in new.walk():
        for name, value in part.items():
            if isinstance(value, BaseHeader) and name.lower() != "message-id":
                found += value.defects
    return found


def assert_accepted(raw: bytes, meant: build.Outgoing) -> None:
    """No complaint, and the same subject and files by everybody."""
    assert complaints(raw) == []
    other = fast_mail_parser.parse_email(raw)
    own = parse.parse(raw)
    assert own.subject == meant.subject
    assert " ".join(other.subject.split()) == " ".join(meant.subject.split())
    ordered = sorted(meant.attachments, key=lambda item: not item.inline)  # the body's own come first
    assert [item.content for item in own.attachments] == [item.content for item in ordered]
    assert own.defects == ()


def test_three_parsers_and_dkimpy_take_every_generated_mail(key: rsa.RSAPrivateKey) -> None:
    """Text, HTML, files, long subjects and names in many scripts."""
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    chance = random.Random(11)
    for _number in range(EVERY):
        meant = _random_mail(chance)
        raw = dkim.sign(build.build(meant), "example.org", "mailroom", pem)
        assert_accepted(raw, meant)
        assert dkimpy.verify(raw, dnsfunc=lambda _name, timeout=5: record)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(subject=st.lists(WORDS, max_size=30), name=WORDS, text=st.text(max_size=300))
def test_whatever_people_write_is_accepted(subject: list[str], name: str, text: str) -> None:
    meant = outgoing(subject=" ".join(subject), to=(Address(name, "ola@example.com"),), text=text)
    assert complaints(build.build(meant)) == []
    assert parse.parse(build.build(meant)).to[0].name == name
