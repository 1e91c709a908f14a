"""The language of this run of the command line, and its gettext: the desk's catalogue, read without Django."""

import gettext as _gettext
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
VARIABLES = ("VIGIE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def language(environ: Mapping[str, str] | None = None) -> str:
    """Fr or en: the first of VIGIE_LANG, LC_ALL, LC_MESSAGES and LANG that is set decides; English otherwise."""
    environ = os.environ if environ is None else environ
    first = next((environ[name] for name in VARIABLES if environ.get(name)), "")
    return "fr" if first.lower().startswith("fr") else "en"


@cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    return _gettext.translation("django", LOCALE, languages=[code], fallback=True)


def pgettext(context: str, text: str) -> str:
    """As `gettext`, for a word that means several things."""
    return _catalogue(language()).pgettext(context, text)


def ngettext(one: str, more: str, count: int) -> str:
    """As `gettext`, for a text that depends on a number."""
    return _catalogue(language()).ngettext(one, more, count)


def gettext(text: str) -> str:
    """The text in the language of this run."""
    return _catalogue(language()).gettext(text)
