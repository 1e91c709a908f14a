"""What Vigie writes into the log reads in the language of whoever reads it."""

import pytest
from django.utils import translation
from tests.support.cast import Cast

from vigie.outages import actions, queries
from vigie.outages.sayings import SENTENCES, log_text, sentence

VALUES = {
    "service": {"fr": "Stockage", "en": "Storage"},
    "effect": "down",
    "role": "contact",
    "before": "A",
    "after": "B",
    "name": "C",
    "who": "d@e",
    "error": "550",
    "n": 2,
    "alarms": "x; y",
}


def test_lines_of_one_log_read_in_two_languages(cast: Cast) -> None:
    with translation.override("fr"):
        outage = actions.declare_sudden(cast.amina, services={"storage": "down", "farm": "degraded"}).outage
        actions.restore(cast.amina, outage, "storage")
        actions.log_fact(cast.amina, outage, "Alimentation changée.")
        actions.false_alarm(cast.amina, outage, why="capteur")
    with translation.override("en"):
        english = [log_text(fact) for fact in queries.log(outage)]
    with translation.override("fr"):
        french = [log_text(fact) for fact in queries.log(outage)]
    assert f"{cast.storage.name_en} works again." in english
    assert "Alimentation changée." in english
    assert "False alarm: capteur" in english
    assert any(cast.storage.name_fr in line and "works" not in line for line in french)


@pytest.mark.parametrize("what", sorted(SENTENCES))
def test_every_sentence_takes_its_values_in_both_languages(what: str) -> None:
    for language in ("fr", "en"):
        with translation.override(language):
            text = sentence({"what": what, **VALUES})
        assert text
        assert "%(" not in text


def test_a_bundle_of_alarms_says_how_many_and_when_it_falls_silent() -> None:
    with translation.override("en"):
        said = {"what": "alarms", "n": 5, "alarms": "x", "more": 4, "last": True}
        assert sentence(said).startswith("5 alarms: x and 4 more\nMany alarms")
        assert sentence({"what": "alarms", "n": 1, "alarms": "x"}) == "Alarm: x"


def test_a_line_of_a_person_or_of_long_ago_stays_as_it_is(cast: Cast) -> None:
    outage = actions.declare_sudden(cast.amina, services={"storage": "down"}).outage
    fact = actions.log_fact(cast.amina, outage, "100 % of pools")
    assert log_text(fact) == "100 % of pools"
