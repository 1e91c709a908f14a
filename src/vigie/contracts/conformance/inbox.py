"""The suite that every inbound adapter passes. Inherit `InboxConformance` and answer its questions.

    class TestMine(InboxConformance):
        inbox_class = MyInbox
        def config(self) -> ChannelConfig: ...        # a mailbox that is empty and works
        def unreachable(self) -> ChannelConfig: ...   # one that answers nothing, quickly
        def deliver(self, mail: bytes) -> None: ...   # returns when the mail is in the mailbox

It needs no pytest of its own: the methods are plain asserts.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC
from typing import Any, ClassVar

from vigie.contracts.channel import ChannelConfig
from vigie.contracts.inbox import InboundMail, Inbox, InboxFailure, InboxSession


def plain_mail(name: str) -> bytes:
    """A small good mail whose Message-ID is `name`@sender.test."""
    return (
        f"From: Ada Leclerc <ada@sender.test>\r\nTo: desk@centre.test\r\nSubject: {name}\r\n"
        f"Date: Sun, 22 Nov 2026 14:30:00 +0100\r\nMessage-ID: <{name}@sender.test>\r\n\r\nMerci, {name}.\r\n"
    ).encode()


class InboxConformance:
    """Inherit, fill in the three answers, and let pytest collect the class."""

    inbox_class: ClassVar[Any]

    def config(self) -> ChannelConfig:
        """A configuration whose mailbox is empty when the test begins."""
        raise NotImplementedError

    def unreachable(self) -> ChannelConfig:
        """A configuration whose far end answers nothing, quickly."""
        raise NotImplementedError

    def deliver(self, mail: bytes) -> None:
        """Put one mail into the mailbox of `config()`."""
        raise NotImplementedError

    def _fetch(self, limit: int = 10) -> list[InboundMail]:
        """As a new process would."""
        with self.inbox_class(self.config()).open() as session:
            mails: list[InboundMail] = session.fetch(limit)
        return mails

    def test_it_describes_itself(self) -> None:
        info = self.inbox_class.info
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", info.name)
        assert info.title_en
        assert info.title_fr
        names = [setting.name for setting in info.settings]
        assert len(names) == len(set(names))
        assert all(setting.about for setting in info.settings)

    def test_making_and_opening_it_needs_no_far_end(self) -> None:
        inbox = self.inbox_class(self.unreachable())
        assert isinstance(inbox, Inbox)
        opened = inbox.open()
        assert isinstance(opened, AbstractContextManager)
        with opened as session:
            assert isinstance(session, InboxSession)

    def test_an_empty_mailbox_is_empty(self) -> None:
        assert self._fetch() == []

    def test_a_mail_is_handed_over_as_it_was_written(self) -> None:
        self.deliver(plain_mail("one"))
        [mail] = self._fetch()
        assert mail.message_id == "one@sender.test"
        assert (mail.sender.address, mail.sender.name) == ("ada@sender.test", "Ada Leclerc")
        assert mail.subject == "one"
        assert mail.text.strip() == "Merci, one."
        assert mail.date.astimezone(UTC).isoformat() == "2026-11-22T13:30:00+00:00"
        assert (mail.nature, mail.faults, mail.cut) == ("person", (), False)

    def test_a_mail_comes_again_until_it_is_settled(self) -> None:
        for name in ("one", "two", "three"):
            self.deliver(plain_mail(name))
        first = self._fetch()
        assert first == self._fetch(), "after a crash the same mails come again"
        one, two, three = first
        with self.inbox_class(self.config()).open() as session:
            session.settle(two.uid, "done")
            session.settle(three.uid, "set-aside")
            assert [mail.uid for mail in session.fetch(10)] == [one.uid]
        assert [mail.uid for mail in self._fetch()] == [one.uid]

    def test_settling_twice_or_what_is_not_there_is_harmless(self) -> None:
        self.deliver(plain_mail("one"))
        [one] = self._fetch()
        with self.inbox_class(self.config()).open() as session:
            session.settle(one.uid, "done")
            session.settle(one.uid, "done")
            session.settle("1:4000000000", "done")
            session.settle("not one of ours", "set-aside")
        self.deliver(plain_mail("two"))
        assert [mail.subject for mail in self._fetch()] == ["two"]

    def test_the_oldest_come_first_and_no_more_than_asked_for(self) -> None:
        for number in range(5):
            self.deliver(plain_mail(f"n{number}"))
        assert [mail.subject for mail in self._fetch(2)] == ["n0", "n1"]
        assert self._fetch(0) == []

    def test_a_broken_mail_stops_nobody(self) -> None:
        self.deliver(b"\x00\xff\xfe no header at all")
        self.deliver(b"From: \xff\xfe\r\nSubject: =?broken?\r\nContent-Type: multipart/x\r\n\r\n--\r\n\x80")
        self.deliver(plain_mail("behind"))
        broken, bent, behind = self._fetch()
        assert broken.message_id != bent.message_id, "each has something to be recognised by"
        assert behind.subject == "behind"

    def test_an_absent_far_end_is_a_failure_in_words(self) -> None:
        with self.inbox_class(self.unreachable()).open() as session:
            failures = [
                self._failure(lambda: session.fetch(1)),
                self._failure(lambda: session.settle("1:1", "done")),
            ]
        assert all(map(str, failures)), "an operator must be able to read what happened"

    @staticmethod
    def _failure(act: Callable[[], object]) -> InboxFailure:
        try:
            act()
        except InboxFailure as failure:
            return failure
        raise AssertionError("a failure was expected")
