"""The centre at this moment, in the reader's language: services with their state, outages going on, what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vigie.notices import queries as notices
from vigie.notices.texts import listed
from vigie.outages import queries as outages
from vigie.outages.models import Affected, Outage
from vigie.outages.rules import Due, State
from vigie.services.queries import catalogue

RANK = {"down": 0, "degraded": 1, "at_risk": 2}


@dataclass(frozen=True)
class Standing:
    """One service as it stands now; `outage` is the worst outage that hits it."""

    name: str
    state: str
    since: datetime | None
    outage_id: int | None
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Going:
    """One outage for a sentence: what is worst hit, how bad, since (or from) when, next word by when.

    `names` are the services with the worst effect, `count` how many; `others` the rest: (effect, names).
    """

    outage: Outage
    names: str
    count: int
    effect: str
    others: tuple[tuple[str, str], ...]
    since: datetime
    expected_end: datetime | None
    next_by: datetime | None
    promised: datetime | None = None  # to readers, by what was published last

    @property
    def all_names(self) -> str:
        return ", ".join([self.names, *(names for _effect, names in self.others)])


def centre_now(language: str, *, address: str = "", only: frozenset[int] | None = None) -> list[Standing]:
    """Every service of the catalogue: what is hit first, then the rest in catalogue order.

    `address` is a pattern such as "/outages/{}" for readers who may open the outage; `only` are the outages that
    this reader knows of (None: all).
    """
    hits = {pk: line for pk, line in outages.hits_now().items() if only is None or line.outage_id in only}
    found = []
    for service in catalogue():
        line = hits.get(service.pk)
        found.append(
            Standing(
                name=service.name(language),
                state=line.effect if line else "ok",
                since=line.starts_at if line else None,
                outage_id=line.outage_id if line else None,
                url=address.format(line.outage_id) if line and address else "",
            )
        )
    return sorted(found, key=lambda row: RANK.get(row.state, 9))


def going(row: Outage, language: str) -> Going:
    """The outage in a sentence's parts; once everything is restored, all its services are named as they were hit."""
    return _going(row, language, outages.due(row), notices.promised([row.thread_id]).get(row.thread_id))


def goings(rows: Iterable[Outage], language: str) -> list[Going]:
    """The same for many, their lines, words and plans read once for all."""
    found = outages.with_lines(rows)
    due = outages.dues(found)
    promised = notices.promised(row.thread_id for row in found if row.state == State.ONGOING)
    return [_going(row, language, due[row.pk], promised.get(row.thread_id)) for row in found]


def _going(row: Outage, language: str, due: Due | None, promised: datetime | None) -> Going:
    lines = outages.affected(row)
    shown = [line for line in lines if line.restored_at is None] or lines
    groups: dict[str, list[Affected]] = {}
    for line in sorted(shown, key=lambda line: RANK.get(line.effect, 9)):
        groups.setdefault(line.effect, []).append(line)
    if row.state != State.ONGOING:  # over: how bad each one was no longer tells them apart
        groups = {"ok": lines}
    worst, *rest = groups.items()
    return Going(
        outage=row,
        names=_named(worst[1], language),
        count=len(worst[1]),
        effect=worst[0],
        others=tuple((effect, _named(group, language)) for effect, group in rest),
        since=min(line.starts_at for line in worst[1]),
        expected_end=row.expected_end,
        next_by=due.at if due else promised,
        promised=promised,
    )


def _named(lines: Iterable[Affected], language: str) -> str:
    return listed(line.service.name(language) for line in lines)


def going_on(language: str, *, told_only: bool = False) -> list[Going]:
    """Outages of this moment, worst first, then the longest; `told_only` leaves out what nobody approved to tell."""
    rows = [row for row in outages.ongoing() if not told_only or row.thread.told_at]
    return sorted(goings(rows, language), key=lambda row: RANK.get(row.effect, 9))


def planned(language: str) -> list[Going]:
    """Announced outages, soonest first."""
    return goings(outages.outages().filter(state=State.ANNOUNCED).order_by("starts_at"), language)
