"""A finding as a sentence, in both languages."""

from datetime import UTC, datetime

from vigie.lib.explain import Finding, Phrase, sentence
from vigie.lib.explain.sentences import PHRASES, number

FINDING = Finding(
    where={"user": "alice", "node": "n7"},
    jobs=1240,
    flagged=312,
    lost=98_765.4,
    risk_ratio=8.234,
    interval=(5.12, 13.6),
    added=98_765.4,
    since=datetime(2026, 3, 1, 4, 5, tzinfo=UTC),
)


def test_in_french():
    assert sentence(FINDING, "fr") == (
        "Les jobs de l’utilisateur alice sur le nœud n7 sont signalés 8,2\u00a0fois plus souvent que les autres "
        "(intervalle à 95\u00a0%\u00a0: de\u00a05,1 à\u00a014)\u00a0: 312\u00a0sur\u00a01\u202f240, "
        "98\u202f765\u00a0heures-cœur perdues, depuis le 1er mars 2026 à 4\u00a0h\u00a005 UTC."
    )


def test_in_english():
    assert sentence(FINDING, "en") == (
        "Jobs of user alice on node n7 are flagged 8.2 times as often as the others (95% interval: 5.1 to 14): "
        "312 of 1,240, 98,765 core-hours lost, since 1 March 2026 at 04:05 UTC."
    )


def test_an_attribute_of_ones_own_speaks_by_its_phrase_or_by_its_name():
    mine = {**PHRASES, "user": Phrase("confiés par {}", "entrusted by {}")}
    assert "entrusted by alice on node n7" in sentence(FINDING, "en", mine)
    assert "confiés par alice sur le nœud n7" in sentence(FINDING, "fr", mine)
    assert "with user alice with node n7" in sentence(FINDING, "en", {})


def test_numbers_keep_their_whole_part():
    assert [number(x, "en", 2) for x in (0.0123, 1.26, 12.6, 1234.5, 99.96)] == [
        "0.012",
        "1.3",
        "13",
        "1,234",
        "100",
    ]
    assert number(1234567.8, "fr", 3) == "1\u202f234\u202f568"
    assert number(0.4, "fr", 3) == "0,4"
