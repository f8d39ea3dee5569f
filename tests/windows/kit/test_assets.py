"""Styles, scripts and icons: kept by browsers for good, and at another address as soon as one of them is another."""

import re
from pathlib import Path

from django.conf import settings
from django.test import Client

from mailroom.settings import assets


def test_an_address_is_good_for_ever_and_never_for_other_files(tmp_path: Path) -> None:
    room = tmp_path / "faces" / "windows" / "static" / "mailroom"
    room.mkdir(parents=True)
    (room / "app.js").write_text("one")
    first = assets.address(tmp_path)
    assert first == assets.address(tmp_path)
    (room / "app.js").write_text("two")
    second = assets.address(tmp_path)
    (room / "app.js").rename(room / "other.js")
    assert len({first, second, assets.address(tmp_path)}) == 3


def test_what_a_page_names_is_served_to_be_kept(client: Client, db: None) -> None:
    page = client.get("/login/").content.decode()
    named = set(re.findall(r'(?:src|href)="([^"#]*/static/[^"#]*)', page))
    assert any(address.endswith(".js") for address in named)
    assert any(address.endswith(".css") for address in named)
    for address in named:
        assert address.startswith(settings.STATIC_URL)
        answer = client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer["Cache-Control"]
        b"".join(answer.streaming_content if answer.streaming else [answer.content])  # type: ignore[attr-defined]
