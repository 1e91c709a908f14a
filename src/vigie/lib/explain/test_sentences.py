"""A finding as a sentence, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime

from vigie.lib.explain import Explanation, Finding, Phrase, sentence
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
        "(intervalle à 95\u00a0%\u00a0: de\u00a05,1 à\u00a014)\u00a0: 312\u00a0sur\u00a01\u202f240\u202f; "
        "98\u202f765\u00a0heures-cœur perdues, depuis le 1er mars 2026 à 4\u00a0h\u00a005 UTC."
    )


def test_in_english():
    assert sentence(FINDING, "en") == (
        "Jobs of user alice on node n7 are flagged 8.2 times as often as the others (95% interval: 5.1 to 14): "
        "312 of 1,240; 98,765 core-hours lost, since 1 March 2026 at 04:05 UTC."
    )


def test_an_attribute_of_ones_own_speaks_by_its_phrase_or_by_its_name():
    mine = {**PHRASES, "user": Phrase("confiés par {}", "entrusted by {}")}
    assert "entrusted by alice on node n7" in sentence(FINDING, "en", mine)
    assert "confiés par alice sur le nœud n7" in sentence(FINDING, "fr", mine)
    assert "with user alice and node n7" in sentence(FINDING, "en", {})


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


def test_a_ratio_beyond_sense_is_capped_in_words_and_stays_in_json():
    perfect = replace(FINDING, risk_ratio=50_504.2, interval=(106.3, 24_006_150.0))
    assert (
        "are flagged more than 100 times as often as the others (95% interval: at least 106): 312"
        in sentence(perfect, "en")
    )
    assert (
        "sont signalés plus de 100\u00a0fois plus souvent que les autres "
        "(intervalle à 95\u00a0%\u00a0: au moins\u00a0106)\u00a0: 312" in sentence(perfect, "fr")
    )
    told = Explanation(10, 1, 1.0, (perfect,), 0.0, 1).to_json()["findings"][0]
    assert (told["risk_ratio"], told["interval"]) == (50_504.2, [106.3, 24_006_150.0])
    wide = replace(FINDING, risk_ratio=20.0, interval=(3.0, float("inf")))
    assert "flagged 20 times as often as the others (95% interval: at least 3)" in sentence(wide, "en")


def test_what_is_not_known_to_be_lost_is_not_said():
    assert "core-hour" not in sentence(FINDING, "en", weighed=False)
    told = Explanation(10, 1, 1.0, (FINDING,), 0.0, 1, weighed=False).to_json()["findings"][0]["sentence"]
    assert "core-hour" not in told["en"]
    assert "heure" not in told["fr"]


def test_a_loss_of_another_unit_is_not_called_core_hours():
    told = Explanation(10, 1, 1.0, (FINDING,), 0.0, 1).to_json(unit="wasted_eur")["findings"][0]["sentence"]
    assert "312 of 1,240; 98,765 wasted_eur lost, since" in told["en"]
    assert "1\u202f240\u202f; perte de 98\u202f765\u00a0wasted_eur, depuis" in told["fr"]


def test_attributes_come_in_the_order_of_speech():
    where = {
        "experiment": "cedar",
        "hour": 3,
        "user": "alice",
        "name_shape": "sim #",
        "submitted_from": "ui1",
    }
    one = replace(FINDING, where=where)
    assert sentence(one, "fr").startswith(
        "Les jobs nommés «\u00a0sim #\u00a0» de l’utilisateur alice de l’expérience cedar soumis depuis ui1 "
        "démarrés entre 3\u00a0h et 3\u00a0h\u00a059 sont"
    )
    assert sentence(one, "en").startswith(
        "Jobs named “sim #” of user alice of experiment cedar submitted from ui1 started between 3:00 and 3:59 are"
    )


def test_a_value_can_neither_turn_the_text_round_nor_break_the_line():
    one = replace(FINDING, where={"user": "\u202emoc\x1b[31m\n'; DROP {} " + "x" * 10**6})
    text = sentence(one, "en")
    assert text.isprintable()
    assert text.startswith("Jobs of user moc [31m '; DROP {} xxx")
    assert len(text) < 300
