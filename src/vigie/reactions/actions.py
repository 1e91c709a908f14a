"""A person decides about a reaction that failed again and again: once more, or not at all."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.kernel import audit, events
from vigie.kernel.access import Actor, Permission, require
from vigie.kernel.audit import AuditKind
from vigie.kernel.errors import Conflict
from vigie.kernel.models import Dispatch
from vigie.people.rules import Role


class ReactionPermission(Permission):
    REPAIR = "reactions.repair"


PERMISSIONS = {ReactionPermission.REPAIR: frozenset({Role.LEAD, Role.ADMINISTRATOR})}


class ReactionAudit(AuditKind):
    RETRIED = "reaction.retried"
    DISMISSED = "reaction.dismissed"


@transaction.atomic
def retry(actor: Actor, dispatch: Dispatch) -> None:
    """Have it tried again, from the first attempt on."""
    require(actor, ReactionPermission.REPAIR, PERMISSIONS)
    if not events.take_up(dispatch):
        raise _settled()
    _record(ReactionAudit.RETRIED, actor, dispatch)


@transaction.atomic
def dismiss(actor: Actor, dispatch: Dispatch, *, why: str = "") -> None:
    """Leave it undone: somebody did by hand what it should have done, or it is needed no more."""
    require(actor, ReactionPermission.REPAIR, PERMISSIONS)
    if not events.let_go(dispatch):
        raise _settled()
    _record(ReactionAudit.DISMISSED, actor, dispatch, why)


def _record(kind: ReactionAudit, actor: Actor, dispatch: Dispatch, why: str = "") -> None:
    audit.record(
        kind,
        actor=actor,
        subject=dispatch,
        reason=why,
        changes={"reaction": dispatch.reaction, "event": dispatch.event.kind, "error": dispatch.last_error},
    )


def _settled() -> Conflict:
    return Conflict(
        "reaction.settled",
        _("This step does not wait for a person any more; nothing was changed."),
        hint=_("Reload the list."),
    )
