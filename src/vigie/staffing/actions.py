"""Hand on what hangs on somebody who leaves, one thing by one click; each domain's own verb does it, and audits."""

from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vigie.duty.actions import add_shift, save_rotation
from vigie.duty.models import Rotation
from vigie.duty.queries import shift_by_id
from vigie.experiments.coverage import actions as coverage
from vigie.experiments.coverage import queries
from vigie.experiments.coverage.actions import PERMISSIONS, CoveragePermission
from vigie.experiments.coverage.models import Coverage
from vigie.experiments.coverage.rules import Level
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Missing, Refused, VigieError
from vigie.outages.actions import hand_over
from vigie.outages.queries import outage
from vigie.outages.rules import RoleName
from vigie.people.actions import pass_lead
from vigie.people.models import Group, Person
from vigie.staffing.leaving import Tie, ties


@transaction.atomic
def hand_on(actor: Actor, person: Person, key: str, to: Person | None) -> Tie:
    """Give one tie of `person` to another from the day it is wanted; returns what it was.

    `to` may be None only where the thing goes on without anybody. What no longer hangs on them is `Missing`.
    """
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)
    tie = next(
        (one for one in ties(person, get_language() or "fr") if one.key == key and not one.informs), None
    )
    if tie is None:
        raise Missing("leaving.gone", _("This no longer hangs on %(name)s.") % {"name": person.name})
    if to is None and not tie.alone:
        raise BadInput("leaving.nobody", _("Choose who takes it."), field="to")
    if to == person:
        raise BadInput(
            "leaving.same", _("%(name)s is the one who leaves.") % {"name": person.name}, field="to"
        )
    kind, _colon, number = key.partition(":")
    HANDLERS[kind](actor, person, int(number), to, tie)
    return tie


def hand_on_all(actor: Actor, person: Person) -> tuple[int, list[tuple[Tie, str]]]:
    """Apply the first proposal of everything that has one; returns how many, and what was refused and why."""
    require(actor, CoveragePermission.ARRANGE, PERMISSIONS)
    done, refused = 0, []
    for tie in ties(person, get_language() or "fr"):
        if tie.informs or not (tie.could or tie.alone):
            continue
        try:
            hand_on(actor, person, tie.key, tie.could[0] if tie.could and not tie.alone else None)
        except VigieError as error:
            refused.append((tie, str(error)))
        else:
            done += 1
    return done, refused


def _coverage(actor: Actor, _person: Person, pk: int, to: Person | None, tie: Tie) -> None:
    row = queries.coverage_by_id(pk)
    on, level, until = tie.since, row.level, row.ends_on
    if row.starts_on >= on:
        coverage.withdraw(actor, row)
    else:
        coverage.end(actor, row, on=on)
    if to is None:  # pragma: no cover # `hand_on` asks for somebody
        return
    theirs = next(
        (
            other
            for other in Coverage.objects.filter(person=to, experiment=row.experiment)
            if queries.turn(other).days.holds(on)
        ),
        None,
    )
    if theirs is None:
        coverage.cover(actor, person=to, experiment=row.experiment, level=level, starts_on=on, ends_on=until)
    elif theirs.level == Level.TRAINING or level == Level.PRIMARY != theirs.level:
        coverage.change_level(actor, theirs, level=level, on=on)
    else:
        raise Refused(
            "leaving.covers_already", _("%(name)s covers this line already.") % {"name": to.name}, field="to"
        )


def _role(role: RoleName) -> "Handler":
    def give(actor: Actor, person: Person, pk: int, to: Person | None, _tie: Tie) -> None:
        if to is not None:
            hand_over(actor, outage(pk), role, to, why=str(_("%(name)s leaves.") % {"name": person.name}))

    return give


def _rotation(actor: Actor, person: Person, pk: int, to: Person | None, tie: Tie) -> None:
    row = Rotation.objects.select_related("duty").get(pk=pk)
    listed = [place.person for place in row.places.select_related("person")]
    names = [to if one == person else one for one in listed]
    save_rotation(
        actor,
        row.duty,
        starts_on=tie.since,
        every=row.every,
        people=[one for one in names if one is not None],
        offsets=row.offsets,
    )


def _shift(actor: Actor, _person: Person, pk: int, to: Person | None, _tie: Tie) -> None:
    shift = shift_by_id(pk)
    if to is not None:
        add_shift(
            actor,
            duty=shift.duty,
            person=to,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            level=shift.level,
            instead=True,
        )


def _taking(actor: Actor, _person: Person, pk: int, to: Person | None, _tie: Tie) -> None:
    if to is not None:
        coverage.hand_on(actor, queries.taking_over_by_id(pk), taker=to)


def _lead(actor: Actor, person: Person, pk: int, to: Person | None, _tie: Tie) -> None:
    if to is not None:
        pass_lead(actor, Group.objects.get(pk=pk), person, to)


Handler = Callable[[Actor, Person, int, Person | None, Tie], None]

HANDLERS: Mapping[str, Handler] = {
    "coverage": _coverage,
    "contact": _role(RoleName.CONTACT),
    "follower": _role(RoleName.FOLLOWER),
    "rotation": _rotation,
    "shift": _shift,
    "taking": _taking,
    "lead": _lead,
}
