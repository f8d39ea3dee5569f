"""What Search finds, on both databases alike."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.records.emails import search
from mailroom.records.emails.models import Email, SearchDocument, Status
from mailroom.records.emails.search import clauses, finding, postgresql, query, vocabulary, words
from mailroom.records.organisation.models import Employee
from tests.factories import emails
from tests.unit.search import oracle

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
pytestmark = pytest.mark.django_db


def found(text: str) -> set[int]:
    return set(search.find(Email.objects.all(), text, NOW, OSLO).rows.values_list("pk", flat=True))


@pytest.fixture
def one() -> Email:
    return emails.make(
        "Søknad om fraværsdager",
        "Kjære Åse, straße og café. Vedlagt følger rapporten for tredje kvartal.",
        sender=("Kari Nordmann", "kari.nordmann@fjord-invest.example"),
        to=[("Support", "support@mailroom.test")],
        cc=[("", "ola@elsewhere.example")],
        files=["Årsrapport 2026.pdf"],
    )


@pytest.mark.parametrize(
    "text",
    [
        "søknad",
        "soknad",
        "SØKNAD",
        "fraværsdager",
        "fravaersdager",
        "ase",
        "strasse",
        "cafe",
        "café",
        "årsrapport",
        "arsrapport pdf",
        '"tredje kvartal"',
        "kvart*",
        "nordmann",
        "ordman",
        "invest",
        "fjord-invest.example",
        "kari.nordmann@fjord-invest.example",
        "nordmann@fjord",
        "from:kari",
        "from:ordmann@fjord",
        'from:"kari nordmann"',
        "to:support",
        "cc:ola",
        "subject:søknad",
        'subject:"soknad om"',
        "has:attachment",
        "status:processed",
        "status:proc",
        "account:sales",
        "after:2026-11-24 before:2026-11-25",
        "after:1.1.2026",
        "after:today",
        "-faktura",
        "søknad -faktura",
        "-from:ola",
    ],
)
def test_the_mail_is_found_by_what_it_bears(one: Email, text: str) -> None:
    assert found(text) == {one.pk}


@pytest.mark.parametrize(
    "text",
    [
        "søk",
        '"kvartal tredje"',
        '"fraværsdager kjære"',
        "subject:kvartal",
        "to:kari",
        "from:support",
        "bcc:ola",
        "-has:attachment",
        "status:failed",
        "status:nothing-like-it",
        "account:billing",
        "owner:kari",
        "before:2026-11-24",
        "after:2026-11-25",
        "søknad -kvartal",
        "-from:kari",
        'from:"ordmann"',
    ],
)
def test_the_mail_is_not_found_by_what_it_lacks(one: Email, text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize("text", ["nordman", "nordmnan", "from:nordmamn", "fjrod", "from:karri@fjord"])
def test_a_typing_error_in_an_address_is_forgiven_and_told(one: Email, text: str) -> None:
    answer = search.find(Email.objects.all(), text, NOW, OSLO)
    assert set(answer.rows.values_list("pk", flat=True)) == {one.pk}
    assert answer.guessed or text == "nordman"


def test_a_typing_error_is_not_assumed_where_the_words_are_found(one: Email) -> None:
    emails.make("Contract", "the contact is here", sender=("", "contract@x.example"))
    near = emails.make("Contact", "", sender=("", "contact@x.example"))
    assert near.pk not in found("contract")


@pytest.mark.parametrize(
    "text",
    ['"', "-", "*", "()", "AND", "NOT OR", "a:b:c", "from:", "before:never", "' OR 1=1 --", "\x00", "\ud800", "🙂",
     ":*", "§s", "NEAR(a b)", "^x", "-" * 500, '"' * 500, "x " * 900, "before:9999999d", "after:0000", "status:\"",
     "a" * 5000,
     "%", "_", "\\", "has:", "owner:'", "'':*&!|<->()", "١٢٣", "<->", "İ", "before:31.02.2026", "after:1.1.0001"],
)  # fmt: skip
def test_nonsense_is_answered_and_never_an_error(one: Email, text: str) -> None:
    found(text)


@given(text=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_query(one: Email, text: str) -> None:
    found(text)


def test_a_word_in_two_scripts_without_blanks_is_found_by_its_signs() -> None:
    mail = emails.make("会議の議事録", "")
    assert found("議事録") == {mail.pk}
    assert found("録事議") == set()


def test_a_word_repeated_a_thousand_times_is_indexed_like_any_other() -> None:
    mail = emails.make("again", "again " * 1000 + "last words " + "tail " * 20000)
    assert found('"last words"') == {mail.pk}
    assert found("tail") == {mail.pk}


def test_conditions_name_owners_and_accounts_by_part(one: Email) -> None:
    owner = Employee.objects.create(employee_id="E7", name="Åse Sørli")
    mine = emails.make("x", owner=owner, account=emails.some_account("BILLING"), status=Status.FAILED)
    assert found("owner:ase") == {mine.pk}
    assert found("owner:none") == {one.pk}
    assert found("account:bill") == found("status:failed") == found("-account:sales") == {mine.pk}


def test_days_are_those_of_the_persons_zone() -> None:
    late = emails.make("late", date=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))  # 2 March in Oslo
    assert found("late after:2026-03-02") == {late.pk}
    assert found("late before:2026-03-02") == set()
    assert found("late after:2026-03 before:2026-04") == {late.pk}


def test_a_changed_mail_is_found_by_its_new_words_alone(one: Email) -> None:
    Email.objects.filter(pk=one.pk).update(subject="Reisebrev", date=NOW - timedelta(days=400))
    search.index([one.pk])
    assert found("reisebrev") == {one.pk}
    assert found("soknad") == set()


def test_the_index_forgets_a_deleted_mail(one: Email) -> None:
    Email.objects.filter(pk=one.pk).delete()
    assert found("soknad") == set()
    assert SearchDocument.objects.count() == 0
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM emails_search").fetchone()[0] == 0


def test_rebuilding_finds_the_same_again_and_what_was_never_indexed(one: Email) -> None:
    other = emails.make("Never indexed", "nordlys", indexed=False)
    assert found("nordlys") == set()
    assert search.index_missing() == 1
    assert found("nordlys") == {other.pk}
    assert search.rebuild() == 2
    assert found("soknad") == {one.pk}
    assert found("ordman") == {one.pk}


def test_older_hits_are_reached_in_steps_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [emails.make("common", age=timedelta(hours=hour)).pk for hour in range(12)]
    monkeypatch.setattr(finding, "STEPS", (finding.Step(5, 6_000),))
    monkeypatch.setattr(finding, "FURTHER", finding.STEPS)
    seen: list[int] = []
    below = None
    for _step in range(3):
        step = search.find(Email.objects.all(), "common", NOW, OSLO, below)
        seen += step.rows.order_by("-date").values_list("pk", flat=True)
        below = step.older
    assert seen == made
    assert below is None


def test_an_index_read_mail_by_mail_stops_after_a_number_of_them_and_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = [emails.make("common", age=timedelta(hours=10 * hour)).pk for hour in range(4)]
    for hour in range(40):
        emails.make("other", age=timedelta(hours=hour))
    monkeypatch.setattr(postgresql, "_rare", lambda cursor, clauses: False)
    monkeypatch.setattr(finding, "STEPS", (finding.Step(5, 9),))
    monkeypatch.setattr(finding, "FURTHER", finding.STEPS)
    seen: list[int] = []
    below = None
    for _step in range(6):
        step = search.find(Email.objects.all(), "common", NOW, OSLO, below)
        seen += step.rows.order_by("-date").values_list("pk", flat=True)
        below = step.older
        if below is None:
            break
    assert seen == wanted
    assert below is None


def test_rare_words_are_told_from_common_ones_by_the_databases_own_count() -> None:
    if connection.vendor != "postgresql":
        return  # SQLite reads lists of words alone, whatever they are
    for number in range(250):
        emails.make("common" if number else "common seldom")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE emails_searchdocument")
        assert not postgresql._rare(cursor, clauses.of(query.read("common", NOW, OSLO).terms, vocabulary.holding))
        assert postgresql._rare(cursor, clauses.of(query.read('"seldom"', NOW, OSLO).terms, vocabulary.holding))


def test_where_rights_leave_few_of_the_newest_hits_older_ones_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    billing = emails.some_account("BILLING")
    old = emails.make("common", age=timedelta(days=9), account=billing)
    for _number in range(6):
        emails.make("common")
    monkeypatch.setattr(finding, "STEPS", (finding.Step(3, 6_000), finding.Step(6, 6_000)))
    answer = search.find(Email.objects.filter(account=billing), "common", NOW, OSLO)
    assert list(answer.rows) == [old]


@pytest.fixture
def world() -> list[oracle.Known]:
    return [oracle.Known(emails.make(**mail.fields()).pk, mail) for mail in oracle.MAILS]  # type: ignore[arg-type]


@given(text=oracle.queries())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_queries_find_what_a_plain_reading_of_every_mail_finds(world: list[oracle.Known], text: str) -> None:
    assert found(text) == oracle.found(text, world)


def test_folding_is_the_same_twice_and_leaves_ascii_letters() -> None:
    fold: Callable[[str], str] = words.fold
    for text in ("Ærlig Øl på Ås", "STRASSE straße", "İstanbul \u0131\u011fd\u0131r", "ﬁne", "cafe\u0301"):
        assert fold(fold(text)) == fold(text)
        assert fold(text).isascii()
