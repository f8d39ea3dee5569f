"""The settings of an installation: typed, listed, and a misspelt name stops the start."""

import pytest

from mailroom.settings import database, environment


def test_an_unknown_name_stops_the_start_and_names_the_nearest() -> None:
    with pytest.raises(environment.SettingsError, match="MAILROOM_DATABASE_URL"):
        environment.refuse_unknown_names({"MAILROOM_DATBASE_URL": "x"})


def test_other_peoples_names_are_left_alone() -> None:
    environment.refuse_unknown_names({"PATH": "/bin", "MAILROOM_PORT": "8000"})


def test_a_value_of_the_wrong_type_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILROOM_PORT", "many")
    with pytest.raises(environment.SettingsError, match="MAILROOM_PORT"):
        environment.read()


def test_every_setting_has_a_sentence() -> None:
    assert all(field.description for field in environment.Environment.model_fields.values())


def test_a_postgresql_url_is_read_whole() -> None:
    made = database.databases("postgresql://kari:p%40ss@db.example:5433/post", environment.Environment().data)[
        "default"
    ]
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "kari",
        "p@ss",
        "db.example",
        "5433",
        "post",
    )


def test_what_a_postgresql_url_says_of_the_connection_is_kept() -> None:
    url = "postgresql://kari@/post?host=/run/postgresql&port=5433&sslmode=verify-full&sslrootcert=/etc/ca.pem"
    made = database.databases(url, environment.Environment().data)["default"]
    assert (made["HOST"], made["PORT"]) == ("/run/postgresql", "5433")
    assert made["OPTIONS"].pop("options") == database.AS_PAGES_WANT
    assert made["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}
    chosen = database.databases(url + "&options=-cjit%3Don", environment.Environment().data)["default"]
    assert chosen["OPTIONS"]["options"] == "-cjit=on"


def test_another_database_is_refused_with_what_to_do() -> None:
    with pytest.raises(environment.SettingsError, match="postgresql"):
        database.databases("mysql://x/y", environment.Environment().data)
