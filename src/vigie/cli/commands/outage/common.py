"""What the commands of `vigie outage` share."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.errors import Wrong
from vigie.cli.words import gettext as _

Number = Annotated[str, typer.Argument(metavar="N", help=_("The outage's number."))]
LONGEST_INPUT = 1_000_000


def services_of(words: Iterable[str]) -> dict[str, str]:
    """{code: effect} of `storage farm:degraded`; a service named twice is a slip."""
    found: dict[str, str] = {}
    for word in words:
        code, _colon, effect = word.partition(":")
        if code in found:
            raise Wrong(_("The service “%(code)s” is named twice.") % {"code": code})
        found[code] = effect or "down"
    return found


def words_of(text: str, file: str, option: str) -> str:
    """A text given as such, or the content of the file that `FILE` names (`-`: standard input)."""
    if text and file:
        raise Wrong(
            _("%(option)s and %(option)s-file say the same thing twice; give one.") % {"option": option}
        )
    return read(file, f"{option}-file") if file else text


def read(file: str, option: str) -> str:
    """The text of a file, or of standard input for `-`; Wrong says what is wrong with it."""
    try:
        if file == "-":
            text = sys.stdin.read(LONGEST_INPUT + 1)
        else:
            with Path(file).open(encoding="utf-8") as source:
                text = source.read(LONGEST_INPUT + 1)
    except OSError as error:
        raise Wrong(f"{option}: {file}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Wrong(_("%(option)s: %(file)s is not UTF-8 text.") % {"option": option, "file": file}) from None
    if len(text) > LONGEST_INPUT:
        raise Wrong(_("%(option)s: %(file)s is too long to be meant.") % {"option": option, "file": file})
    return text
