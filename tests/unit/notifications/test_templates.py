"""Templates: placeholders filled safely, the rule of the welcome template, the shipped set in two languages."""

import pytest
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from mailroom.mime import addresses
from mailroom.records.notifications import render, standard
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.preferences import current
from mailroom.records.preferences.models import EmailPreferences


def template(**fields: str) -> NotificationTemplate:
    return NotificationTemplate(**({"notification_id": "T", "description": "T", "window_id": "SM201010"} | fields))


def test_blanks_inside_the_brackets_are_tolerated() -> None:
    filled = render.fill(template(body="((A)) ( (A) ) ( ( A ) )", subject="(( A ))"), {"A": "x"})
    assert (filled.html, filled.subject) == ("x x x", "x")


def test_values_are_escaped_in_the_body_and_plain_in_the_subject() -> None:
    values = {"A": "<b>&", "Link": mark_safe('<a href="/">go</a>')}
    filled = render.fill(template(body="((A)) ((Link))", subject="((A))"), values)
    assert filled.html == '&lt;b&gt;&amp; <a href="/">go</a>'
    assert filled.subject == "<b>&"


def test_line_breaks_cannot_enter_a_header() -> None:
    filled = render.fill(template(to="((A))", cc="((A))", subject="((A))"), {"A": "x\r\nBcc: thief@example.org\r\n"})
    assert filled.subject == "x Bcc: thief@example.org"
    assert filled.to == filled.cc == "x Bcc thief example.org"


@pytest.mark.parametrize(
    ("written", "value", "reached"),
    [
        ("((A))", "ola@example.org", ["ola@example.org"]),
        ("((A)), ((A))", "ola@example.org, per@example.org", ["ola@example.org", "per@example.org"] * 2),
        ("((A)) <kari@example.org>", "Hansen, thief@example.org", ["kari@example.org"]),
        ("((A)) <kari@example.org>", "thief@example.org, Kari", ["kari@example.org"]),
        ("((A)) <kari@example.org>", "thief@example.org", ["kari@example.org"]),
        ("((A)) <kari@example.org>", "a@thief.example, b@thief.example", ["kari@example.org"]),
        ('"((A))" <kari@example.org>', 'x" <thief@example.org>, "y', ["kari@example.org"]),
        ("kari@example.org, ((A))", "Hansen, thief@example.org", ["kari@example.org"]),
    ],
)
def test_a_name_among_the_addresses_brings_no_address_along(written: str, value: str, reached: list[str]) -> None:
    filled = render.fill(template(to=written), {"A": value})
    assert [one.address for one in addresses.parse(filled.to) if "@" in one.address] == reached


def test_a_name_without_a_value_is_empty_and_reported() -> None:
    filled = render.fill(template(body="((A.B))-((C))", subject="((C))"), {"C": "1"})
    assert (filled.html, filled.missing) == ("-1", ("A.B",))


@given(value=st.text(max_size=40), text=st.text("(( A))x.", max_size=30))
def test_no_value_breaks_a_header_or_opens_a_tag(value: str, text: str) -> None:
    filled = render.fill(template(body=text, subject=text), {"A": value})
    assert not set("\r\n\x00") & set(filled.subject)
    assert "<" not in filled.html


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("((Company)) ((Name)) ((Username)) ((Password))", ""),
        ("<p>( (Company) ) ((Other)) ((Name))</p> ((Username)) (( Password ))", ""),
        ("((Name)) ((Company)) ((Username)) ((Password))", "It has ((Name)), ((Company))"),
        ("((Company)) ((Name)) ((Username))", "Missing: ((Password))"),
        ("((Company)) ((Company)) ((Name)) ((Username)) ((Password))", "It has ((Company)), ((Company))"),
        ("", "Missing: ((Company)), ((Name)), ((Username)), ((Password))"),
    ],
)
def test_a_welcome_template_has_its_four_places_in_order(body: str, reason: str) -> None:
    problem = render.welcome_problem(body)
    assert reason in problem
    assert bool(problem) == bool(reason)


@pytest.mark.django_db
def test_the_standard_set_is_there_in_both_languages() -> None:
    shipped = NotificationTemplate.objects.filter(shipped=True)
    assert shipped.filter(locale="").count() == shipped.filter(locale="nb").count() == 12
    welcome = standard.find(standard.WELCOME)
    assert welcome is not None
    assert str(welcome) == "User welcome notification"
    assert render.welcome_problem(welcome.body) == ""
    assert render.welcome_problem(standard.in_language(welcome, "nb").body) == ""
    assert standard.in_language(welcome, "fr") == welcome


@pytest.mark.django_db
def test_shipping_again_changes_nothing_that_a_person_changed() -> None:
    NotificationTemplate.objects.filter(notification_id=standard.WELCOME, locale="").update(subject="Ours")
    NotificationTemplate.objects.filter(notification_id=standard.WELCOME, locale="nb").delete()
    standard.install()
    rows = NotificationTemplate.objects.filter(notification_id=standard.WELCOME).order_by("locale")
    assert [row.subject for row in rows] == ["Ours", "Velkommen til ((Company))"]


@pytest.mark.django_db
def test_new_preferences_name_the_shipped_templates() -> None:
    EmailPreferences.objects.all().delete()
    found = current.read()
    assert str(found.new_user_welcome_email_template) == "User welcome notification"
    assert str(found.password_recovery_email_template) == "Password recovery"
