"""A null character is in no record's address, and counts as not typed in a search; on either database."""

import pytest
from django.test import Client

from mailroom.records.organisation.models import User


@pytest.mark.parametrize(
    "address", ["/cr308000/%00/", "/cr308000/%00/preview/", "/sm201010/%00/", "/setup/servers/%00/"]
)
def test_there_is_no_such_page(client: Client, administrator: User, address: str) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/co409000/?q=a%00b",
        "/co409000/?filter=%00",
        "/cr302000/?q=%00",
        "/sm205530/?q=%00",
        "/lookup/contacts/?q=%00",
        "/palette/?q=a%00b",
    ],
)
def test_a_search_goes_by_the_rest_of_what_was_typed(client: Client, administrator: User, address: str) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    page = client.get(address)
    assert page.status_code == 200
    assert b"%00" not in page.content
