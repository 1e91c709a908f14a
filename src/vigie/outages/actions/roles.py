"""Handing the contact's and the follower's role over; neither is ever vacant."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit
from vigie.kernel.access import SYSTEM, Actor, require
from vigie.kernel.errors import Forbidden, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one
from vigie.outages.actions.log import note
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.events import OutageAudit, RoleHandedOver
from vigie.outages.models import ROLE_LABELS, Outage
from vigie.outages.rules import RoleName, State
from vigie.people.models import Person
from vigie.people.queries import person_behind
from vigie.people.rules import Role

NEEDED_ROLE = {RoleName.CONTACT: Role.OPERATOR, RoleName.FOLLOWER: Role.SUPPORT}


@transaction.atomic
def hand_over_roles(actor: Actor, outage: Outage, to: Mapping[RoleName, Person], *, why: str = "") -> None:
    """Hand over each role that gets another holder, all or none; refused if nothing would change."""
    holders = {RoleName.CONTACT: outage.contact, RoleName.FOLLOWER: outage.follower}
    moves = {role: person for role, person in to.items() if person != holders[role]}
    if not moves and outage.follower_stands_in and outage.follower == to.get(RoleName.FOLLOWER):
        moves = {RoleName.FOLLOWER: to[RoleName.FOLLOWER]}  # the stand-in takes it for good
    if not moves:
        raise Refused("role.same", _("Both roles stay with who holds them: choose another person."))
    for role, person in moves.items():
        hand_over(actor, outage, role, person, why=why)


@transaction.atomic
def hand_over(actor: Actor, outage: Outage, role: RoleName, to: Person, *, why: str = "") -> None:
    """Give a role to another person: by who holds it, by who takes it, or by a lead.

    Refused for a person of the wrong group, one who left, or one who holds it already; `Conflict` when somebody
    else handed it over in the meantime.
    """
    require(actor, OutagePermission.STEER, PERMISSIONS)
    if outage.state in {State.REVIEWED, State.CANCELLED}:
        raise Refused("outage.over", _("This outage is closed; there is nothing to hand over."))
    holder = outage.contact if role == RoleName.CONTACT else outage.follower
    by = person_behind(actor)
    if SYSTEM not in actor.roles and Role.LEAD not in actor.roles and by not in {holder, to}:
        raise Forbidden(
            "role.not_yours",
            _("Only %(holder)s, the person who takes it, or a lead can hand this role over.")
            % {"holder": holder.name if holder else "?"},
        )
    if not to.is_active or NEEDED_ROLE[role] not in to.roles:
        raise Refused(
            "role.wrong_group",
            _("%(name)s can't be %(role)s.") % {"name": to.name, "role": ROLE_LABELS[role]},
            hint=_("The contact is of Operations, the follower of Support."),
        )
    stands_in = role == RoleName.FOLLOWER and outage.follower_stands_in
    if holder == to and not stands_in:
        raise Refused("role.same", _("%(name)s holds it already.") % {"name": to.name})
    changes: dict[str, object] = {f"{role}_id": to.pk}
    if role == RoleName.FOLLOWER:
        changes["follower_stands_in"] = False
    change_one(outage, expect={f"{role}_id": holder.pk if holder else None, "state": outage.state}, **changes)
    setattr(outage, role, to)
    said = {
        "what": "handed_over",
        "role": str(role),
        "before": holder.name if holder else "—",
        "after": to.name,
        "why": f"({why})" if why else "",
    }
    fact = note(actor, outage, said)
    audit.record(
        OutageAudit.HANDED_OVER,
        actor=actor,
        subject=outage,
        reason=why,
        changes={"role": role, "from": holder, "to": to},
    )
    emit(
        RoleHandedOver(
            outage_id=outage.pk,
            role=role,
            person_id=to.pk,
            fact_id=fact.pk,
            by_person_id=by.pk if by else None,
        )
    )
