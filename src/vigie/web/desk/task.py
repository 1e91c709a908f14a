"""One line of what a person must do now, whatever domain it comes from."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from vigie.kernel import clock
from vigie.outages.models import Alarm, Outage


@dataclass(frozen=True)
class Task:
    """One thing to do. `at` is its deadline if `due`, else since when it waits; `who` is empty for the reader."""

    kind: str
    what: str
    url: str
    at: datetime
    due: bool
    verb: str
    who: str = ""
    why: str = ""
    status: str = ""
    mine: bool = True
    alarm: Alarm | None = None
    act: str = ""  # what one press on the list does: "accept" (or decline), "start"
    outage: Outage | None = None
    begin: str = ""  # address that begins (or takes up) what is owed, by POST; empty: `url` is the place


MOST = 50  # of a kind: nobody works through more before they load the page again


def more(n: int, words: str, url: str) -> Task:
    """The rest of a long list, as one line at its end."""
    return Task(
        kind="more",
        what=words % {"n": n},
        url=url,
        at=clock.now(),
        due=False,
        verb=_("See them all"),
        mine=True,
    )


def short(text: str, limit: int = 120) -> str:
    """One line of a longer text."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
