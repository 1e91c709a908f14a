"""What a page's reader is told by each tag, in both languages."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from vigie.kernel.clock import clock
from vigie.web import timewords

NOW = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)  # 14:30 in Paris


def render(source: str, language: str = "en", **context: object) -> str:
    with clock.travel(NOW), translation.override(language):
        return Template("{% load vigie %}" + source).render(Context(context)).replace("\xa0", " ")


def text(html: str) -> str:
    """What is read: tags and drawings taken away."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("ok", "working"),
        ("at_risk", "at risk"),
        ("at-risk", "at risk"),
        ("down", "down"),
        ("maintenance", "maintenance"),
    ],
)
def test_a_status_says_its_word_beside_its_shape(state: str, word: str) -> None:
    html = render("{% status s %}", s=state)
    assert text(html) == word
    assert html.count("<svg") == 1


@pytest.mark.parametrize("state", ["", None, "nonsense"])
def test_what_is_not_known_is_never_shown_as_working(state: str | None) -> None:
    assert text(render("{% status s %}", s=state)) == "unknown"


def test_a_status_escapes_its_text() -> None:
    assert "<b>" not in render("{% status 'down' t %}", t="<b>x</b>")


def test_a_moment_is_absolute_relative_zoned_and_knows_utc() -> None:
    html = render("{% moment at %}", at=NOW - timedelta(minutes=85))
    assert text(html) == "13:05 CET · 1 h 25 ago"
    assert 'datetime="2026-11-22T12:05:00Z"' in html
    assert 'title="2026-11-22 12:05 UTC"' in html


def test_a_moment_of_another_day_names_it() -> None:
    assert text(render("{% moment at %}", at=NOW + timedelta(days=16))) == "Tue 8 Dec 14:30 CET · in 16 days"
    assert (
        text(render("{% moment at relative=False %}", at=NOW + timedelta(days=60)))
        == "Thu 21 Jan 2027 14:30 CET"
    )


def test_the_night_of_the_clock_change_is_told_apart_by_the_zone() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert text(render("{% moment at relative=False %}", at=first)).endswith("02:30 CEST")
    assert text(render("{% moment at relative=False %}", at=second)).endswith("02:30 CET")


def test_french_writes_times_its_own_way() -> None:
    assert render("{{ at|clocktime }}", "fr", at=NOW - timedelta(minutes=85)) == "13 h 05"
    assert timewords_day("fr", date(2026, 12, 1)) == "mar. 1er déc."


def timewords_day(language: str, day: date) -> str:
    with translation.override(language):
        return timewords.day(day, NOW).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("gap", "words", "kind"),
    [
        (timedelta(hours=3), "due in 3 h", "calm"),
        (timedelta(minutes=4, seconds=12), "due in 04:12", "soon"),
        (-timedelta(minutes=2, seconds=10), "overdue by 02:10", "over"),
        (-timedelta(days=5), "overdue by 5 days", "over"),
    ],
)
def test_a_countdown_changes_word_and_colour(gap: timedelta, words: str, kind: str) -> None:
    html = render("{% countdown due %}", due=NOW + gap)
    assert text(html) == words
    assert f"is-{kind}" in html


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=85), "1 h 25"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=52), "2 d 4 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=9, hours=5), "9 days"),
    ],
)
def test_a_span_has_the_two_units_that_matter(length: timedelta, words: str) -> None:
    assert render("{{ l|span }}", l=length) == words


def test_a_naive_time_is_refused_rather_than_guessed() -> None:
    with pytest.raises(ValueError, match="aware"):
        timewords.clocktime(datetime(2026, 11, 22, 13, 5))  # the fault under test


def test_a_person_comes_with_the_phone_to_call() -> None:
    html = render("{% person p %}", p=("A. Martin", "42 17"))
    assert 'href="tel:4217"' in html
    assert text(html) == "A. Martin ☎telephone 42 17"


def test_nobody_on_duty_is_said_with_a_mark() -> None:
    html = render("{% person p %}", p=None)
    assert text(html) == "nobody"
    assert "status-at-risk" in html


def test_a_delivery_says_what_came_through_and_what_did_not() -> None:
    channels = [
        {"label": "mails", "total": 34, "sent": 31, "pending": 2, "failed": 1},
        {"label": "site", "state": "sent"},
    ]
    assert text(render("{% delivery c %}", c=channels)) == "34 mails 31 2 on the way 1 failed · site sent"


def test_main_pages_have_keys() -> None:
    assert render("{{ '/desk'|gokey }} {{ '/outages/'|gokey }}{{ '/outages/7'|gokey }}") == "g d g o"
