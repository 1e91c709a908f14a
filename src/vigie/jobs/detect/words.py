"""What a flag says, with its numbers, in French and English."""

import json
import math
from collections.abc import Mapping
from typing import Any

from vigie.jobs.detect.detector import Unit
from vigie.jobs.detect.detectors import get

THIN = "\u202f"  # before % and between groups of digits, in French
SOLID = "\u00a0"  # between a number and its unit


def why(detector: str, numbers: str | Mapping[str, Any], language: str) -> str:
    """The reason of a flag as the end of a sentence whose subject is the job. `numbers` as in the relation `flags`."""
    one = get(detector)
    values = json.loads(numbers) if isinstance(numbers, str) else numbers
    said = {name: spoken(values.get(name), number.unit, language) for name, number in one.numbers.items()}
    return (one.why.fr if language == "fr" else one.why.en).format(**said)


def spoken(value: float | None, unit: Unit, language: str) -> str:
    """A number with its unit: 6 h 12 min, 4.3%, 8 cores."""
    if value is None or not math.isfinite(value):
        return "?"
    if unit is Unit.SECONDS:
        return span(value, language)
    if unit is Unit.BYTES:
        return memory(value, language)
    if unit is Unit.SHARE:
        return f"{figure(value * 100, language)}{THIN if language == 'fr' else ''}%"
    shown = figure(value, language)
    if unit in _AFTER:
        one, more = _AFTER[unit][language]
        return f"{shown}{SOLID}{one if abs(value) < _MORE[language] and value else more}"
    return shown


# The word after a number: of one, of more. French has the plural from two on, English beside one.
_AFTER = {
    Unit.CORES: {"en": ("core", "cores"), "fr": ("cœur", "cœurs")},
    Unit.CORE_HOURS: {"en": ("core-hour", "core-hours"), "fr": ("heure-cœur", "heures-cœur")},
}
_MORE = {"en": 1.0001, "fr": 2.0}
_PLAIN_FROM = 100  # no digits after the point from here on


def figure(value: float, language: str) -> str:
    """At most three figures that matter: 1,234; 56; 4.3; 0.12."""
    digits = 0 if abs(value) >= _PLAIN_FROM or value == int(value) else 1 if abs(value) >= 1 else 2
    text = f"{value:,.{digits}f}"
    if digits and float(text.replace(",", "")) == int(float(text.replace(",", ""))):
        text = text.partition(".")[0]
    return text.replace(",", THIN).replace(".", ",") if language == "fr" else text


def span(seconds: float, language: str = "en") -> str:
    """3 d 4 h, 6 h 12 min, 4 min 10 s, 7 s: the largest unit and the one below it."""
    left = round(abs(seconds))
    names = ((86_400, "j" if language == "fr" else "d"), (3600, "h"), (60, "min"), (1, "s"))
    first = next((at for at, (size, _name) in enumerate(names) if left >= size), len(names) - 1)
    parts: list[str] = []
    for size, name in names[first : first + 2]:
        count, left = divmod(left, size)
        if count or not parts:
            parts.append(f"{count}{SOLID}{name}")
    return " ".join(parts)


_KIB, _LARGEST = 1024, 5


def memory(value: float, language: str) -> str:
    """Bytes in binary units."""
    size, step = float(value), 0
    while size >= _KIB and step < _LARGEST:
        size, step = size / _KIB, step + 1
    units = (
        ("o", "Kio", "Mio", "Gio", "Tio", "Pio")
        if language == "fr"
        else ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
    )
    return f"{figure(size, language)}{SOLID}{units[step]}"
