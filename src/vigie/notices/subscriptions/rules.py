"""What may be asked for, and how often. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

CONFIRM_WITHIN = timedelta(hours=48)
MANAGE_WITHIN = timedelta(days=7)
HOUR = timedelta(hours=1)


class TopicKind(StrEnum):
    ALL = "all"
    SERVICE = "service"
    EXPERIMENT = "experiment"


@dataclass(frozen=True)
class Topic:
    """What somebody wants to hear of; `code` is "" for everything."""

    kind: TopicKind
    code: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}" if self.code else str(self.kind)


def topic(text: str) -> Topic | None:
    """`service:storage`, `experiment:orion` or `all`; None for anything else."""
    kind, _colon, code = text.partition(":")
    if kind not in set(TopicKind) or bool(code) == (kind == TopicKind.ALL):
        return None
    return Topic(TopicKind(kind), code)


@dataclass(frozen=True)
class Asked:
    """How many mails were asked for within the last hour: for this address, from this client, by all."""

    address: int
    client: int
    total: int


PER_ADDRESS, PER_CLIENT, IN_TOTAL = 3, 12, 300


def verdict(asked: Asked) -> str:
    """ "" to send; `silent` to send nothing but answer the same; `busy` to say that it is too much now.

    An address that was written to often must look like any other: nobody learns from the answer who is known.
    """
    if asked.client >= PER_CLIENT or asked.total >= IN_TOTAL:
        return "busy"
    return "silent" if asked.address >= PER_ADDRESS else ""
