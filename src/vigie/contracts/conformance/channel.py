"""The suite that every channel passes. Inherit `ChannelConformance` in a test module and answer its questions.

    class TestMine(ChannelConformance):
        channel_class = MyChannel
        def config(self) -> ChannelConfig: ...            # a far end that works
        def unreachable(self) -> ChannelConfig: ...       # a far end that is away
        def message(self, key: str) -> OutgoingMessage: ...
        def arrived(self, key: str) -> int: ...           # how many times it really arrived
        def stray(self, key: str) -> OutgoingMessage: ... # only if each address is a far end of its own: one that is away

It needs no pytest of its own: the methods are plain asserts.
"""

import dataclasses
import re
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from vigie.contracts.channel import (
    Channel,
    ChannelConfig,
    ChannelFailure,
    JsonPayload,
    MailPayload,
    OutgoingMessage,
    PassingFailure,
    Payload,
    PermanentFailure,
    Receipt,
    Session,
    TextPayload,
)

_STRANGE: tuple[Payload, ...] = (
    MailPayload(sender="a@centre.test", subject="s", text="t", message_id="m@centre.test"),
    TextPayload(text="t"),
    JsonPayload(body={}),
)


class ChannelConformance:
    """Inherit, fill in the five answers, and let pytest collect the class."""

    channel_class: ClassVar[Any]

    def config(self) -> ChannelConfig:
        """A configuration whose far end really works during the test."""
        raise NotImplementedError

    def unreachable(self) -> ChannelConfig:
        """A configuration whose far end answers nothing, quickly."""
        raise NotImplementedError

    def message(self, key: str) -> OutgoingMessage:
        """A good message; `key` makes it findable by `arrived`."""
        raise NotImplementedError

    def stray(self, key: str) -> OutgoingMessage:
        """A good message whose far end is away under `unreachable()`."""
        return self.message(key)

    def arrived(self, key: str) -> int:
        """How many copies of the message the far end holds."""
        raise NotImplementedError

    def _channel(self, config: ChannelConfig | None = None) -> Channel:
        channel: Channel = self.channel_class(config or self.config())
        return channel

    def test_it_describes_itself(self) -> None:
        info = self.channel_class.info
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", info.name), (
            "the name goes into addresses and table rows"
        )
        assert info.title_en
        assert info.title_fr
        assert info.address_example
        assert info.max_chars is None or info.max_chars > 0
        names = [setting.name for setting in info.settings]
        assert len(names) == len(set(names))
        assert all(setting.about for setting in info.settings)

    def test_making_and_opening_it_needs_no_far_end(self) -> None:
        channel = self._channel(self.unreachable())
        assert isinstance(channel, Channel)
        opened = channel.open()
        assert isinstance(opened, AbstractContextManager)
        with opened as session:
            assert isinstance(session, Session)

    def test_a_message_arrives_once(self) -> None:
        with self._channel().open() as session:
            receipt = session.send(self.message("conformance-one"))
        assert isinstance(receipt, Receipt)
        assert self.arrived("conformance-one") == 1

    def test_one_session_serves_many_messages(self) -> None:
        keys = [f"conformance-many-{number}" for number in range(5)]
        with self._channel().open() as session:
            for key in keys:
                session.send(self.message(key))
        assert [self.arrived(key) for key in keys] == [1] * len(keys)

    def test_an_absent_far_end_is_a_passing_failure_of_all_who_share_it(self) -> None:
        with self._channel(self.unreachable()).open() as session:
            failure = self._failure(session, self.stray("conformance-away"))
        assert isinstance(failure, PassingFailure), repr(failure)
        assert failure.whole_channel is self.channel_class.info.shared_far_end
        assert str(failure), "an operator must be able to read what happened"

    def test_a_payload_of_another_kind_is_refused_and_the_session_lives_on(self) -> None:
        good = self.message("conformance-kind")
        strange = next(payload for payload in _STRANGE if payload.kind != self.channel_class.info.payload)
        with self._channel().open() as session:
            failure = self._failure(session, dataclasses.replace(good, payload=strange))
            session.send(good)
        assert isinstance(failure, PermanentFailure), repr(failure)
        assert self.arrived("conformance-kind") == 1

    def test_a_line_break_in_the_address_is_refused(self) -> None:
        good = self.message("conformance-injection")
        with self._channel().open() as session:
            failure = self._failure(session, dataclasses.replace(good, address=f"{good.address}\r\nX: y"))
        assert isinstance(failure, PermanentFailure), repr(failure)
        assert self.arrived("conformance-injection") == 0

    def test_an_empty_address_is_refused(self) -> None:
        with self._channel().open() as session:
            failure = self._failure(
                session, dataclasses.replace(self.message("conformance-empty"), address="")
            )
        assert isinstance(failure, PermanentFailure), repr(failure)

    @staticmethod
    def _failure(session: Session, message: OutgoingMessage) -> ChannelFailure:
        try:
            session.send(message)
        except ChannelFailure as failure:
            return failure
        raise AssertionError("the message was taken; a failure was expected")
