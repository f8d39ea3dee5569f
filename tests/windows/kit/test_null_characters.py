"""An address with a null character is that of no page, on either database."""

import pytest
from django.test import Client

from mailroom.records.organisation.models import User


@pytest.mark.parametrize(
    "address",
    [
        "/co409000/?q=a%00b",
        "/co409000/?filter=%00",
        "/cr308000/%00/",
        "/cr308000/%00/preview/",
        "/cr302000/?q=%00",
        "/sm201010/%00/",
        "/sm205530/?q=%00",
        "/lookup/contacts/?q=%00",
        "/palette/?q=a%00b",
        "/setup/servers/%00/",
    ],
)
def test_there_is_no_such_page(client: Client, administrator: User, address: str) -> None:
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 404
