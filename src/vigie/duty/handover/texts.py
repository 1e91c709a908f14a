"""What people read of a hand-over: that it waits, that it came back, that it is late."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.duty.handover.models import HandOver
from vigie.duty.handover.rules import Late
from vigie.people.models import Person


def shift_end(at: datetime) -> str:
    """“22 Nov 20:00”, in the centre's zone, as digits in both languages."""
    return f"{at.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M}"


def late_words(row: HandOver, late: Late, language: str) -> str:
    """One line: what is late, of which duty and shift. In the language of the moment."""
    values = {"duty": row.duty.name(language), "at": shift_end(row.ends_at), "name": row.outgoing.name}
    if late.what == "accept":
        return _("The hand-over of %(duty)s at %(at)s waits to be accepted.") % values
    return _("The hand-over of %(duty)s at %(at)s was not given by %(name)s.") % values


def given_mail(row: HandOver, person: Person) -> dict[str, str]:
    """To whoever comes next."""
    with translation.override(person.language):
        values = {
            "name": person.name,
            "by": row.given_by.name if row.given_by else row.outgoing.name,
            "duty": row.duty.name(person.language),
            "at": shift_end(row.ends_at),
            "notes": row.notes or _("(no notes)"),
            "link": f"{settings.OPTIONS['site.url']}{row.path}",
        }
        return {
            "subject": _("Hand-over of %(duty)s, %(at)s: accept it") % values,
            "text": _(
                "%(name)s,\n\n%(by)s hands %(duty)s over to you at %(at)s.\n\n%(notes)s\n\nRead and accept it here:\n%(link)s"
            )
            % values,
        }


def declined_mail(row: HandOver, person: Person) -> dict[str, str]:
    """To whoever gave it."""
    with translation.override(person.language):
        values = {
            "name": person.name,
            "by": row.declined_by.name if row.declined_by else "",
            "duty": row.duty.name(person.language),
            "at": shift_end(row.ends_at),
            "reason": row.reason,
            "link": f"{settings.OPTIONS['site.url']}{row.path}",
        }
        return {
            "subject": _("Hand-over of %(duty)s, %(at)s: a question") % values,
            "text": _(
                "%(name)s,\n\n%(by)s asks about your hand-over of %(duty)s at %(at)s:\n\n%(reason)s\n\nAnswer and give it again here:\n%(link)s"
            )
            % values,
        }
