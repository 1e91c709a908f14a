"""Who is on duty, for everybody: role and telephone of the duty; a name only where its person agreed.

All times carry their day: the page may be read long after it was made, and nothing on it depends on that moment.
"""

from dataclasses import dataclass
from datetime import datetime

from vigie.duty.seen.queries import Post, board, next_change


@dataclass(frozen=True)
class Row:
    """One duty: who (empty: not to be named), its telephone where that is public, until when, or from when again."""

    name: str
    held: bool
    who: str
    phone: str
    until: datetime | None
    again: datetime | None
    rests: bool = False


def rows(language: str, now: datetime) -> list[Row]:
    """Every duty of the centre at `now`."""
    return [_row(post, language) for post in board(now)]


def _row(post: Post, language: str) -> Row:
    seat = post.first
    names = [row.person.name for row in seat.holders if row.person.name_public]
    return Row(
        name=post.duty.name(language),
        held=seat.held,
        who=", ".join(names),
        phone=post.duty.phone if post.duty.phone_public else "",
        until=max((row.until for row in seat.holders), default=None),
        again=seat.next.since if seat.next and not seat.held else None,
        rests=post.rests,
    )


def turns_at(now: datetime) -> datetime | None:
    """When the rows read otherwise though nobody touched the rota."""
    return next_change(board(now), now)
