"""Every command of the seed is in Ctrl+K and on a key of its own window, and no key has two commands there."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client

from mailroom.records.emails.models import Email

COMMANDS = {
    "/co409000/": "reply reply-all forward archive delete read unread link-to new unarchive restore create-cr306030 "
    "create-cr306020 create-cr302000 create-cr306000 create-ep301020 create-cr301000",
    "/co409080/": "reply reply-all forward archive delete link-to new",
    "/co409070/": "reply reply-all forward archive delete link-to new",
    "/cr306015/EMAIL/": "reply reply-all forward archive delete link-to create-cr306000",
    "/sm507000/": "process process-all",
    "/sm507010/": "process process-all",
}


@pytest.mark.parametrize("path", COMMANDS)
def test_each_command_has_a_key_and_each_key_one_command(
    as_role: Callable[..., Client], email: Email, path: str
) -> None:
    page = as_role("administrator").get(path.replace("EMAIL", str(email.pk))).content.decode()
    found = {}
    for tag in re.findall(r"<(?:a|button)[^>]*data-command=[^>]*>", page):
        name = re.search(r'data-command="([^"]+)"', tag)
        key = re.search(r'data-key="([^"]+)"', tag)
        if name and key:
            found[name.group(1)] = key.group(1)
    assert set(COMMANDS[path].split()) <= set(found)
    assert not [key for key, count in Counter(found.values()).items() if count > 1]
