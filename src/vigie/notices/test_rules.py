"""What stops a notice from leaving, and who gets it."""

from dataclasses import replace
from datetime import timedelta

from vigie.notices.rules import Kind, Problem, Recipient, folded, once_each, problems
from vigie.notices.test_golden import ENDED, NOW, ONE


def test_an_urgent_first_notice_owes_only_what_since_when_and_next_update():
    assert problems(Kind.ANNOUNCEMENT, ONE, {}, {}) == []
    bare = replace(ONE, services=(), next_update_by=None)
    assert [problem.code for problem in problems(Kind.ANNOUNCEMENT, bare, {}, {})] == [
        "what.missing",
        "next_update.missing",
    ]


def test_a_promise_that_has_passed_stops_it():
    late = NOW + timedelta(hours=3)
    assert problems(Kind.UPDATE, ONE, {}, {}, late) == [Problem("next_update.past", "next_update")]


def test_the_end_says_whether_data_was_lost_except_after_a_false_alarm():
    unknown = replace(ENDED, data_lost="unknown")
    assert problems(Kind.END, unknown, {}, {}) == [Problem("data.unanswered", "data")]
    assert problems(Kind.END, replace(unknown, false_alarm=True), {}, {}) == []


def test_both_languages_or_neither():
    only_french = {"fr": {"jobs": "Ils attendent."}, "en": {"jobs": "  "}}
    assert problems(Kind.UPDATE, ONE, only_french, {}) == [Problem("language.missing", "jobs", "en")]
    assert problems(Kind.UPDATE, ONE, {}, {"en": "Down.", "fr": ""}) == [
        Problem("language.missing", "flash", "fr")
    ]


def test_a_flash_of_201_characters_is_too_long_whatever_they_are():
    assert problems(Kind.UPDATE, ONE, {}, {"fr": "😀" * 200, "en": "x" * 200}) == []
    assert problems(Kind.UPDATE, ONE, {}, {"fr": "😀" * 201, "en": "x"}) == [
        Problem("flash.too_long", "flash", "fr")
    ]


def test_each_address_gets_it_once_with_every_reason():
    rows = [
        Recipient("A@x.test", "A", "fr", why=("Orion",)),
        Recipient("a@X.test ", "A again", "en", why=("Lyra",)),
        Recipient("", "nobody", "fr"),
    ]
    assert [(row.language, row.why) for row in once_each(rows)] == [("fr", ("Orion", "Lyra"))]


def test_search_looks_past_case_and_accents():
    assert folded("  Ferme  À l’ARRÊT ") == "ferme a l’arret"
