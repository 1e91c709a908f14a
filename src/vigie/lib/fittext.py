"""Text as people paste it, made fit to be stored, shown, mailed and put into feeds."""

import unicodedata

_KEPT = frozenset("\n\t")
# Marks that turn the reading direction of what follows (they make one text look like another), and two code points
# that no XML may hold.
_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")
_LINE_ENDS = ("\r\n", "\r", "\u0085", "\u2028", "\u2029")


def _unfit(character: str) -> bool:
    """NUL, escape and other controls; halves of a character (lone surrogates); misleading marks."""
    if character in _KEPT:
        return False
    return character in _MARKS or unicodedata.category(character) in {"Cc", "Cs"}


def _lines(text: str) -> str:
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    return text


def fit(text: str) -> str:
    """The text without what can't be shown, line ends as \\n, outer blanks taken off."""
    return "".join(character for character in _lines(text) if not _unfit(character)).strip()


def dropped(text: str) -> int:
    """How many characters `fit` takes out, line ends and outer blanks aside: so that the writer is told."""
    return sum(_unfit(character) for character in _lines(text))


def on_one_line(text: str) -> str:
    """Whatever breaks a line becomes a space."""
    return " ".join(fit(text).split())
