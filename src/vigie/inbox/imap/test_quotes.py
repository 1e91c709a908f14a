"""Quotes: what goes, and above all what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.inbox.imap.html import html_to_text
from vigie.inbox.imap.quotes import own_words

MINE = "Bonjour,\n\nJusqu’à quand, s’il vous plaît ?\nAda"
QUOTED = "> Le stockage est arrêté.\n>\n> Reprise à 17 h 30."
BARE = "Le stockage est arrêté.\n\nReprise à 17 h 30."

ATTRIBUTIONS = [
    "Le dim. 22 nov. 2026 à 14:30, Vigie <desk@centre.test> a écrit :",
    "Le dim. 22 nov. 2026 à 14:30, Vigie <desk@centre.test> a écrit\u00a0:",
    "Le dim. 22 nov. 2026 à 14:30, Vigie <desk@centre.test> a\nécrit :",
    "Le 22/11/2026 à 14:30, Vigie a écrit\u202f:",
    "Le 22 novembre 2026 14:30:12 GMT+01:00, Vigie <desk@centre.test> a écrit :",
    "Le 2026-11-22 14:30, Vigie a écrit :",
    "Le Dimanche, Novembre 22, 2026 14:30 CET, Vigie <desk@centre.test> a écrit:",
    "On Sun, 22 Nov 2026 at 14:30, Vigie <desk@centre.test> wrote:",
    "On Sun, 22 Nov 2026 at 14:30, The operations desk of the centre\n<desk@centre.test> wrote:",
    "On Nov 22, 2026, at 14:30, Vigie <desk@centre.test> wrote:",
    "On 22/11/2026 14:30, Vigie wrote:",
]
SEPARATORS = [
    "-----Original Message-----\nFrom: Vigie <desk@centre.test>",
    "-----Message d'origine-----\nDe : Vigie",
    "-----Message d’origine-----\nDe : Vigie",
    '----- Mail original -----\nDe: "Vigie" <desk@centre.test>',
    "-------- Message original --------\nDe : Vigie",
    "________________________________\nFrom: Vigie <desk@centre.test>\nSent: Sunday, 22 November 2026 14:30\nTo: Ada\nSubject: Outage",
    "________________________________\nDe : Vigie <desk@centre.test>\nEnvoyé : dimanche 22 novembre 2026 14:30\nÀ : Ada\nObjet : Arrêt",
    "De\u00a0: Vigie\nEnvoyé\u00a0: dimanche 22 novembre 2026 14:30\nÀ\u00a0: Ada; Jean\nCc\u00a0: Support\nObjet\u00a0: Arrêt",
    "*From:* Vigie\n*Date:* Sunday\n*To:* Ada\n*Subject:* Outage",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_the_answer_above_a_quote_is_kept_alone(attribution: str) -> None:
    assert own_words(f"{MINE}\n\n{attribution}\n{QUOTED}\n") == MINE
    assert own_words(f"{MINE}\n\n{attribution}\n\n{QUOTED}\n") == MINE
    assert own_words(f"{MINE}\n\n{attribution}\n{BARE}\n") == MINE, "Outlook and web mails mark no line"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_the_answer_above_a_separator_is_kept_alone(separator: str) -> None:
    assert own_words(f"{MINE}\n\n{separator}\n\n{BARE}\n") == MINE


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_answers_below_and_between_the_lines_are_kept(attribution: str) -> None:
    assert own_words(f"{attribution}\n{QUOTED}\n\n{MINE}\n") == MINE
    between = f"{attribution}\n> Arrêté.\nDepuis quand ?\n> Reprise à 17 h 30.\nMerci !\n"
    assert own_words(between) == "Depuis quand ?\nMerci !"


@pytest.mark.parametrize(
    "text",
    [
        "> 30 jobs ont échoué cette nuit.\nPourquoi ?",
        "Le fichier que Jean a écrit :\nil est perdu ?",
        "On the node that Jean wrote:\nnothing works",
        "De : mon côté rien ne marche.\nMerci",
        "From: my side\nall is well",
        "Trois points :\n- un\n- deux\n\n-- \nAda Leclerc",
        "----\nMerci\n----",
        "Objet : question\nDate : demain ?\nEst-ce possible ?",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert own_words(text) == text


def test_what_would_leave_nothing_is_taken_back() -> None:
    for text in (QUOTED, f"{ATTRIBUTIONS[0]}\n{QUOTED}", f"{SEPARATORS[0]}\n\n{BARE}"):
        assert own_words(text) == text
    below = f"{SEPARATORS[5]}\n\n{BARE}\n\n{MINE}"
    assert own_words(below) == below


@pytest.mark.parametrize("subject", ["TR: Arrêt", "Fwd: Outage", "FW: Outage", "Tr : Arrêt"])
def test_a_forwarded_mail_keeps_what_it_passes_on(subject: str) -> None:
    text = f"Voir ci-dessous.\n\n{SEPARATORS[6]}\n\n{BARE}"
    assert own_words(text, subject) == text


@given(st.text("Le On a écrit wrote:<>@-_>0123456789:\n \u00a0De From Objet", max_size=400))
def test_it_always_leaves_something_of_something(text: str) -> None:
    assert bool(own_words(text)) == bool(text.strip())


@pytest.mark.parametrize(
    "line", ["Le " + "a" * 300, "<" * 5000, ">" * 5000, "-" * 5000, " " * 5000, "On 2026 " * 500]
)
def test_it_takes_no_time(line: str) -> None:
    own_words("\n".join([line] * 2000))  # a pattern that explodes would never end here


def test_html_becomes_lines_and_its_quotes_get_their_marks() -> None:
    html = """<html><head><title>no</title><style>p {}</style></head><body><p>Bonjour,</p>
    <div>Jusqu&rsquo;&agrave; <b>quand</b>&nbsp;?<br>Voir <a href="https://centre.test/7">la page</a></div><ul><li>un<li>deux</ul>
    <div class="gmail_quote"><div>Le dim. 22 nov. 2026 à 14:30, Vigie a écrit :</div><blockquote><p>Arrêté.</p></blockquote></div>
    <script>alert(1)</script>"""
    text = html_to_text(html)
    assert text == (
        "Bonjour,\nJusqu’à quand\u00a0?\nVoir la page <https://centre.test/7>\n- un\n- deux\n"
        "Le dim. 22 nov. 2026 à 14:30, Vigie a écrit :\n> Arrêté."
    )
    assert (
        own_words(text)
        == "Bonjour,\nJusqu’à quand\u00a0?\nVoir la page <https://centre.test/7>\n- un\n- deux"
    )


@pytest.mark.parametrize(
    "html",
    [
        "<",
        "<![",
        "<!DOCTYPE",
        "<title>mots",
        "<p>mots",
        "mots</p></div>",
        "<!-- x",
        "&#xFFFFFFFFF;",
        "<a href=>mots",
    ],
)
def test_no_html_is_too_broken(html: str) -> None:
    text = html_to_text(html)
    assert "mots" not in html or "mots" in text


@given(st.text("<>!-[]/&;#\"'= abdiv", max_size=200))
def test_no_html_raises(html: str) -> None:
    html_to_text(html)
