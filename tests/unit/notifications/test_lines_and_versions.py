"""Detail lines and tests in templates, values as each language writes them, places of errors, and earlier versions."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from mailroom.base import clock
from mailroom.mime import bodies
from mailroom.records.crm.models import BusinessAccount, BusinessDocument, Case, DocumentLine
from mailroom.records.notifications import checking, language, render, saving, sources, versions
from mailroom.records.notifications.models import NotificationTemplate
from mailroom.records.organisation.models import User
from tests.factories import relations

ROWS = [{"Item": "A<b>", "Amount": Decimal("1500.5")}, {"Item": "B", "Amount": Decimal(2)}]


def template(**fields: str) -> NotificationTemplate:
    return NotificationTemplate(**({"description": "T", "window_id": "CR309000", "body": "x"} | fields))


def made(body: str, locale: str = "", **values: Any) -> str:
    return render.fill(template(body=body, locale=locale), values).html


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<foreach view="Lines"><p>((Item))</p></foreach>', "<p>A&lt;b&gt;</p><p>B</p>"),
        (
            '<ul><li data-foreach-view="Lines">((Lines.Item)) ((Nbr))</li></ul>',
            "<ul><li>A&lt;b&gt; 7</li><li>B 7</li></ul>",
        ),
        ('<p data-foreach-view="Lines" data-if="Amount > 100">((Item))</p>', "<p>A&lt;b&gt;</p>"),
        (
            '<div data-foreach-view="Lines"><div>((Item))</div></div>',
            "<div><div>A&lt;b&gt;</div></div><div><div>B</div></div>",
        ),
        ('<if test="not Lines">none</if><if test="Nbr = 7">seven</if>', "seven"),
        ('<foreach view="Nothing">x</foreach>((Lines.Item))', "A&lt;b&gt;"),
    ],
)
def test_lines_are_repeated_and_tests_decide(body: str, expected: str) -> None:
    assert made(body, Lines=ROWS, Nbr=7) == expected


def test_rows_of_a_table_are_repeated_where_they_stand_after_cleaning() -> None:
    written = '<table><tr><th>Item</th></tr><foreach view="Lines"><tr><td>((Item))</td></tr></foreach></table>'
    html = made(bodies.sanitise_html(language.with_tables(written)), Lines=ROWS)
    assert html.index("<table>") < html.index("A&lt;b&gt;") < html.index("<td>B</td>") < html.index("</table>")


def test_views_inside_of_views_without_end_cost_no_more_than_some_levels() -> None:
    deep = '<foreach view="A"><tr>' * 3_000 + "</tr></foreach>" * 3_000
    assert language.with_tables(deep).count("data-foreach-view") == language.DEEPEST


@pytest.mark.parametrize(
    ("locale", "expected"), [("en", "1,500.5 24 November 2026 Yes"), ("nb", "1\u00a0500,5 24. november 2026 Ja")]
)
def test_values_follow_the_language(locale: str, expected: str) -> None:
    html = made("((A)) ((B)) ((C))", locale, A=Decimal("1500.5"), B=dt.date(2026, 11, 24), C=True)
    assert html.replace("Nov. 24, 2026", "24 November 2026") == expected


def test_a_value_never_makes_an_address_that_runs() -> None:
    html = made('<a href="((A))">x</a><a href="((B))">y</a>', A=" java\tscript:alert(1)", B="https://example.org/")
    assert html == '<a href="">x</a><a href="https://example.org/">y</a>'


def test_lines_without_end_are_refused_and_not_sent() -> None:
    rows = [{"Text": "x" * 10_000}] * 400
    with pytest.raises(render.TooLong):
        made('<foreach view="Lines"><foreach view="More">((Text))</foreach></foreach>', Lines=rows, More=rows)


@pytest.mark.django_db
def test_a_document_gives_its_lines_and_its_total() -> None:
    account = BusinessAccount.objects.create(account_id="1", name="Fjellbekk")
    document = BusinessDocument.objects.create(
        type="sales_invoice", number="9", business_account=account, currency="NOK"
    )
    for position, amount in ((1, "950.00"), (2, "50.50")):
        DocumentLine.objects.create(document=document, position=position, item=f"I{position}", amount=Decimal(amount))
    row = '<tr data-foreach-view="Lines"><td>((InventoryID))</td></tr>'
    body = f"<table><tbody>{row}</tbody></table>((Currency)) ((Total))"
    filled = render.fill(
        template(body=body, subject="((CustomerFullName)) ((RefNbr))"), sources.values("CR309000", document)
    )
    assert (filled.subject, filled.missing) == ("Fjellbekk 9", ())
    assert "<tr><td>I1</td></tr><tr><td>I2</td></tr>" in filled.html
    assert filled.html.endswith("NOK 1,000.50")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "line", "words"),
    [
        ({"body": "<p>One</p><p>Two ((Totl))</p>"}, 2, "((Totl)) has no value here. Did you mean ((Total))?"),
        ({"body": "<p>((Total)</p>"}, 1, "not closed"),
        ({"body": '<foreach view="Line">x</foreach>'}, 1, "There are: Lines."),
        ({"body": '<foreach view="Lines"><p>((Amuont))</p></foreach>'}, 1, "((Amount))"),
        ({"body": '<if test="Total >">x</if>'}, 1, "is no test"),
        ({"subject": "((RefNr))"}, 1, "((RefNbr))"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(fields: dict[str, str], line: int, words: str) -> None:
    (problem,) = checking.of_placeholders(template(**fields))
    assert problem.line == line
    assert words in str(problem)
    with pytest.raises(saving.Invalid) as refused:
        saving.save(template(**fields), None, clock.now())
    assert set(refused.value.errors) == set(fields)


@pytest.mark.django_db
def test_every_source_gives_a_value_to_each_of_its_names(administrator: User) -> None:
    Case.objects.create(case_id="C-1", subject="S", created_at=clock.now())
    assert sources.of_window("CR306000") is not None
    for source in sources.SOURCES.values():
        record = source.rows(administrator).first()
        if record is not None:
            values = sources.values(source.window_id, record, Company="C", Url="U", Time="T")
            assert all(name in values for name in (place.name for place in source.places))
            assert all(sources.lines(view, record) is not None for view in source.views)


@pytest.mark.django_db
def test_a_notice_of_a_case_tells_nothing_of_personal_accounts_nor_of_what_has_not_gone_out(agent: User) -> None:
    """Whoever may edit a template, or gets a mail of it, reads no more than the record's own conversation."""
    case = Case.objects.create(case_id="C-1", subject="S", created_at=clock.now())
    related = {"related_entity_type": "case", "related_entity_id": case.pk}
    shared = relations.account()
    own = relations.account(email_account_id="OWN", email_address="own@mailroom.test", personal_owner=agent)
    relations.mail(clock.now(), 3, "Asked.", account=shared, preview="Asked.", **related)
    relations.mail(clock.now(), 2, "Sent.", account=shared, direction="outgoing", box="sent", **related)
    for status in ("draft", "canceled", "failed", "pending"):
        relations.mail(clock.now(), 1, status, account=shared, direction="outgoing", status=status, **related)
    relations.mail(clock.now(), 0, "Confided.", account=own, preview="Confided.", **related)
    relations.mail(clock.now(), 0, "Deleted.", account=shared, preview="Deleted.", status="deleted", **related)
    body = '((Case.LastEmail.Preview))<foreach view="Activities"><p>((Body))</p></foreach>'
    filled = render.fill(template(body=body, window_id="CR306000"), sources.values("CR306000", case))
    assert filled.html == "Asked.<p>Sent.</p><p>Asked.</p>"


@pytest.mark.django_db
def test_each_save_keeps_a_version_that_can_be_put_back(administrator: User) -> None:
    text = template(description="Order", body="<p>First</p>")
    saving.save(text, administrator, clock.now())
    text.body = "<p>Second</p>"
    saving.save(text, administrator, clock.now())
    saving.save(text, administrator, clock.now())
    newest, first = text.versions.all()
    assert (newest.values["body"], first.values["body"]) == ("<p>Second</p>", "<p>First</p>")
    assert [(one.sign, one.text) for one in versions.changes(first)] == [("-", "First"), ("+", "Second")]
    saving.save(versions.put_back(first), administrator, clock.now())
    text.refresh_from_db()
    assert (text.body, text.versions.count()) == ("<p>First</p>", 3)


@pytest.mark.django_db
def test_the_first_change_of_a_shipped_text_keeps_the_shipped_one(administrator: User) -> None:
    text = NotificationTemplate.objects.get(notification_id="CASECREATED", locale="")
    shipped = text.body
    text.body = "<p>Ours</p>"
    saving.save(text, administrator, clock.now())
    assert [one.saved_at is None for one in text.versions.all()] == [False, True]
    assert text.versions.last().values["body"] == shipped  # type: ignore[union-attr]  # it has two
