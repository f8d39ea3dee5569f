"""Commands of record windows that are posted without saying which record: a clear 400, never an error of ours."""

import pytest
from django.test import Client
from django.urls import get_resolver, resolve

from mailroom.faces.windows.kit import actions, registry
from mailroom.faces.windows.kit.record import RecordWindow
from mailroom.records.organisation.models import User

pytestmark = pytest.mark.django_db


def commands() -> list[str]:
    """Every command of every record window that is for a record."""
    assert get_resolver().url_patterns  # now each window knows the names of its addresses
    found = []
    for window in registry.WINDOWS:
        views = registry.WINDOWS.views_of(window)
        for view in vars(views).values():
            if isinstance(view, type) and issubclass(view, RecordWindow) and getattr(view, "window", None) is window:
                toolbar = actions.flat(view.toolbar)
                found += [window.url(f"{view.among}do", one.key) for one in toolbar if one.run and one.rows]
    of_records = [one for one in set(found) if issubclass(resolve(one).func.view_class, RecordWindow)]  # type: ignore[attr-defined]
    return sorted(of_records)  # a list of the same id has its own words for it


def test_a_command_without_a_record_is_refused_with_words(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    addresses = commands()
    assert "/sm204002/do/test/" in addresses
    for address in addresses:
        answer = client.post(address, {"confirmed": "1"})
        # 404: a command that the window offers for a record alone
        assert answer.status_code == 404 or (answer.status_code, "ids" in answer.content.decode()) == (400, True)
