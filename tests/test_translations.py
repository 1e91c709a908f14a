"""Every string of the code is there in French, and well set; tools/messages.py is what says so."""

import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import messages


@pytest.mark.slow
def test_the_french_catalogue_is_whole() -> None:
    assert messages.check() == []


@pytest.mark.parametrize(
    ("french", "advice"),
    [
        ("Fini ?", "plain space"),
        ("Fini?", "nothing stands"),
        ("Contact :", "plain space"),
        ("« oui »", "U+00A0"),
        ('le "bureau"', "straight"),
        ("En cours...", "three points"),
    ],
)
def test_bad_typography_is_named(french: str, advice: str) -> None:
    assert advice in " ".join(messages.typography(Message("x", french)))


@pytest.mark.parametrize(
    "french",
    [
        "Fini\u202f?",
        "Contact\u00a0:",
        "«\u00a0oui\u00a0»",
        '<a href="/x?a=1;b">ici</a>',
        "13 h 05",
        "https://x.org/?q",
        "&nbsp;a",
    ],
)
def test_good_typography_passes(french: str) -> None:
    assert messages.typography(Message("x", french)) == []


def test_a_lost_placeholder_is_named() -> None:
    assert messages.typography(Message("in %(span)s", "dans")) == [
        "'in %(span)s': %(span)s is in one language only"
    ]


def test_two_parts_that_disagree_are_both_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.fr.po").write_text('msgid "sent"\nmsgstr "fait"\n', "utf-8")
    (tmp_path / "b.fr.po").write_text('msgid "sent"\nmsgstr "envoyé"\n', "utf-8")
    monkeypatch.setattr(messages, "PARTS", tmp_path)
    merged, faults = messages.merge()
    assert isinstance(merged, Catalog)
    assert len(faults) == 1
    assert "a.fr.po" in faults[0]
    assert "b.fr.po" in faults[0]
