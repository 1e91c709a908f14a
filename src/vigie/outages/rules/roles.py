"""Who holds a role by default, and who may let a notice leave. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from vigie.people.rules import Role


@dataclass(frozen=True)
class Candidate:
    """Somebody who could hold a role now, and as what: primary, backup, lead, or whoever declares."""

    person_id: int
    capacity: str


@dataclass(frozen=True)
class Choice:
    """Who holds a role by default. A stand-in holds it until a shift of the duty begins."""

    person_id: int
    capacity: str
    stand_in: bool


def choose(on_duty: Sequence[tuple[int, int]], leads: Sequence[int], declarer: int | None) -> Choice | None:
    """The default holder: the primary on duty, its backup, the lead, at last whoever declares; None: nobody.

    `on_duty` are (person, level), best first. A duty that has a backup only is held, not stood in for.
    """
    for person_id, level in on_duty:
        return Choice(person_id, "primary" if level == 1 else "backup", stand_in=False)
    for person_id in leads:
        return Choice(person_id, "lead", stand_in=True)
    return Choice(declarer, "declarer", stand_in=True) if declarer is not None else None


@dataclass(frozen=True)
class Approver:
    """Who wants to approve, and how things stand."""

    roles: frozenset[str]
    is_follower: bool
    is_contact: bool
    follower_stands_in: bool
    urgent_first: bool  # the first notice of a sudden outage
    overdue: bool  # and its time has passed


def may_approve(who: Approver) -> str:
    """Empty if this person may approve; else why not.

    The follower approves, or a lead of Support's. The contact may let an urgent first notice leave alone where
    nobody of Support is on duty (the follower only stands in) or where nobody did it in time.
    """
    if who.is_follower or (Role.LEAD in who.roles and Role.SUPPORT in who.roles):
        return ""
    if who.is_contact and who.urgent_first and (who.follower_stands_in or who.overdue):
        return ""
    return "contact_not_alone" if who.is_contact and who.urgent_first else "not_follower"
