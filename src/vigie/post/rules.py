"""Decisions over mail that comes in. Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterable

SOFT_LIMIT = 3  # a full mailbox or a server that is away may pass; three times it is no accident
TALKATIVE = 20  # replies of one sender to one topic within an hour: two machines talk with each other

# What a mail to us can be about, each with its letter: a token must fit into the left part of an address. Replies name a
# version or an outage; `delivery` stands in the envelope of a mail that leaves, where its bounce comes back to.
_LETTERS = {"notice-version": "n", "outage": "o", "delivery": "d"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_TOKEN = re.compile(r"([a-z])([0-9]{1,18})-([0-9a-f]{20})")
_OUR_ID = re.compile(r"<?(v1[0-9a-f]{38})@")


def mark(key: str, secret: str) -> str:
    """The left part of a delivery's Message-ID: by it a reply finds the delivery again. Nobody can compute another's.

    `v1` names the scheme, so that a later one can tell them apart; a delivery keeps the mark it was enqueued with.
    """
    return f"v1{_hmac('vigie.mark.v1', key, secret)[:38]}"


def reply_token(topic: str, secret: str) -> str:
    """A signed word for the topic, of letters that every mail server keeps as they are; "" if it has none."""
    kind, _colon, number = topic.partition(":")
    letter = _LETTERS.get(kind)
    if letter is None or not number.isdigit():
        return ""
    return f"{letter}{number}-{_signature(topic, secret)}"


def topic_of_token(token: str, secrets: Iterable[str]) -> str:
    """The topic that we signed; "" for a token that is not ours or was altered. Case aside: some servers change it.

    `secrets`: the one that signs today, and those that signed what may still be answered.
    """
    found = _TOKEN.fullmatch(token.strip().lower())
    if found is None or found[1] not in _KINDS:
        return ""
    topic = f"{_KINDS[found[1]]}:{found[2]}"
    ours = any(hmac.compare_digest(found[3], _signature(topic, secret)) for secret in secrets)
    return topic if ours else ""


def _signature(topic: str, secret: str) -> str:
    return _hmac("vigie.reply", topic, secret)[:20]


def _hmac(purpose: str, text: str, secret: str) -> str:
    return hmac.new(f"{purpose} {secret}".encode(), text.encode(), hashlib.sha256).hexdigest()


def reply_address(base: str, topic: str, secret: str) -> str:
    """`replies@centre.test` → `replies+TOKEN@centre.test`; "" where no base is configured or the topic has no token."""
    name, at, domain = base.partition("@")
    token = reply_token(topic, secret)
    return f"{name}+{token}@{domain}" if at and name and token else ""


def marks_in(references: Iterable[str]) -> list[str]:
    """The left parts of those Message-IDs that look like ours, in the order given."""
    return [found[1] for text in references if (found := _OUR_ID.match(text.strip().lower()))]


def blocks(*, permanent: bool, soft_bounces: int) -> bool:
    """Whether an address gets nothing more: at once when it can never work, else after some soft bounces."""
    return permanent or soft_bounces >= SOFT_LIMIT
