"""Every label that windows.yaml names for a window stands on that window's page, word for word."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from mailroom.base import clock
from mailroom.faces.windows.kit import registry
from mailroom.records.email_accounts.models import EmailAccount
from mailroom.records.emails.models import Email
from mailroom.records.organisation.models import User

WINDOWS = {one["id"]: one for one in yaml.safe_load((Path(__file__).parent / "windows.yaml").read_text())}
LABEL_KEYS = ("toolbar", "top", "fields", "sections", "editor")
FILTER = '[{"property":"subject","condition":"contains","value":"Order"}]'
# Pages of a window besides its own address: its dialogs and forms. Words in capitals stand for such an email's key.
PAGES = {
    "SM204002": ["/sm204002/new/", "/sm204002/SALES/"],
    "CR306015": ["/cr306015/new/", "/cr306015/INCOMING/", "/cr306015/QUEUED/", "/cr306015/ARCHIVED/"],
    "CO409000": ["/co409000/", "/co409000/?open=INCOMING", "/co409000/link-to/?ids=INCOMING"],
    "CO409080": ["/co409080/", "/co409080/filter/", f"/co409080/?filter={FILTER}"],
    "SM201010": ["/sm201010/new/"],
    "SM204001": ["/sm204001/"],
    "SM205020": ["/sm205020/schedule/new/"],
    "CR306000": ["/cr306000/", "/cr306000/new/"],
    "CR302000": ["/cr302000/", "/cr302000/new/"],
    "CR306020": ["/cr306020/", "/cr306020/new/"],
    "CR306030": ["/cr306030/", "/cr306030/new/"],
    "EP203000": ["/ep203000/", "/ep203000/new/"],
    "EP301020": ["/ep301020/", "/ep301020/new/"],
}


def labels(node: Any) -> list[str]:
    """The labels of a window's toolbar, fields, sections, tabs, columns and filter tabs, options of lists too."""
    found: list[str] = []
    for key, value in node.items():
        if key in ("columns", "filter_tabs", "buttons") or (key == "options" and len(value) > 1):
            found += value
        elif key in (*LABEL_KEYS, "tabs", "table", "dialogs"):
            for part in value if isinstance(value, list) else [value]:
                found += ([part["label"]] if "label" in part else []) + labels(part)
    return [label for label in found if label != "Included"]


def words(page: str) -> str:
    """What a person reads on a page: text and the labels of icon buttons, in plain blanks."""
    shown = re.sub(r"<[^>]*?(?:aria-label|title|placeholder|value)=\"([^\"]*)\"[^>]*>", r" \1 ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).replace("’", "'").split())


@pytest.fixture
def pages(client: Client, administrator: User) -> Any:
    """Renders a window's pages for an administrator, with one account and one email each way."""
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    account = EmailAccount.objects.create(email_account_id="SALES", email_address="sales@mailroom.test")
    now = clock.now()
    common = {"account": account, "subject": "Order", "date": now, "created_at": now, "created_by": administrator}
    keys = {
        name: Email.objects.create(owner=administrator.employee, **values, **common).pk
        for name, values in {
            "INCOMING": {"direction": "incoming", "box": "incoming", "status": "processed"},
            "QUEUED": {"direction": "outgoing", "box": "sent", "status": "pending"},
            "ARCHIVED": {"direction": "outgoing", "box": "archived", "status": "processed", "archived": True},
        }.items()
    }

    def render(window: registry.Window) -> str:
        text = ""
        for address in PAGES.get(window.id, [f"/{window.slug}/"]):
            for name, key in keys.items():
                address = address.replace(name, str(key))
            answer = client.get(address, follow=True)
            if answer.status_code == 200:
                text += answer.content.decode()
        return words(text)

    return render


@pytest.mark.parametrize("window_id", sorted(WINDOWS))
def test_the_labels_of_a_window_stand_on_its_page(window_id: str, pages: Any) -> None:
    window = registry.WINDOWS.get(window_id)
    if window is None:
        return
    shown = pages(window)
    missing = [label for label in labels(WINDOWS[window_id]) if label.replace("’", "'") not in shown]
    assert missing == []
    assert str(window.name) == WINDOWS[window_id]["name"]


def test_the_windows_of_the_first_slice_are_there() -> None:
    expected = {
        "SM204002",
        "SM204001",
        "CO409000",
        "CO409080",
        "CO409070",
        "CR306015",
        "SM507000",
        "SM507010",
        "SM201010",
        "CR302000",
        "CR306000",
        "CR306020",
        "CR306030",
        "EP203000",
        "EP301020",
        "CS100000",
        "SM200550",
    }
    assert expected <= set(registry.WINDOWS.windows)
