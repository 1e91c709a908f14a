"""What was told of one outage, as events of a calendar (RFC 5545): the same for feeds and for mails.

One event per window: the services of an outage that stop and start together share one. Its UID never changes, its
SEQUENCE counts what was published, and what was told and no longer holds stays as a cancelled event, so that a
calendar that took it takes it back. All times are UTC; nothing here depends on the present moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from vigie.notices.rules import Effect, Facts, ServiceFact
from vigie.notices.texts.lines import effect_words, flat, listed
from vigie.notices.texts.times import window as window_words

if TYPE_CHECKING:
    from icalendar import Calendar, Event

REFRESH = timedelta(hours=1)  # how often a calendar may ask again
SHORTEST = timedelta(minutes=15)  # an event that lasts no time is not drawn by some calendars
Method = Literal["PUBLISH", "CANCEL"]
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Word:
    """One published version of a notice: when, and the facts it was made of."""

    published_at: datetime
    facts: Facts


@dataclass(frozen=True)
class Course:
    """All that was published about one outage, oldest first, with its page and its newest flash in one language."""

    thread: int
    words: tuple[Word, ...]
    link: str
    flash: str

    @property
    def facts(self) -> Facts:
        return self.words[-1].facts


@dataclass(frozen=True)
class _Window:
    """Services of one outage that stop and start together."""

    uid: str
    services: tuple[ServiceFact, ...]
    facts: Facts
    cancelled: bool = False


def _base() -> str:
    return str(settings.OPTIONS["site.public_url"] or settings.OPTIONS["site.url"])


def uid(thread: int, service: str = "") -> str:
    """The name of an event for ever: the outage's, and the service's where it has a window of its own."""
    host = urlsplit(_base()).hostname
    return f"outage-{thread}{f'-{service}' if service else ''}@{host or 'localhost'}"


def _windows(thread: int, facts: Facts) -> dict[str, _Window]:
    """{uid: window}: the window of the first service is the outage's own event, others are named by their first."""
    groups: dict[Span, list[ServiceFact]] = {}
    for service in facts.services:
        groups.setdefault((service.starts_at, service.ends_at or facts.expected_end), []).append(service)
    found = {}
    for number, services in enumerate(groups.values()):
        name = uid(thread, services[0].code if number else "")
        off = facts.state == "cancelled" or facts.false_alarm
        found[name] = _Window(name, tuple(services), facts, cancelled=off)
    return found


def _told(course: Course) -> list[_Window]:
    """The windows of the newest word, then those that only earlier words had: taken back."""
    found = _windows(course.thread, course.facts)
    for word in reversed(course.words[:-1]):
        for name, window in _windows(course.thread, word.facts).items():
            gone = _Window(name, window.services, window.facts, cancelled=True)
            found.setdefault(name, gone)
    return list(found.values())


def _end(window: _Window) -> datetime:
    """When it ended; else when it is to end; else, for what nobody knows the end of, when the next word comes."""
    facts = window.facts
    start = min(service.starts_at for service in window.services)
    back = [service.restored_at for service in window.services if service.restored_at]
    end: datetime | None
    if len(back) == len(window.services):
        end = max(back)
    elif facts.state == "ended":
        end = facts.ended_at
    else:
        end = window.services[0].ends_at or facts.expected_end or facts.next_update_by
    return max(end or start, start + SHORTEST)


def _summary(window: _Window, language: str) -> str:
    """“Maintenance: dCache storage down”; the mark of what is over or cancelled comes first."""
    names = listed(flat(service.name(language)) for service in window.services)
    order = list(Effect)
    effect = min((service.effect for service in window.services), key=lambda each: order.index(Effect(each)))
    line = _("%(names)s: %(what)s") % {"names": names, "what": effect_words(effect)}
    if window.facts.false_alarm:
        return pgettext("calendar", "False alarm: %(line)s") % {"line": names}
    if window.cancelled:
        return pgettext("calendar", "Cancelled: %(line)s") % {"line": line}
    return line


def _description(window: _Window, course: Course, language: str) -> str:
    lines = [course.flash, ""]
    if not window.cancelled:
        for service in window.services:
            plain = flat(service.plain(language))
            lines.append(
                f"{flat(service.name(language))} – {plain}" if plain else flat(service.name(language))
            )
        start = min(service.starts_at for service in window.services)
        lines.append(window_words(start, _end(window)))
    if (
        window.facts.state == "ongoing"
        and window.services[0].ends_at is None
        and not window.facts.expected_end
    ):
        lines.append(_("Nobody knows yet when it ends; the end shown is when the next update is due."))
    return "\n".join([*lines, "", course.link]).strip()


def events(course: Course, language: str, services: Iterable[str] | None = None) -> list["Event"]:
    """The events of one outage in one language; with `services` (codes) only those windows that touch one of them."""
    from icalendar import Event  # noqa: PLC0415 # a quarter of a second: only those who write calendars pay for it

    wanted = None if services is None else frozenset(services)
    made = []
    with translation.override(language):
        for window in _told(course):
            if wanted is not None and wanted.isdisjoint(service.code for service in window.services):
                continue
            last = course.words[-1].published_at.astimezone(UTC)
            event = Event()
            event.add("uid", window.uid)
            event.add("sequence", len(course.words))
            event.add("dtstamp", last)
            event.add("created", course.words[0].published_at.astimezone(UTC))
            event.add("last-modified", last)
            event.add("dtstart", min(service.starts_at for service in window.services).astimezone(UTC))
            event.add("dtend", _end(window).astimezone(UTC))
            event.add("summary", _summary(window, language))
            event.add("description", _description(window, course, language))
            event.add("url", course.link)
            kind = (
                pgettext("calendar", "Outage") if window.facts.sudden else pgettext("calendar", "Maintenance")
            )
            event.add("categories", [kind])
            event.add("status", "CANCELLED" if window.cancelled else "CONFIRMED")
            event.add("transp", "TRANSPARENT")  # a stop of a machine makes nobody busy
            made.append(event)
    return made


def calendar(
    courses: Iterable[Course], language: str, *, name: str = "", services: Iterable[str] | None = None
) -> "Calendar":
    """A whole calendar of many outages, named for those who subscribe to it."""
    from icalendar import Calendar  # noqa: PLC0415 # same

    made = Calendar()
    made.add("prodid", f"-//Vigie//{settings.OPTIONS['site.name']}//{language.upper()}")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    if name:
        made.add("name", name)
        made.add("x-wr-calname", name)
        made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        made.add("x-published-ttl", "PT1H")
    wanted = None if services is None else frozenset(services)
    for course in courses:
        for event in events(course, language, wanted):
            made.add_component(event)
    return made


def encode(made: "Calendar") -> bytes:
    """The bytes, with what could break a line taken out by the library."""
    content: bytes = made.to_ical()
    return content


def invitation(course: Course, language: str, organizer: str) -> dict[str, str]:
    """The calendar part of a mail (see `vigie.contracts.channel.CalendarPart`): PUBLISH, or CANCEL for what is off."""
    method: Method = "CANCEL" if all(window.cancelled for window in _told(course)) else "PUBLISH"
    made = calendar([course], language)
    made.add("method", method)
    for event in made.events:
        event.add("organizer", f"mailto:{organizer}")  # demanded by RFC 5546
    return {
        "content": encode(made).decode(),
        "method": method,
        "filename": f"outage-{course.thread}.ics",
    }


def course_of(thread: int, words: Sequence[Word], *, language: str, flash: str) -> Course:
    """The words in the order in which they were published, with the outage's page in this language."""
    link = f"{_base()}/{language}/status/{thread}.html"
    return Course(thread, tuple(sorted(words, key=lambda word: word.published_at)), link, flash)
