"""Who is on duty at Valmorin, by rule: the same day always gives the same shifts, so the rota can be extended. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vigie.lib.localtime import instant

OPERATORS = ("amina", "bruno", "ndeye", "tomasz")
SUPPORTERS = ("lucie", "denis", "camille", "kenji")
MORNING, EVENING = time(8, 0), time(20, 0)


@dataclass(frozen=True)
class Turn:
    """One shift; `hours` are wall-clock hours, as people count them."""

    duty: str
    login: str
    level: int
    starts_at: datetime
    ends_at: datetime


def turns(day: date, zone: ZoneInfo) -> Iterator[Turn]:
    """The shifts that begin on `day`: Production two days, two nights, four off; Support by the day; TPM by the week."""
    number, pair, week = day.toordinal(), day.toordinal() // 2, (day.toordinal() - 1) // 7
    tomorrow, after = day + timedelta(days=1), day + timedelta(days=2)

    def turn(duty: str, who: str, level: int, start: tuple[date, time], end: tuple[date, time]) -> Turn:
        starts, ends = datetime.combine(*start), datetime.combine(*end)
        return Turn(duty, who, level, instant(starts, zone), instant(ends, zone, later=True))

    yield turn("production", OPERATORS[pair % 4], 1, (day, MORNING), (day, EVENING))
    yield turn("production", OPERATORS[(pair + 3) % 4], 1, (day, EVENING), (tomorrow, MORNING))
    if number % 2 == 0:
        yield turn("production", OPERATORS[(pair + 2) % 4], 2, (day, MORNING), (after, MORNING))
    yield turn("support", SUPPORTERS[number % 4], 1, (day, MORNING), (tomorrow, MORNING))
    yield turn("support", SUPPORTERS[(number + 1) % 4], 2, (day, MORNING), (tomorrow, MORNING))
    if day.weekday() == 0:
        monday = day + timedelta(days=7)
        yield turn("tpm", SUPPORTERS[week % 4], 1, (day, MORNING), (monday, MORNING))
        yield turn("tpm", SUPPORTERS[(week + 1) % 4], 2, (day, MORNING), (monday, MORNING))


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    for number in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(number)
