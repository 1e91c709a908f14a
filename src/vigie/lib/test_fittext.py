"""Any text becomes one that can be stored, shown and mailed."""

import json

from hypothesis import given
from hypothesis import strategies as st

from vigie.lib.fittext import dropped, fit, on_one_line

ANY = st.text(st.characters(), max_size=60)


def test_what_cannot_be_shown_goes_and_is_counted():
    pasted = "a\x00b\x1b[31mc\ud800d\u202ee"
    assert fit(pasted) == "ab[31mcde"
    assert dropped(pasted) == 4


def test_what_people_write_stays():
    text = "Été\t«\u00a0œuvre\u00a0» 😀👩\u200d🔬\nديسمبر"
    assert fit(text) == text
    assert dropped(text) == 0


def test_line_ends_become_one_kind():
    assert fit("a\r\nb\rc\u2028d") == "a\nb\nc\nd"
    assert on_one_line(" a\r\n\tb ") == "a b"


@given(ANY)
def test_any_text_becomes_fit_and_stays_so(text: str):
    once = fit(text)
    assert fit(once) == once
    assert dropped(once) == 0
    json.dumps(once, ensure_ascii=False).encode()
