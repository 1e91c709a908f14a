"""The suite that every alarm source passes. Inherit `AlarmSourceConformance` and answer its questions.

    class TestMine(AlarmSourceConformance):
        source_class = MySource
        def firing(self) -> object: ...      # a message with at least one firing alarm, as decoded JSON
        def resolved(self) -> object: ...    # the message by which monitoring says that it is over

It needs no pytest of its own: the methods are plain asserts.
"""

import copy
import re
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from vigie.contracts.alarm import (
    FINGERPRINT_LIMIT,
    LABEL_LIMIT,
    LABELS_LIMIT,
    LINK_LIMIT,
    SEVERITY_LIMIT,
    SUMMARY_LIMIT,
    AlarmFault,
    AlarmSource,
    IncomingAlarm,
    Reading,
)

NOW = datetime(2026, 11, 22, 13, 26, tzinfo=UTC)
STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    1.5,
    "",
    "firing",
    [],
    {},
    [[]],
    {"alerts": 3},
    [None],
    {"": {}},
    "\x00",
)


class AlarmSourceConformance:
    """Inherit, fill in the two answers, and let pytest collect the class."""

    source_class: ClassVar[Any]

    def firing(self) -> Any:
        """A message of which at least one alarm fires."""
        raise NotImplementedError

    def resolved(self) -> Any:
        """The message that resolves all alarms of `firing`."""
        raise NotImplementedError

    def _read(self, message: Any) -> Reading:
        source: AlarmSource = self.source_class()
        return source.read(message, now=NOW)

    def test_it_describes_itself(self) -> None:
        source = self.source_class()
        assert isinstance(source, AlarmSource)
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,29}", source.name), (
            "the name goes into addresses and table rows"
        )
        assert source.title

    def test_an_alarm_that_fires_is_read(self) -> None:
        reading = self._read(self.firing())
        assert any(alarm.firing for alarm in reading.alarms)
        for alarm in reading.alarms:
            self._fits(alarm)

    def test_its_end_has_the_same_fingerprint(self) -> None:
        fired = {alarm.fingerprint for alarm in self._read(self.firing()).alarms if alarm.firing}
        over = self._read(self.resolved()).alarms
        assert fired <= {alarm.fingerprint for alarm in over if not alarm.firing}
        for alarm in over:
            self._fits(alarm)

    def test_the_same_message_reads_the_same(self) -> None:
        assert self._read(self.firing()) == self._read(self.firing())

    def test_reading_leaves_the_message_as_it_was(self) -> None:
        message = self.firing()
        before = copy.deepcopy(message)
        self._read(message)
        assert message == before

    def test_a_message_of_another_kind_is_a_fault_with_words(self) -> None:
        for message in STRANGE:
            assert self._fault(message), f"{message!r} was read as an alarm, or refused without a word"

    def _fault(self, message: Any) -> str:
        try:
            self._read(message)
        except AlarmFault as fault:
            return str(fault)
        return ""

    def test_any_field_of_a_wrong_type_is_a_fault_or_is_done_without(self) -> None:
        spoilers: tuple[Any, ...] = (
            None,
            7,
            [],
            {},
            "\x00",
            "x" * 5_000,
            "javascript:alert(1)",
            "0001-01-01T00:00:00Z",
        )
        for strange in spoilers:
            for message in self._spoilt(self.firing(), strange):
                try:
                    reading = self._read(message)
                except AlarmFault:
                    continue
                for alarm in reading.alarms:
                    self._fits(alarm)

    def _spoilt(self, message: Any, strange: object) -> list[Any]:
        """The message once for each place in it, with that place spoilt."""
        found: list[Any] = []
        pairs = (
            message.items()
            if isinstance(message, dict)
            else enumerate(message)
            if isinstance(message, list)
            else ()
        )
        for key, value in pairs:
            for inner in (strange, *self._spoilt(value, strange)):
                spoilt = copy.copy(message)
                spoilt[key] = inner
                found.append(spoilt)
        return found

    def _fits(self, alarm: IncomingAlarm) -> None:
        """What the desk relies on, so that no alarm is refused by the database."""
        assert alarm.source == self.source_class().name
        assert 0 < len(alarm.fingerprint) <= FINGERPRINT_LIMIT
        assert 0 < len(alarm.summary) <= SUMMARY_LIMIT
        assert "\n" not in alarm.summary
        assert alarm.starts_at.tzinfo is not None
        assert alarm.firing or (alarm.resolved_at is not None and alarm.resolved_at.tzinfo is not None)
        assert not (alarm.firing and alarm.resolved_at)
        assert len(alarm.severity) <= SEVERITY_LIMIT
        assert alarm.severity == alarm.severity.lower()
        assert len(alarm.labels) <= LABELS_LIMIT
        for key, value in alarm.labels.items():
            assert isinstance(key, str)
            assert isinstance(value, str)
            assert len(value) <= LABEL_LIMIT
        assert len(alarm.link) <= LINK_LIMIT
        assert not alarm.link or urlsplit(alarm.link).scheme in {"http", "https"}, (
            "a click must not run anything"
        )
