"""Shifts as a calendar (RFC 5545): UTC times, one name for ever, SEQUENCE as often as it changed, CANCELLED when taken away.

Nothing here depends on the present moment: the bytes change only when the rota does.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from vigie.duty.models import Duty
from vigie.duty.seen.queries import Told
from vigie.people.models import Person

if TYPE_CHECKING:
    from icalendar import Event

REFRESH = timedelta(hours=1)


def level_words(level: int) -> str:
    """“primary”, “backup”, “level 3”."""
    if level == 1:
        return _("primary")
    return _("backup") if level == 2 else _("level %(level)s") % {"level": level}  # noqa: PLR2004 # the second


def seal(subject: Person | Duty, rows: Sequence[Told], language: str) -> str:
    """What two readings of the same calendar have in common: its ETag, without writing it."""
    mine = f"{type(subject).__name__} {subject.pk} {_title(subject, language)} {language}"
    parts = [
        f"{row.entry.uid} {row.entry.sequence} {row.cancelled} {row.person.name} {row.person.phone}"
        for row in rows
    ]
    names = sorted({row.entry.duty.name(language) for row in rows})
    text = "\n".join([mine, settings.OPTIONS["site.name"], settings.OPTIONS["site.url"], *names, *parts])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _title(subject: Person | Duty, language: str) -> str:
    with translation.override(language):
        if isinstance(subject, Duty):
            return _("On duty: %(name)s") % {"name": subject.name(language)}
        return _("On duty: %(name)s") % {"name": subject.name}


def calendar(subject: Person | Duty, rows: Sequence[Told], language: str) -> bytes:
    """The calendar of a person's shifts, or of a duty's, in one language."""
    from icalendar import Calendar  # noqa: PLC0415 # a quarter of a second: only those who write calendars pay for it

    made = Calendar()
    made.add("prodid", f"-//Vigie//{settings.OPTIONS['site.name']}//{language.upper()}")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    title = _title(subject, language)
    made.add("name", title)
    made.add("x-wr-calname", title)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    with translation.override(language):
        for row in rows:
            made.add_component(_event(row, language, of_person=isinstance(subject, Person)))
    return bytes(made.to_ical())


def _event(row: Told, language: str, *, of_person: bool) -> "Event":
    from icalendar import Event  # noqa: PLC0415 # same

    entry = row.entry
    duty = entry.duty.name(language)
    what = duty if row.level == 1 else f"{duty} ({level_words(row.level)})"
    line = what if of_person else _("%(what)s: %(who)s") % {"what": what, "who": row.person.name}
    event = Event()
    event.add("uid", str(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("created", entry.made_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.ends_at.astimezone(UTC))
    event.add(
        "summary", pgettext("calendar", "Cancelled: %(line)s") % {"line": line} if row.cancelled else line
    )
    event.add("description", _details(row, duty))
    event.add("url", f"{settings.OPTIONS['site.url']}/duty")
    event.add("status", "CANCELLED" if row.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if row.cancelled or not of_person else "OPAQUE")
    return event


def _details(row: Told, duty: str) -> str:
    """The duty and level in words, and, in the calendar of a duty, how to reach who holds it."""
    phone = row.person.phone or row.entry.duty.phone
    lines = [f"{duty}, {level_words(row.level)}", f"{row.person.name}{f' ☎ {phone}' if phone else ''}"]
    return "\n".join(lines)
