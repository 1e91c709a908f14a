"""Verbs over swaps: offered by one, accepted by the other, decided by a lead where the duty says so."""

from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries
from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.rotations import refill
from vigie.duty.actions.rows import hand_on, settle
from vigie.duty.events import DutyAudit, RotaChanged
from vigie.duty.models import Duty, Origin, Shift, Swap, SwapState
from vigie.duty.rules import Reason
from vigie.duty.texts import REASONS, SwapNews, swap_mail
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, System, allowed, require
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one, hold, once
from vigie.lib.fittext import fit
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.post.actions import Parcel, enqueue

WORDS_LIMIT = 300


@transaction.atomic
def offer_swap(
    actor: Actor,
    shift: Shift,
    *,
    to: Person | None = None,
    in_return: Shift | None = None,
    why: str = "",
    key: UUID | None = None,
) -> Swap:
    """Offer a shift of one's own that has not begun: to one person or to whoever can, for nothing or for one of
    theirs. The same key again changes nothing. A lead may offer for somebody else.
    """
    require(actor, DutyPermission.TAKE_PART, PERMISSIONS)
    if person_behind(actor) != shift.person and not allowed(actor, DutyPermission.EDIT, PERMISSIONS):
        raise Forbidden("swap.not_yours", _("This shift is %(name)s’s.") % {"name": shift.person.name})
    key = key or uuid4()
    if known := Swap.objects.filter(key=key).first():
        return known
    hold(shift.duty, field="code")
    shift = queries.shift_by_id(shift.pk)
    _check_offer(shift, to, in_return)

    def make() -> Swap:
        return Swap.objects.create(
            key=key,
            duty=shift.duty,
            shift=shift,
            level=shift.level,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            in_return=in_return,
            return_starts_at=in_return.starts_at if in_return else None,
            return_ends_at=in_return.ends_at if in_return else None,
            offered_by=shift.person,
            offered_to=to,
            why=fit(why)[:WORDS_LIMIT],
            made_at=clock.now(),
        )

    swap, made = once(lambda: Swap.objects.filter(key=key).first(), make)
    if made:
        changes = {"shift": str(shift), "to": to, "in_return": str(in_return) if in_return else None}
        audit.record(DutyAudit.SWAP_OFFERED, actor=actor, subject=swap, reason=why, changes=changes)
        _tell(swap, SwapNews.OFFERED, [to] if to else _who_could(shift))
    return swap


def _check_offer(shift: Shift, to: Person | None, in_return: Shift | None) -> None:
    _not_begun(shift)
    if queries.live_swaps().filter(shift=shift).exists():
        raise Refused(
            "swap.offered_already",
            _("This shift is offered already."),
            hint=_("Withdraw that offer first."),
        )
    if to is not None and to == shift.person:
        raise BadInput("swap.oneself", _("One can't swap with oneself."), field="to")
    if in_return is not None:
        _not_begun(in_return)
        if to is None or in_return.person_id != to.pk:
            text = _("The shift asked for in return must be held by the person you ask.")
            raise BadInput("swap.return_of_another", text, field="in_return")
    if to is not None:
        _can(to, shift, in_return)
        if in_return is not None:
            _can(shift.person, in_return, shift)


def _who_could(shift: Shift) -> list[Person]:
    return [
        person
        for person in queries.candidates(shift.duty)
        if person != shift.person and queries.why_not(person, shift) is None
    ]


def _not_begun(shift: Shift) -> None:
    if shift.starts_at <= clock.now():
        raise Refused("swap.begun", _("This shift has begun: it can't be swapped any more."))


def _can(person: Person, shift: Shift, other: Shift | None) -> None:
    """`Refused` with the reason if the person can't hold the shift."""
    why = queries.why_not(person, shift, but=(other.pk,) if other else ())
    if why is not None:
        hint = _("Swap the two levels with each other instead.") if why is Reason.HOLDS else ""
        raise Refused(
            f"swap.{why}",
            _("%(name)s can't hold this shift: %(why)s.") % {"name": person.name, "why": REASONS[why]},
            hint=hint,
        )


@transaction.atomic
def accept_swap(actor: Actor, swap: Swap) -> Swap:
    """Take the shift that a colleague offers. Where two do at once, exactly one gets it.

    Where the duty asks for it, the swap then waits for a lead; else it is done.
    """
    require(actor, DutyPermission.TAKE_PART, PERMISSIONS)
    person = _somebody(actor)
    swap = _held(swap)
    if swap.offered_by == person or (swap.offered_to_id is not None and swap.offered_to != person):
        raise Forbidden("swap.not_for_you", _("This offer is not made to you."))
    if swap.state != SwapState.OPEN:
        raise Conflict(
            "swap.taken",
            _("Somebody was faster, or the offer has ended."),
            hint=_("Look at the shift: it says who holds it now."),
        )
    shift = _still(swap)
    _can(person, shift, swap.in_return)
    if swap.in_return is not None:
        _not_begun(swap.in_return)
        _can(swap.offered_by, swap.in_return, shift)
    if swap.duty.needs_approval:
        change_one(swap, expect={"state": SwapState.OPEN}, state=SwapState.ACCEPTED.value, accepted_by=person)
        audit.record(DutyAudit.SWAP_ACCEPTED, actor=actor, subject=swap, changes={"by": person})
        _tell(swap, SwapNews.TO_DECIDE, queries.leads_of(swap.duty.code))
        return swap
    settle(actor, swap, SwapState.DONE, accepted_by=person)
    _carry_out(actor, swap, shift, person)
    return swap


@transaction.atomic
def decline_swap(actor: Actor, swap: Swap, *, answer: str = "") -> Swap:
    """Say no to an offer that was made to oneself."""
    require(actor, DutyPermission.TAKE_PART, PERMISSIONS)
    swap = _held(swap)
    if swap.offered_to is None or person_behind(actor) != swap.offered_to:
        raise Forbidden("swap.not_for_you", _("This offer is not made to you."))
    _live(swap)
    settle(actor, swap, SwapState.DECLINED, answer=fit(answer)[:WORDS_LIMIT])
    _tell(swap, SwapNews.DECLINED, [swap.offered_by])
    return swap


@transaction.atomic
def withdraw_swap(actor: Actor, swap: Swap) -> Swap:
    """Take an offer back before it is done: who made it, or a lead."""
    require(actor, DutyPermission.TAKE_PART, PERMISSIONS)
    swap = _held(swap)
    if person_behind(actor) != swap.offered_by and not allowed(actor, DutyPermission.EDIT, PERMISSIONS):
        raise Forbidden("swap.not_yours", _("This offer is %(name)s’s.") % {"name": swap.offered_by.name})
    _live(swap)
    settle(actor, swap, SwapState.WITHDRAWN)
    _tell(swap, SwapNews.WITHDRAWN, [swap.accepted_by or swap.offered_to])
    return swap


@transaction.atomic
def decide_swap(actor: Actor, swap: Swap, *, approve: bool, answer: str = "") -> Swap:
    """A lead lets a swap be done, or refuses it with a reason; never one of the two who swap."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    swap = _held(swap)
    if person_behind(actor) in {swap.offered_by, swap.accepted_by}:
        raise Forbidden("swap.own", _("Nobody decides on a swap of their own."), hint=_("Ask another lead."))
    if swap.state != SwapState.ACCEPTED or swap.accepted_by is None:
        raise Conflict("swap.not_waiting", _("This swap does not wait for a decision."))
    if not approve and not answer.strip():
        raise BadInput("swap.why", _("Say why: both will read it."), field="answer")
    both = [swap.offered_by, swap.accepted_by]
    if not approve:
        settle(actor, swap, SwapState.REFUSED, answer=fit(answer)[:WORDS_LIMIT])
        _tell(swap, SwapNews.REFUSED, both)
        return swap
    shift, person = _still(swap), swap.accepted_by
    _can(person, shift, swap.in_return)
    if swap.in_return is not None:
        _not_begun(swap.in_return)
        _can(swap.offered_by, swap.in_return, shift)
    settle(actor, swap, SwapState.DONE, answer=fit(answer)[:WORDS_LIMIT])
    _carry_out(actor, swap, shift, person)
    return swap


def _carry_out(actor: Actor, swap: Swap, shift: Shift, person: Person) -> None:
    """Both shifts change hands, or none does; those who did not act get the mail about changed shifts."""
    duties = {shift.duty}
    hand_on(actor, shift, person, origin=Origin.SWAP)
    if swap.in_return is not None:
        hand_on(actor, swap.in_return, swap.offered_by, origin=Origin.SWAP)
        duties.add(swap.in_return.duty)
    for duty in sorted(duties, key=lambda duty: duty.pk):
        emit(RotaChanged(duty=duty.code))
        refill(actor, duty)


def swaps_to_expire() -> bool:
    """Whether an offer is about a shift that has begun."""
    return _begun().exists()


def _begun() -> QuerySet[Swap]:
    now = clock.now()
    return queries.live_swaps().filter(Q(starts_at__lte=now) | Q(return_starts_at__lte=now))


@transaction.atomic
def expire_swaps() -> int:
    """Offers whose shift (or the one asked for in return) has begun end; returns how many did."""
    rows = list(_begun())
    for swap in rows:
        settle(System(), swap, SwapState.EXPIRED)
        _tell(swap, SwapNews.EXPIRED, [swap.offered_by])
    return len(rows)


def _somebody(actor: Actor) -> Person:
    person = person_behind(actor)
    if person is None:
        raise Forbidden("swap.nobody", _("A shift is taken by a person."))
    return person


def _held(swap: Swap) -> Swap:
    """The swap as it stands once nobody else changes this duty."""
    rows = {swap.duty_id} | ({swap.in_return.duty_id} if swap.in_return else set())
    for duty in Duty.objects.filter(pk__in=rows).order_by("pk"):
        hold(duty, field="code")
    return queries.swap_by_id(swap.pk)


def _live(swap: Swap) -> None:
    if swap.state not in queries.LIVE:
        raise Conflict("swap.over", _("This offer has ended already."))


def _still(swap: Swap) -> Shift:
    """The shift that is offered, if it still is as it was offered."""
    shift = swap.shift
    if (
        shift is None
        or shift.person_id != swap.offered_by_id
        or (swap.return_starts_at and not swap.in_return)
    ):
        raise Conflict("swap.shift_changed", _("The shift changed in the meantime."))
    _not_begun(shift)
    return shift


def _tell(swap: Swap, news: SwapNews, persons: list[Person | None] | list[Person]) -> None:
    enqueue(
        [
            Parcel(
                key=f"swap:{swap.pk}:{news}:{person.pk}",
                recipient=person.email,
                recipient_name=person.name,
                language=person.language,
                topic=f"swap:{swap.pk}",
                payload=dict(swap_mail(swap, news, person)),
            )
            for person in persons
            if person is not None and person.email
        ]
    )
