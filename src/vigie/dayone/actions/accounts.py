"""Farm accounts from the configured sources: read, believed or not, written in one act."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from vigie.dayone.actions.files import tried
from vigie.dayone.difference import Difference
from vigie.dayone.kinds.accounts import ACCOUNTS, account
from vigie.dayone.sources import command, ldap
from vigie.dayone.sources.trouble import Away
from vigie.dayone.table import Table
from vigie.experiments.actions import note_unread, save_accounts
from vigie.experiments.queries import account_sources
from vigie.experiments.rules import shrunk
from vigie.kernel import clock, journal
from vigie.kernel.access import Actor, System
from vigie.kernel.errors import BadInput, VigieError

log = journal.of(__name__)
COMMAND, LDAP = "command", "ldap"


def options() -> Mapping[str, Any]:
    """The section [accounts] of the configuration, its secret included: never show it."""
    found: Mapping[str, Any] = settings.ACCOUNTS
    return found


def configured() -> list[str]:
    """The sources that the configuration names."""
    named = options()
    return [source for source, key in ((COMMAND, "command"), (LDAP, "ldap_url")) if named[key]]


def fetch(source: str) -> Table:
    """What the source tells now; `Away` if it can't be read, `BadInput` if it is not configured."""
    if source not in configured():
        raise BadInput(
            "accounts.not_configured",
            _("No source “%(source)s” is configured.") % {"source": source},
            hint=_("Set accounts.command or accounts.ldap_url in vigie.toml."),
        )
    named = options()
    if source == COMMAND:
        return command.fetch(named["command"], timeout=named["timeout"])
    return ldap.fetch(named)


def look_at(actor: Actor, source: str) -> Difference:
    """What the source would change. `Away` if it can't be read, or tells far fewer accounts than last time."""
    seen = tried(actor, fetch(source), ACCOUNTS)
    told = len(seen.steps) + seen.unchanged
    before = next((row.rows for row in account_sources() if row.code == source), 0)
    if shrunk(before, told, least_percent=options()["least_percent"]):
        raise Away(
            _("It tells %(now)d accounts, and told %(before)d before: nothing is taken.")
            % {"now": told, "before": before},
            hint=_("If that is right, lower accounts.least_percent once."),
        )
    return seen


def take(actor: Actor, source: str, seen: Difference) -> None:
    """Write what was seen, in one act."""
    rows = len(seen.steps) + seen.unchanged
    save_accounts(actor, [account(step.values) for step in seen.steps], source=source, rows=rows)


def refresh() -> int:
    """Read every configured source; one that can't be read changes nothing, says so, and delays no other.

    Called by the worker; returns how many were taken.
    """
    taken = 0
    for source in configured():
        try:
            seen = look_at(System(), source)
            take(System(), source, seen)
        except VigieError as error:
            note_unread(System(), source, str(error))
            log.warning("accounts.not_read", source=source, reason=str(error))
        else:
            taken += 1
            log.info("accounts.read", source=source, changes=len(seen.steps), bad=len(seen.bad))
    return taken


def refresh_due() -> bool:
    """Whether a period is configured and has passed since the last reading, taken or not."""
    hours = options()["every"]
    names = configured()
    if not (hours and names):
        return False
    now = clock.now()
    since = now - timedelta(hours=hours)
    at = {
        row.code: max(filter(None, (row.read_at, row.problem_at)), default=None) for row in account_sources()
    }
    # Read in the future means that the clock was set back.
    return any((last := at.get(name)) is None or not since < last <= now for name in names)
