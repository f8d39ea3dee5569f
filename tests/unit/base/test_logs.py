"""What log lines never hold."""

import pytest

from mailroom.base import logs


@pytest.mark.parametrize("path", ["/login/link/abc-DEF_123/", "/portal/link/abc-DEF_123/?next=/"])
def test_the_token_of_a_sign_in_link_is_hidden(path: str) -> None:
    told = logs.hide_secrets(None, "", {"event": f"Forbidden: {path}", "path": path})
    assert "abc-DEF_123" not in str(told)
    assert told["path"].endswith("/link/(hidden)" + path.partition("123")[2])
