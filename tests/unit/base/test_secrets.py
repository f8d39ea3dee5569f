"""Secrets at rest: sealed with the key file, and absent from every log line."""

import json
import logging
import stat
from pathlib import Path

import pytest
import structlog
from cryptography.fernet import Fernet

from mailroom.base import logs, secrets


def test_a_sealed_secret_opens_with_the_same_key_file_alone(tmp_path: Path) -> None:
    keys = secrets.read_or_create(tmp_path / "key")
    sealed = keys.seal("hemmelig æøå")
    assert "hemmelig" not in sealed
    assert secrets.read_or_create(tmp_path / "key").unseal(sealed) == "hemmelig æøå"
    with pytest.raises(secrets.KeyFileError):
        secrets.read_or_create(tmp_path / "other" / "key").unseal(sealed)


def test_the_key_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    secrets.read_or_create(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_new_first_line_rotates_the_key_and_keeps_old_secrets_and_derived_keys(tmp_path: Path) -> None:
    path = tmp_path / "key"
    before = secrets.read_or_create(path)
    sealed, derived = before.seal("old"), before.derive("django")
    path.write_bytes(Fernet.generate_key() + b"\n" + path.read_bytes())
    after = secrets.read_or_create(path)
    assert after.unseal(sealed) == "old"
    assert after.derive("django") == derived


@pytest.mark.parametrize("content", [b"", b"\n", b"not a key\n"])
def test_a_damaged_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(secrets.KeyFileError, match="key"):
        secrets.read_or_create(tmp_path / "key")


def test_no_secret_reaches_a_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    try:
        structlog.get_logger("test").info(
            "sign in", password="p4ss", settings={"outgoing_password": "w0rd"}, user="kari"
        )
        logging.getLogger("test").info("from the standard library")
        first, second = capsys.readouterr().err.strip().splitlines()[-2:]
    finally:
        logs.configure("text")
    assert "p4ss" not in first
    assert "w0rd" not in first
    assert json.loads(first)["user"] == "kari"
    assert json.loads(second)["event"] == "from the standard library"


def test_a_log_line_takes_any_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    """T20: every log field accepts any bytes."""
    logs.configure("text")
    structlog.get_logger("test").warning("odd reply", reply=b"\xff\x00 550", text="\udcff")
    assert "550" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_in_the_log_shows_no_values_of_variables(capsys: pytest.CaptureFixture[str], form: str) -> None:
    def sign_in(password: str) -> None:
        raise OSError(f"refused after {len(password)} letters")

    logs.configure(form)
    try:
        sign_in("".join(("p4ss", "w0rd")))
    except OSError:
        structlog.get_logger("test").exception("failed")
    finally:
        logs.configure("text")
    written = capsys.readouterr().err
    assert "refused after 8 letters" in written
    assert "p4ssw0rd" not in written


def test_a_new_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    secrets.read_or_create(tmp_path / "data" / "key")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
