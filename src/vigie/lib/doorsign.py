"""A door sign as a picture for e-paper: black on white, one bit a pixel, no grey edges; whatever the size, it fits.

The telephone is never cut, a long name first gets smaller, then ends in “…”. Where all can't be read from the door,
the second lines go first, then the last duties, and the foot says how many are missing.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from ttf_opensans import OPENSANS_BOLD, OPENSANS_REGULAR

SMALLEST, LARGEST = 64, 2400  # pixels of a side
LEGIBLE = 9.0  # pixels of the smallest letters
REFERENCE = (800, 480)
TITLE, NAME, NOTE, GAP = 1.15, 2.3, 1.25, 0.7  # heights of lines, in units of the sign's own small letters
SHRINK = 0.6  # how much smaller a long name may become before it is cut
BLACK, WHITE = 0, 1
NOWHERE = "\U0010ffff"  # no font has it: what is drawn for it is drawn for whatever is missing


@dataclass(frozen=True)
class Holder:
    """One line in large letters: who (or that nobody), the telephone, and, where there are several, until or from when."""

    who: str
    phone: str = ""
    when: str = ""


@dataclass(frozen=True)
class Row:
    """One duty: its name, who holds it, and quieter lines: until when, who is backup, who comes next."""

    title: str
    holders: tuple[Holder, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Face:
    """All that a sign says. `more` is the pattern of the words for rows left out, with {n}."""

    place: str
    day: str
    rows: tuple[Row, ...]
    foot: str
    more: str = "+ {n}"


def png(face: Face, width: int, height: int) -> bytes:
    """The sign as a PNG of one bit a pixel. Raises ValueError for a size that no sign has."""
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise ValueError(f"{width}x{height}")
    image = Image.new("1", (width, height), WHITE)
    _Pen(image).sign(face)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    path = (OPENSANS_BOLD if bold else OPENSANS_REGULAR).path
    return ImageFont.truetype(str(path), max(size, 6), layout_engine=ImageFont.Layout.BASIC)


@cache
def _known(letter: str) -> str:
    """The letter, or its nearest one that the font has, or “?”: a box says nothing."""
    font = _font(24, bold=False)
    box = bytes(font.getmask(NOWHERE))
    if bytes(font.getmask(letter)) != box:
        return letter
    plain = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    return plain if plain and plain != letter and bytes(font.getmask(plain)) != box else "?"


def _drawable(text: str) -> str:
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c if " " <= c <= "~" else _known(c) for c in clean)


def fitted(
    text: str, size: int, room: float, *, bold: bool, smallest: float = 1.0
) -> tuple[str, ImageFont.FreeTypeFont]:
    """The text and the font in which it takes at most `room` pixels: smaller down to `smallest`, then cut with “…”."""
    text = _drawable(text)
    least = max(int(size * smallest), 6)
    for each in range(max(size, least), least - 1, -1):
        font = _font(each, bold=bold)
        if font.getlength(text) <= room:
            return text, font
    font = _font(least, bold=bold)
    short = text
    while short and font.getlength(f"{short}…") > room:
        short = short[:-1].rstrip()
    return (f"{short}…" if short else ""), font


def _height(rows: Sequence[Row]) -> float:
    """Of all rows, in units of the small letters."""
    lines = [TITLE * bool(row.title) + NAME * len(row.holders) + NOTE * len(row.notes) for row in rows]
    return sum(lines) + GAP * max(len(rows) - 1, 0)


def _choices(rows: tuple[Row, ...]) -> Iterator[tuple[Row, ...]]:
    """The same with less and less: all; only the first note of each but the first; no notes; fewer rows."""
    yield rows
    yield (*rows[:1], *(replace(row, notes=row.notes[:1]) for row in rows[1:]))
    for count in range(len(rows), 0, -1):
        yield tuple(replace(row, notes=row.notes[:1]) for row in rows[:count])
        yield tuple(replace(row, notes=()) for row in rows[:count])


class _Pen:
    """Draws from the top to the bottom; `unit` is the size of the small letters."""

    def __init__(self, image: Image.Image) -> None:
        self.width, self.height = image.size
        self.draw = ImageDraw.Draw(image)
        self.draw.fontmode = "1"
        wide, high = self.width / REFERENCE[0], self.height / REFERENCE[1]
        self.scale = min((wide * high) ** 0.5, 1.3 * min(wide, high))
        self.margin = max(int(26 * self.scale), 4)
        self.small = max(int(20 * self.scale), int(LEGIBLE) + 1)

    def sign(self, face: Face) -> None:
        band = int(self.small * 1.9)
        top, bottom = band + self.margin // 2, self.height - int(self.small * 1.7)
        rows, unit = self._arranged(face.rows, bottom - top)
        self._head(face, band)
        left_out = len(face.rows) - len(rows)
        self._foot(f"{face.more.format(n=left_out)}   {face.foot}" if left_out else face.foot, bottom)
        free = bottom - top - _height(rows) * unit
        between = min(free / (len(rows) + 1), unit * 2) if rows else 0.0
        y = top + between
        for number, row in enumerate(rows):
            if number:
                line = int(y - (between + GAP * unit) / 2)
                self.draw.line([(self.margin, line), (self.width - self.margin, line)], fill=BLACK)
            y = self._row(row, y, unit) + between + GAP * unit

    def _arranged(self, rows: tuple[Row, ...], room: float) -> tuple[tuple[Row, ...], float]:
        """The fullest choice whose small letters can be read, and their size."""
        most = max(36 * self.scale, min(room / 6, 60 * self.scale))
        least = max(LEGIBLE, 15 * self.scale)
        chosen: tuple[Row, ...] = ()
        unit = least
        for chosen in _choices(rows) if rows else ():
            unit = min(room / _height(chosen), most)
            if unit >= least:
                break
        floor = max(least, self.width / 36)
        while unit * 0.95 > floor and not self._is_wide_enough(chosen, unit):
            unit *= 0.95
        return chosen, max(unit, 6.0)

    def _is_wide_enough(self, rows: tuple[Row, ...], unit: float) -> bool:
        """Whether every line fits as it is, nothing shrunk or cut."""
        room = self.width - 2 * self.margin
        large, small = _font(int(unit * 1.9), bold=True), _font(int(unit), bold=False)
        holders = [holder for row in rows for holder in row.holders]
        lines = [
            large.getlength(f"{holder.who}{holder.phone}") + small.getlength(holder.when) + 2 * unit
            for holder in holders
        ]
        notes = [small.getlength(note) for row in rows for note in row.notes]
        return max([*lines, *notes], default=0) <= room

    def _head(self, face: Face, band: int) -> None:
        self.draw.rectangle([(0, 0), (self.width, band)], fill=BLACK)
        base = int(band / 2 + self.small * 0.36)
        room = self.width - 2 * self.margin
        day, font = fitted(face.day, self.small, room, bold=False)
        self.draw.text((self.width - self.margin, base), day, font=font, fill=WHITE, anchor="rs")
        left = room - font.getlength(day) - self.small
        place, bold = fitted(face.place, self.small, left, bold=True)
        if len(place) > 2:  # noqa: PLR2004 # a letter and “…” say nothing
            self.draw.text((self.margin, base), place, font=bold, fill=WHITE, anchor="ls")

    def _foot(self, text: str, top: int) -> None:
        size = max(int(self.small * 0.82), int(LEGIBLE))
        words, font = fitted(text, size, self.width - 2 * self.margin, bold=False)
        self.draw.text((self.margin, top + int(size * 1.35)), words, font=font, fill=BLACK, anchor="ls")

    def _row(self, row: Row, y: float, unit: float) -> float:
        """Draw one duty from `y` down; returns where it ends."""
        room = self.width - 2 * self.margin
        if row.title:
            title, font = fitted(row.title, int(unit), room, bold=True)
            self.draw.text((self.margin, int(y + unit)), title, font=font, fill=BLACK, anchor="ls")
            y += TITLE * unit
        for holder in row.holders:
            self._holder(holder, y + NAME * unit * 0.78, unit)
            y += NAME * unit
        for note in row.notes:
            words, font = fitted(note, int(unit), room, bold=False, smallest=0.85)
            self.draw.text((self.margin, int(y + unit)), words, font=font, fill=BLACK, anchor="ls")
            y += NOTE * unit
        return y

    def _holder(self, holder: Holder, base: float, unit: float) -> None:
        """Who on the left, the telephone on the right: it is what the sign is for, so the name gives way."""
        size = int(unit * 1.9)
        room = float(self.width - 2 * self.margin)
        right = self.width - self.margin
        if holder.phone:
            phone, font = fitted(holder.phone, size, room * 0.5, bold=True, smallest=SHRINK)
            self.draw.text((right, int(base)), phone, font=font, fill=BLACK, anchor="rs")
            taken = font.getlength(phone) + unit
            room, right = room - taken, int(right - taken)
        if holder.when:
            when, font = fitted(holder.when, int(unit), room * 0.45, bold=False)
            self.draw.text((right, int(base)), when, font=font, fill=BLACK, anchor="rs")
            room -= font.getlength(when) + unit
        who, font = fitted(holder.who, size, room, bold=True, smallest=SHRINK)
        self.draw.text((self.margin, int(base)), who, font=font, fill=BLACK, anchor="ls")
