"""Whatever the facts, a notice stays short, true, complete and harmless."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from vigie.lib.fittext import fit
from vigie.notices.rules import (
    FLASH_LIMIT,
    FREE_SECTIONS,
    LANGUAGES,
    TITLE_LIMIT,
    DataLost,
    Effect,
    Facts,
    Kind,
    ServiceFact,
)
from vigie.notices.test_golden import ENDED, FARM, NOON, NOW, ONE, SITE, STORAGE, THREE
from vigie.notices.texts import Rendered, clock_time, moment, render, when
from vigie.notices.texts.times import window

LINK = "https://status.centre.example/en/status/7.html"
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)
ANY = st.text(st.characters(), max_size=300)


@st.composite
def services(draw: st.DrawFn) -> ServiceFact:
    return ServiceFact(
        code="x",
        name_fr=draw(NAMES),
        name_en=draw(NAMES),
        plain_fr=draw(NAMES),
        plain_en=draw(NAMES),
        effect=draw(st.sampled_from(Effect)),
        starts_at=draw(TIMES),
        ends_at=draw(st.none() | TIMES),
        restored_at=draw(st.none() | TIMES),
    )


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    return Facts(
        sudden=True,
        state=draw(st.sampled_from(["announced", "ongoing", "ended", "cancelled"])),
        services=tuple(draw(st.lists(services(), min_size=1, max_size=9))),
        starts_at=draw(TIMES),
        ended_at=draw(TIMES),
        next_update_by=draw(st.none() | TIMES),
        reopened=draw(st.booleans()),
        reopened_at=draw(st.none() | TIMES),
        false_alarm=draw(st.booleans()),
        data_lost=draw(st.sampled_from(DataLost)),
        experiments=tuple(draw(st.lists(NAMES, max_size=4))),
    )


def shown(kind: str, facts: Facts, language: str = "en", now: datetime = NOW, **words: str) -> Rendered:
    return render(
        kind, facts, language=language, paragraphs={language: words}, flashes={}, link=LINK, now=now
    )


@given(some_facts(), st.sampled_from(Kind), st.sampled_from(LANGUAGES))
def test_title_and_flash_are_short_and_on_one_line(facts: Facts, kind: Kind, language: str):
    made = shown(kind, facts, language)
    assert 0 < len(made.title) <= TITLE_LIMIT
    assert 0 < len(made.flash) <= FLASH_LIMIT
    assert len(made.mail_subject.splitlines()) == 1


@given(some_facts(), st.sampled_from(Kind), st.sampled_from(LANGUAGES))
def test_every_mail_says_when_the_next_word_comes_and_where_to_look(facts: Facts, kind: Kind, language: str):
    made = shown(kind, facts, language)
    assert LINK in made.mail_text
    assert LINK in made.mail_html
    if facts.next_update_by and facts.state in {"ongoing", "announced"}:
        with translation.override(language):
            promised = moment(facts.next_update_by)
        assert promised in made.mail_text
        assert promised in unescape(made.mail_html)


@given(ANY, st.sampled_from(FREE_SECTIONS))
def test_free_words_reach_the_reader_and_never_become_markup(text: str, section: str):
    words = fit(text)
    made = shown(Kind.UPDATE, ONE, **{section: f"<script>alert(1)</script>|{words}"})
    assert "<script>" not in made.mail_html
    assert "<script>alert(1)</script>|" in made.mail_text
    made.mail_html.encode()


def test_names_from_the_catalogue_are_escaped_too():
    bad = replace(STORAGE, name_en='<img src=x onerror="alert(1)">', plain_en="<b>files</b>")
    made = shown(Kind.UPDATE, replace(ONE, services=(bad,), contact="<i>me</i>", experiments=("<u>",)))
    assert "<img" not in made.mail_html
    assert "<b>files" not in made.mail_html
    assert "<i>me" not in made.mail_html
    assert "<u>" not in made.mail_html


@pytest.mark.parametrize("n", [5, 40])
def test_many_services_are_counted_and_nothing_false_is_said(n: int):
    many = tuple(
        replace(FARM, name_fr=f"Grand service de calcul n° {i}", name_en=f"Large computing service {i}")
        for i in range(n)
    )
    facts = replace(ONE, services=(STORAGE, *many))
    title = shown(Kind.UPDATE, facts).title
    assert title.startswith("dCache storage: down since 13:05")
    assert title.count("down") == 1  # the others are slow, not down
    french = shown(Kind.UPDATE, facts, "fr")
    assert "Stockage dCache\u00a0: à l’arrêt" in french.title
    assert f"{n} autres services perturbés" in french.flash or f"et {n - 1} autres services" in french.flash


def test_in_staged_recovery_nobody_reads_that_a_working_service_is_down():
    back = replace(STORAGE, restored_at=NOON + timedelta(hours=1))
    made = shown(Kind.UPDATE, replace(THREE, services=(back, FARM, SITE)))
    assert made.title.startswith("Batch farm: slow or unreliable since 13:07")
    assert "dCache storage: working again" in made.title
    assert "You can’t use" not in made.mail_text


@translation.override("en")
def test_a_bare_clock_time_stands_only_for_today():
    assert when(NOON, NOON) == "13:05"
    assert when(NOON, NOON + timedelta(days=1)) == "Sunday 22\u00a0November at 13:05"
    assert when(NOON, NOON + timedelta(days=60)).endswith("November 2026 at 13:05")


@translation.override("en")
def test_the_hour_that_comes_twice_names_its_offset():
    first, second = (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    assert (clock_time(first), clock_time(second)) == ("02:30\u00a0CEST", "02:30\u00a0CET")
    assert clock_time(second + timedelta(hours=1)) == "03:30"
    assert window(first, second).count("02:30") == 2
    assert "CEST" in window(first, second)
    assert "CET)" in window(first, second)


def test_french_times_are_written_as_french_is():
    with translation.override("fr"):
        assert moment(datetime(2026, 11, 1, 8, 5, tzinfo=UTC)) == (
            "dimanche 1er\u00a0novembre 2026 à 9\u00a0h\u00a005 (heure de Paris, CET)"
        )
        one_day = window(datetime(2026, 12, 8, 7, tzinfo=UTC), datetime(2026, 12, 8, 17, tzinfo=UTC))
    assert (
        one_day == "mardi 8\u00a0décembre 2026 de 8\u00a0h\u00a000 à 18\u00a0h\u00a000 (heure de Paris, CET)"
    )


def test_french_never_bends_to_the_gender_of_a_service():
    feminine = replace(STORAGE, name_fr="Messagerie", plain_fr="la messagerie")
    masculine = replace(STORAGE, name_fr="Réseau", plain_fr="le réseau")
    one, other = (
        shown(Kind.UPDATE, replace(ONE, services=(service,)), "fr").mail_text
        for service in (feminine, masculine)
    )
    assert one.replace("Messagerie", "X").replace("La messagerie", "x") == other.replace(
        "Réseau", "X"
    ).replace("Le réseau", "x")


def test_the_writer_s_words_replace_a_stand_in_and_follow_a_fact():
    made = shown(Kind.UPDATE, ONE, jobs="Your jobs wait.", what="A power supply failed.")
    assert "don’t know yet" not in made.mail_text
    assert made.mail_text.index("down since Sunday") < made.mail_text.index("A power supply failed.")


def test_the_end_says_whether_data_was_lost():
    assert "No data was lost" in shown(Kind.END, ENDED).flash
    lost = shown(Kind.END, replace(ENDED, data_lost=DataLost.YES))
    assert "Some data was lost" in lost.flash
    assert "Some data was lost" in lost.mail_text


def test_both_languages_give_the_same_moments():
    english, french = (shown(Kind.ANNOUNCEMENT, THREE, language).mail_text for language in ("en", "fr"))
    for hour, minute in ((13, 5), (13, 7), (13, 45)):
        assert english.count(f"{hour}:{minute:02d}") == french.count(f"{hour}\u00a0h\u00a0{minute:02d}")


def test_rendered_notices_survive_their_freezing():
    made = shown(Kind.UPDATE, THREE)
    assert Rendered.from_json(made.to_json()) == made
    assert Facts.from_json(THREE.to_json()) == THREE
    assert Facts.from_json(THREE.to_json() | {"of_tomorrow": 1}) == THREE
