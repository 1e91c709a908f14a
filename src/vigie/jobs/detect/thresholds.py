"""The numbers that detectors compare with: their own, or the centre's from `[detect.NAME]` of `vigie.toml`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vigie.jobs.detect.detector import Detector, Threshold, Unit
from vigie.jobs.detect.detectors import detectors
from vigie.jobs.detect.guards import GUARDS, SECTION, text

PLACES = ("experiment", "queue", "account", "group", "user", "cluster")
"""What an exception may name: `[[detect.low-efficiency.for]] queue = "io" efficiency = 0.02`."""


@dataclass(frozen=True)
class Special:
    """Another value for the jobs of a place."""

    where: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Setting:
    """A threshold as it counts here. `configured`: the centre gave it; otherwise it is the detector's own."""

    threshold: Threshold
    value: float
    configured: bool = False
    special: Sequence[Special] = ()

    @property
    def sql(self) -> str:
        """The value for the row at hand; the first exception that fits counts."""
        if not self.special:
            return repr(float(self.value))
        arms = " ".join(
            f"WHEN {' AND '.join(f'{chr(34)}{name}{chr(34)} = {text(value)}' for name, value in one.where.items())} "
            f"THEN {float(one.value)!r}"
            for one in self.special
        )
        return f"(CASE {arms} ELSE {float(self.value)!r} END)"


@dataclass(frozen=True)
class Thresholds:
    """Every threshold by detector and name, and the detectors that are switched off."""

    configured: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)
    off: frozenset[str] = frozenset()

    def of(self, name: str) -> dict[str, Setting]:
        """{threshold: setting} of a detector, or of the guards (`guards`)."""
        own = self.configured.get(name, {})
        return {one.name: own.get(one.name, Setting(one, one.default)) for one in _thresholds(name)}

    def sql(self, name: str) -> dict[str, str]:
        """{threshold: SQL} for the expressions of a detector; the guards' are among them."""
        both = {**self.of(SECTION), **self.of(name)}
        return {key: setting.sql for key, setting in both.items()}

    @property
    def has_exceptions(self) -> bool:
        """Whether a value differs by the place of a job."""
        return any(one.special for section in self.configured.values() for one in section.values())

    def plain(self, name: str) -> dict[str, str]:
        """The same without exceptions, for what is computed of many attempts at once."""
        both = {**self.of(SECTION), **self.of(name)}
        return {key: repr(float(setting.value)) for key, setting in both.items()}

    def active(self) -> list[Detector]:
        """The detectors that are not switched off."""
        return [one for one in detectors() if one.name not in self.off]


def _thresholds(name: str) -> Sequence[Threshold]:
    if name == SECTION:
        return GUARDS
    return next(one.thresholds for one in detectors() if one.name == name)


def read(table: Any) -> tuple[Thresholds, list[tuple[str, str]]]:
    """The section `detect` of the configuration, and of what is wrong with it (option, problem); the rest counts."""
    faults: list[tuple[str, str]] = []
    if not isinstance(table, Mapping):
        return Thresholds(), [("detect", "must be sections like [detect.low-efficiency]")]
    known = {SECTION, *(one.name for one in detectors())}
    configured: dict[str, dict[str, Setting]] = {}
    off = set()
    for name, values in table.items():
        if name not in known:
            faults.append((f"detect.{name}", f"is no detector; there are {', '.join(sorted(known))}"))
        elif not isinstance(values, Mapping):
            faults.append((f"detect.{name}", "must be a section of thresholds"))
        else:
            configured[name] = dict(_section(name, values, faults))
            if values.get("enabled") is False:
                off.add(name)
    return Thresholds(configured, frozenset(off)), faults


def _section(
    name: str, values: Mapping[str, Any], faults: list[tuple[str, str]]
) -> Iterator[tuple[str, Setting]]:
    own = {one.name: one for one in _thresholds(name)}
    for key, value in values.items():
        if key == "enabled" and name != SECTION:
            if not isinstance(value, bool):
                faults.append((f"detect.{name}.enabled", "must be true or false"))
        elif key not in {*own, "for"}:
            faults.append((f"detect.{name}.{key}", f"is no threshold of it; it has {', '.join(own)}"))
        elif key != "for" and not _fits(value, own[key]):
            faults.append((f"detect.{name}.{key}", _wanted(own[key])))
    special = list(_specials(name, values.get("for", []), own, faults))
    for key, threshold in own.items():
        given: Any = values.get(key)
        mine = tuple(Special(where, numbers[key]) for where, numbers in special if key in numbers)
        good = _fits(given, threshold)
        if good or mine:
            yield key, Setting(threshold, float(given) if good else threshold.default, good, mine)


def _specials(
    name: str, rows: Any, own: Mapping[str, Threshold], faults: list[tuple[str, str]]
) -> Iterator[tuple[dict[str, str], dict[str, float]]]:
    option = f"detect.{name}.for"
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        faults.append((option, f"must be sections like [[{option}]] with a place ({', '.join(PLACES)})"))
        return
    for row in rows:
        where = {
            key: str(value) for key, value in row.items() if key in PLACES and isinstance(value, str | int)
        }
        numbers = {key: value for key, value in row.items() if key in own and _fits(value, own[key])}
        strange = [key for key in row if key not in {*where, *numbers}]
        if strange or not where or not numbers:
            words = f"{', '.join(strange)}: " if strange else ""
            faults.append(
                (option, f"{words}each needs a place ({', '.join(PLACES)}) and thresholds that are numbers")
            )
        else:
            yield where, {key: float(value) for key, value in numbers.items()}


MOST = 1e15  # of any unit: no second, byte or core counts so far


def _fits(value: Any, threshold: Threshold) -> bool:
    """Whether it is a number that the threshold can be; a share of 20 is meant to be 0.2, and would flag every job."""
    most = 1 if threshold.unit is Unit.SHARE else MOST
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _wanted(threshold: Threshold) -> str:
    if threshold.unit is Unit.SHARE:
        return "must be a number from 0 to 1 (0.2 is 20%)"
    return "must be a number, 0 or more"
