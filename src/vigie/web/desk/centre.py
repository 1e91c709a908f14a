"""The centre at this moment, in the reader's language: services with their state, outages going on, what comes next."""

from dataclasses import dataclass
from datetime import datetime

from vigie.notices import queries as notices
from vigie.notices.texts import listed
from vigie.outages import queries as outages
from vigie.outages.models import Affected, Outage
from vigie.outages.rules import State
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
    """One outage for a sentence: what, how bad, since (or from) when, until when, next word by when."""

    outage: Outage
    names: str
    effect: str
    since: datetime
    expected_end: datetime | None
    next_by: datetime | None


def centre_now(language: str, *, address: str = "", only: frozenset[int] | None = None) -> list[Standing]:
    """Every service of the catalogue: what is hit first, then the rest in catalogue order.

    `address` is a pattern such as "/outages/{}" for readers who may open the outage; `only` are the outages that
    this reader knows of (None: all).
    """
    hit = {
        pk: (effect, outage)
        for pk, (effect, outage) in outages.effects_now().items()
        if only is None or outage.pk in only
    }
    found = []
    for service in catalogue():
        effect, outage = hit.get(service.pk, ("ok", None))
        found.append(
            Standing(
                name=service.name(language),
                state=effect,
                since=outage.starts_at if outage else None,
                outage_id=outage.pk if outage else None,
                url=address.format(outage.pk) if outage and address else "",
            )
        )
    return sorted(found, key=lambda row: RANK.get(row.state, 9))


def going(row: Outage, language: str, lines: list[Affected] | None = None) -> Going:
    """The outage in a sentence's parts; once everything is restored, all its services are named."""
    lines = outages.affected(row) if lines is None else lines
    shown = [line for line in lines if line.restored_at is None] or lines
    due = outages.due(row)
    return Going(
        outage=row,
        names=listed(line.service.name(language) for line in shown),
        effect=min((line.effect for line in shown), key=lambda effect: RANK.get(effect, 9), default="down"),
        since=row.starts_at,
        expected_end=row.expected_end,
        next_by=due.at if due else row.next_update_by,
    )


def going_on(language: str, *, told_only: bool = False) -> list[Going]:
    """Outages of this moment, worst first, then the longest; `told_only` leaves out what nobody approved to tell."""
    rows = [
        going(row, language) for row in outages.ongoing() if not told_only or notices.was_told(row.thread)
    ]
    return sorted(rows, key=lambda row: RANK.get(row.effect, 9))


def planned(language: str) -> list[Going]:
    """Announced outages, soonest first."""
    rows = outages.outages().filter(state=State.ANNOUNCED).order_by("starts_at")
    return [going(row, language) for row in rows]
