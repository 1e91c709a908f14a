"""What is owed about an outage, in the words of lists and buttons: one table for the desk and for the outage's page."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vigie.outages.rules import Due


@dataclass(frozen=True)
class Owed:
    """One kind of thing owed. `near`: a desk shows it only from this long before it is due (None: always)."""

    what: Promise
    verb: Promise
    open_verb: Promise
    near: timedelta | None = None


DAY = timedelta(days=1)

OWED: dict[str, Owed] = {
    "follower": Owed(_("No follower yet"), _("Find a follower"), _("Find a follower"), timedelta(days=21)),
    "first": Owed(_("First notice owed"), _("Write the first notice"), _("Open the first notice")),
    "announcement": Owed(
        _("Announcement owed"), _("Write the announcement"), _("Open the announcement"), timedelta(days=7)
    ),
    "reminder": Owed(_("Reminder"), _("Write the reminder"), _("Open the reminder"), timedelta(0)),
    "change": Owed(_("Change to be told"), _("Write the change notice"), _("Open the change notice")),
    "cancellation": Owed(
        _("Cancellation to be told"), _("Write the cancellation"), _("Open the cancellation")
    ),
    "confirm_start": Owed(
        _("Start to be confirmed"), _("Confirm the start"), _("Confirm the start"), timedelta(hours=1)
    ),
    "start": Owed(_("Start to be told"), _("Write the start notice"), _("Open the start notice")),
    "update": Owed(_("Update owed"), _("Write the update"), _("Open the update")),
    "confirm_end": Owed(
        _("End to be confirmed"), _("Confirm the end…"), _("Confirm the end…"), timedelta(hours=1)
    ),
    "end": Owed(_("End to be told"), _("Tell the end"), _("Open the end notice")),
    "report": Owed(_("Report owed"), _("Write the report"), _("Write the report")),
}


def owed(due: Due, *, sudden: bool) -> Owed:
    """Its words; the first notice of a planned outage is its announcement."""
    return OWED["announcement" if due.what == "first" and not sudden else due.what]
