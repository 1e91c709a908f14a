"""What may stand in a column: how a cell is read, and how it is written so that reading it gives the same."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from vigie.duty.rules import HIGHEST_LEVEL, clock_times
from vigie.kernel.errors import Text
from vigie.lib.localtime import instant, parse
from vigie.people.rules import one_line

Cell = Any  # a text of a CSV file, or whatever TOML knows
Value = str | int | bool | date | tuple[str, ...]  # a date may be a datetime
_FORMULA = re.compile("'*[=+\\-@\t\uff1d\uff0b\uff0d\uff20]")  # the last four are the wide forms of the first
_HARMLESS = re.compile(r"[+-][\d .]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # every time in a file carries its date: "now" is not asked
_DAY_FIRST = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})(?=[T ])")
_DATED = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}[T ]")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_BAR = re.compile(r"(?<!\\)\|")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS_FR = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")


class Unreadable(ValueError):
    """A line or cell that can't be taken; the text is the reason, for a person."""


@dataclass(frozen=True)
class Column:
    """One column: its name in files, its other names, what it is for, and what an absent cell means for a new row."""

    name: str
    about: Text
    read: Callable[[Cell], Value]
    default: Value = ""
    needed: bool = False
    aliases: frozenset[str] = field(default_factory=frozenset)

    def is_called(self, heading: str) -> bool:
        return heading.strip().lower().replace(" ", "_") in {self.name, *self.aliases}

    def value(self, cell: Cell) -> Value:
        """The cell read; `Unreadable` says which column it was."""
        try:
            return self.read(cell)
        except Unreadable as error:
            raise Unreadable(f"{self.name}: {error}") from None


def text(cell: Cell) -> str:
    """One line of text, as the verbs would keep it."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Unreadable(_("must be a text"))
    written = str(cell)
    if written.isprintable():  # nearly always, and there are millions of cells
        return " ".join(written.split())
    refuse_controls(written)
    return one_line(written)


def refuse_controls(written: str) -> None:
    """Raise `Unreadable` for what no single line of text may hold."""
    if found := _CONTROL.search(written):
        raise Unreadable(_("holds a line end") if found[0] in "\n\r" else _("holds a control character"))


def flag(cell: Cell) -> bool:
    """Yes or no, in both languages."""
    if isinstance(cell, bool):
        return cell
    words = {"yes": True, "oui": True, "true": True, "1": True, "x": True}
    words |= {"no": False, "non": False, "false": False, "0": False, "": False}
    try:
        return words[str(cell).strip().lower()]
    except KeyError:
        raise Unreadable(_("“%(cell)s” is neither yes nor no") % {"cell": text(str(cell))[:20]}) from None


def whole(cell: Cell) -> int:
    """A whole number from 0."""
    written = str(cell).strip()
    if isinstance(cell, bool) or not (written.isascii() and written.isdigit() and len(written) < 10):  # noqa: PLR2004 # fits an integer of any database
        raise Unreadable(_("“%(cell)s” is no whole number") % {"cell": shown(written)[:20]})
    return int(written)


def level(cell: Cell) -> int:
    """Of a shift: 1 is the primary; an empty cell too."""
    number = whole(cell) if str(cell).strip() else 1
    if not 1 <= number <= HIGHEST_LEVEL:
        raise Unreadable(_("“%(level)s” is not a level; write 1 for the primary") % {"level": number})
    return number


def codes(cell: Cell) -> tuple[str, ...]:
    """Codes without order: separated by spaces, commas, semicolons or | in CSV, a list in TOML."""
    if isinstance(cell, list):
        return tuple(sorted({text(one) for one in cell} - {""}))
    return tuple(sorted(set(re.split(r"[\s,;|]+", text(cell))) - {""}))


def names(cell: Cell) -> tuple[str, ...]:
    r"""Names without order, case aside, that may hold spaces: separated by | in CSV (one within a name is written \|)."""
    found = sorted(set(lines(cell)))
    return tuple(sorted({name.lower(): name for name in found}.values()))


def lines(cell: Cell) -> tuple[str, ...]:
    """Texts in their order, written as names are."""
    if isinstance(cell, list):
        found = [text(part) for part in cell]
    else:
        found = [text(part.replace("\\|", "|")) for part in _BAR.split(text(cell))]
    return tuple(one for one in found if one)


def ordered(cell: Cell) -> tuple[str, ...]:
    """Codes in their order, each as often as it stands there; written as codes are."""
    parts = cell if isinstance(cell, list) else re.split(r"[\s,;|]+", text(cell))
    return tuple(one for one in map(text, parts) if one)


def places(cell: Cell) -> tuple[str, ...]:
    """Whole numbers in their order; none is 0."""
    return tuple(str(whole(one)) for one in ordered(cell)) or ("0",)


def handovers(cell: Cell) -> tuple[str, ...]:
    """Wall-clock times, ascending: `8:00 20:00`, or a list in TOML."""
    parts = [_clock(part) for part in cell] if isinstance(cell, list) else _BAR.split(_clock(cell))
    try:
        return tuple(f"{at:%H:%M}" for at in clock_times(" ".join(parts)))
    except ValueError as error:
        words = {"text": shown(str(error))[:40]}
        raise Unreadable(_("“%(text)s” is no list of times; write 08:00 or 08:00 20:00") % words) from None


def wall_clock(cell: Cell) -> str:
    """One time of day as `18:00`, or nothing."""
    found = handovers(cell)
    if len(found) > 1:
        raise Unreadable(_("must be one time of day"))
    return found[0] if found else ""


def _clock(cell: Cell) -> str:
    return f"{cell:%H:%M}" if isinstance(cell, time) else text(cell)


def weekdays(cell: Cell) -> tuple[str, ...]:
    """Days of the week from Monday on, `mon` or `lun`; `mon-fri` is a span."""
    found: set[int] = set()
    for word in ordered(cell):
        first, _dash, last = word.partition("-")
        begin = _weekday(first)
        end = _weekday(last) if last else begin
        found |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return tuple(WEEKDAYS[number] for number in sorted(found))


def _weekday(word: str) -> int:
    for known in (WEEKDAYS, _WEEKDAYS_FR):
        if word.lower()[:3] in known:
            return known.index(word.lower()[:3])
    words = {"text": shown(word)[:20], "days": " ".join(WEEKDAYS)}
    raise Unreadable(_("“%(text)s” is no day of the week; write %(days)s") % words)


def day(cell: Cell) -> date | str:
    """A day, `2026-11-23` or `23/11/2026`; an empty cell is no day."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    written = text(cell)
    if not written:
        return ""
    try:
        if match := _FRENCH_DAY.fullmatch(written):
            return date(int(match[3]), int(match[2]), int(match[1]))
        return date.fromisoformat(written)
    except ValueError:
        raise Unreadable(_("“%(text)s” is not a day; write 2026-11-23") % {"text": written[:40]}) from None


def one_of(*words: str) -> Callable[[Cell], str]:
    """One of these words, in any case; an empty cell is the first."""

    def read(cell: Cell) -> str:
        word = text(cell).lower() or words[0]
        if word not in words:
            raise Unreadable(
                _("“%(cell)s” is none of %(words)s") % {"cell": word[:20], "words": ", ".join(words)}
            )
        return word

    return read


def moment(*, later: bool = False) -> Callable[[Cell], datetime]:
    """A time of the centre's zone with its date, or ISO with an offset.

    In the night when clocks go back a start is the first of two equal times and an end the second (`later`), so that no
    hole opens.
    """

    def read(cell: Cell) -> datetime:
        zone = ZoneInfo(settings.TIME_ZONE)
        if isinstance(cell, datetime):
            return cell.astimezone(UTC) if cell.tzinfo else instant(cell, zone, later=later)
        written = text(cell)
        iso = _DAY_FIRST.sub(lambda match: f"{match[3]}-{match[2]}-{match[1]}", written)
        try:
            if _DATED.match(iso):
                return parse(iso, now=_NEVER, zone=zone, later=later)
        except (ValueError, OverflowError):
            pass
        raise Unreadable(_("“%(text)s” is not a time; write 2026-11-23 08:00") % {"text": written[:40]})

    return read


def local(value: datetime) -> datetime:
    """The instant in the centre's zone, with its offset."""
    return value.astimezone(ZoneInfo(settings.TIME_ZONE))


def written(value: Value) -> str:
    """A value as a cell of CSV; reading it gives the same value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return local(value).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return " | ".join(one.replace("|", "\\|") for one in value)
    return str(value)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; a phone number or a negative number is none."""
    return f"'{cell}" if _FORMULA.match(cell) and not _HARMLESS.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def shown(cell: str) -> str:
    """Fit for a message."""
    return "".join(sign if sign.isprintable() else " " for sign in cell)


def labelled(values: Sequence[Value]) -> str:
    """A key as people read it."""
    return " · ".join(shown(words(value)) for value in values)


def words(value: Value) -> str:
    """A value as people read it in a difference."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value)
