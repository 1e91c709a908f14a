"""What makes two findings one, when one grows, shrinks, goes and comes back, which day is whose. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Basis(StrEnum):
    """Of which jobs a finding speaks: those that run at a moment, or those that ended on a day of the centre."""

    RUNNING = "running"
    FINISHED = "finished"


class Presence(StrEnum):
    """Whether the cause is still found."""

    HERE = "here"
    GONE = "gone"


class Course(StrEnum):
    """How a finding goes, in one word."""

    NEW = "new"
    BACK = "back"
    GROWING = "growing"
    STEADY = "steady"
    SHRINKING = "shrinking"
    GONE = "gone"


class PlaceKind(StrEnum):
    """What a line of the map of the farm is about; a cluster's own line has its name twice."""

    CLUSTER = "cluster"
    QUEUE = "queue"
    NODE = "node"


class ExemptionKind(StrEnum):
    """What an exemption is about."""

    USER = "user"
    EXPERIMENT = "experiment"
    QUEUE = "queue"
    JOB = "job"


GROWS, SHRINKS = 1.25, 0.8  # of what it cost a day ago …
LEAST_CHANGE = 5.0  # … and by so many core-hours a day, or it is the ordinary to and fro
RECENT = timedelta(hours=24)  # how long something is new, or back
SETTLED = timedelta(hours=1)  # a comparison needs a measure at least so old
GRACE = {
    Basis.RUNNING: timedelta(hours=3),  # jobs of a cause end and start; one quiet look proves nothing
    Basis.FINISHED: timedelta(hours=20),  # the next day's look, also on a day of 23 hours
}
FINISHED_HOUR = 5  # accounting has caught up with yesterday
CATCH_UP_DAYS = 7
SKEW = timedelta(minutes=10)  # a moment further ahead is that of a clock that was wrong
LONGEST_EXEMPTION = timedelta(days=366)


def normal(where: Mapping[str, object]) -> dict[str, str]:
    """A cause in one form: attributes in order, values as text, spaces around them gone, and what no database keeps."""
    return {name: str(where[name]).replace("\0", "\ufffd").strip(" ") for name in sorted(where)}


def key_of(cluster: str, where: Mapping[str, object]) -> str:
    """The same cause on the same cluster has the same key, whoever finds it and in whatever order it is written."""
    text = json.dumps([cluster, list(normal(where).items())], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Point:
    """What a finding cost at a time, in core-hours a day."""

    at: datetime
    per_day: float


def course(
    now: datetime,
    history: Sequence[Point],
    *,
    first_seen: datetime,
    back_at: datetime | None = None,
    presence: Presence = Presence.HERE,
) -> Course:
    """How it goes at `now`. `history`: measures of one basis; the last is compared with that of a day before it.

    Change outranks newness: something new that grows is growing. With no measure a day old the oldest that is at
    least an hour older than the last stands in.
    """
    if presence is Presence.GONE:
        return Course.GONE
    change = _change(sorted(history, key=lambda point: point.at))
    if change is not None:
        return change
    if back_at is not None and now - back_at < RECENT:
        return Course.BACK
    return Course.NEW if now - first_seen < RECENT else Course.STEADY


def _change(points: Sequence[Point]) -> Course | None:
    before = reference(points)
    if before is None:
        return None
    after, difference = points[-1].per_day, points[-1].per_day - before.per_day
    if difference >= LEAST_CHANGE and after >= GROWS * before.per_day:
        return Course.GROWING
    if -difference >= LEAST_CHANGE and after <= SHRINKS * before.per_day:
        return Course.SHRINKING
    return None


def reference(points: Sequence[Point]) -> Point | None:
    """With what the last of `points` (by time) is compared: the last that is a day older, else the oldest."""
    if not points:
        return None
    last = points[-1].at
    old = [point for point in points if last - point.at >= RECENT]
    young = [point for point in points if last - point.at >= SETTLED]
    return old[-1] if old else young[0] if young else None


def is_gone(seen: Mapping[Basis, datetime | None], looked: Mapping[Basis, datetime | None]) -> bool:
    """Whether a cause is gone: each basis looked again long enough after it last saw it.

    Counted between looks, not by the clock: while nobody looks nothing goes.
    """
    return all(_absent(basis, seen.get(basis), looked.get(basis)) for basis in Basis)


def _absent(basis: Basis, seen: datetime | None, looked: datetime | None) -> bool:
    return seen is None or (looked is not None and looked - seen >= GRACE[basis])


def local_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a day of the centre begins and ends: 23, 24 or 25 hours apart."""
    begin = datetime.combine(day, time(), zone)
    return begin, datetime.combine(day + timedelta(days=1), time(), zone)


def days_owed(now: datetime, zone: ZoneInfo, done: Iterable[date]) -> list[date]:
    """The days whose finished jobs are still to be judged, oldest first: from five in the morning yesterday is one."""
    here = now.astimezone(zone)
    last = here.date() - timedelta(days=1 if here.hour >= FINISHED_HOUR else 2)
    known = set(done)
    if not known:
        return [last]
    wanted = [last - timedelta(days=back) for back in range(CATCH_UP_DAYS - 1, -1, -1)]
    return [
        day for day in wanted if day not in known and day > max(min(known), wanted[0] - timedelta(days=1))
    ]


def slot(at: datetime) -> datetime:
    """Measures of running jobs are kept by the hour: the last one of an hour stands for it."""
    return at.replace(minute=0, second=0, microsecond=0)
