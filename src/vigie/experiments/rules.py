"""Which readings of a source of accounts are believed. Pure."""

import re
from dataclasses import dataclass

USERNAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+$-]{0,63}")
CLUSTER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}")


@dataclass(frozen=True)
class Account:
    """An account of the farm as a source tells it; `experiment` is a code, "" for none."""

    cluster: str
    username: str
    experiment: str = ""
    person_name: str = ""
    mail: str = ""
    language: str = "fr"
    active: bool = True


def shrunk(before: int, now: int, *, least_percent: int) -> bool:
    """Whether a source tells so much less than last time that it is rather broken than right.

    `least_percent`: of the rows of the last reading that was taken, this share must still be there.
    """
    return now * 100 < before * least_percent
