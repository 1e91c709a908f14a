"""What the public pages say around the notices: the opening sentence, what is late, what is unconfirmed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from vigie.notices.rules import Effect, Facts, ServiceFact
from vigie.notices.texts import effect_words, listed
from vigie.public import rules
from vigie.public.queries import Story

NBSP = "\N{NO-BREAK SPACE}"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def state_word(state: str) -> str:
    """The word beside the shape: for what a notice tells, the same words as in the notice."""
    if state in set(Effect):
        return effect_words(state)
    return {
        "ok": pgettext("public status", "working"),
        "maintenance": pgettext("public status", "maintenance"),
    }.get(state) or pgettext("public status", "unknown")


def language() -> str:
    return "fr" if (translation.get_language() or "").startswith("fr") else "en"


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def clock_time(at: datetime) -> str:
    """13:05, « 13 h 05 », in the centre's zone and unbroken."""
    local = at.astimezone(zone())
    if language() == "fr":
        return f"{local.hour}{NBSP}h{NBSP}{local:%M}"
    return f"{local:%H:%M}"


def day(at: datetime, *, year: bool = True) -> str:
    """Sunday 22 November 2026, « dimanche 1er novembre 2026 »."""
    local = at.astimezone(zone())
    number = "1er" if local.day == 1 and language() == "fr" else str(local.day)
    text = f"{date_format(local, 'l')} {number} {date_format(local, 'F')}"
    return f"{text} {local.year}" if year else text


def same_day(one: datetime, other: datetime) -> bool:
    return one.astimezone(zone()).date() == other.astimezone(zone()).date()


def moment(at: datetime, now: datetime | None = None, *, with_zone: bool = True) -> str:
    """As short as it stays clear on a page made at `now`; complete, with its year, on one that is kept (None)."""
    if now is not None and same_day(at, now):
        text = clock_time(at)
    else:
        year = now is None or at.astimezone(zone()).year != now.astimezone(zone()).year
        text = _("%(day)s at %(time)s") % {"day": day(at, year=year), "time": clock_time(at)}
    return f"{text}{NBSP}{at.astimezone(zone()).tzname()}" if with_zone else text


def zone_words(at: datetime) -> str:
    """“Paris time (CET, UTC+1)”."""
    local = at.astimezone(zone())
    offset = local.utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    hours = f"{abs(minutes) // 60}" + (f":{abs(minutes) % 60:02d}" if minutes % 60 else "")
    city = settings.TIME_ZONE.rsplit("/", 1)[-1].replace("_", " ")
    return _("%(city)s time (%(abbreviation)s, UTC%(offset)s)") % {
        "city": city,
        "abbreviation": local.tzname(),
        "offset": f"{'+' if minutes >= 0 else '−'}{hours}",
    }


def utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def span(length: timedelta) -> str:
    """25 min, 1 h 25, 3 days."""
    minutes = max(int(length.total_seconds()) // 60, 0)
    if length < HOUR:
        return f"{minutes}{NBSP}min"
    if length < 3 * DAY:
        tail = f"{NBSP}{minutes % 60:02d}" if minutes % 60 else ""
        return f"{minutes // 60}{NBSP}h{tail}"
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def names(services: Iterable[ServiceFact]) -> str:
    return listed(service.name(language()) for service in services)


@dataclass(frozen=True)
class Opening:
    """The first thing read: its state, the sentence, and the quieter lines after it."""

    state: str
    sentence: str
    more: tuple[str, ...] = ()


def all_is_well_for(name: str, *, has_services: bool) -> str:
    """The sentence of an experiment's page when nothing touches it."""
    if not has_services:
        return _("%(name)s: no service is noted for this experiment yet.") % {"name": name}
    return _("%(name)s: all services in use work.") % {"name": name}


def opening(going_on: Sequence[Story], now: datetime, well: str = "") -> Opening:
    """The sentence of the whole centre, or of a part of it, from what has begun (what is to come is set aside by the
    caller); `well` is said when that is nothing.
    """
    if not going_on:
        return Opening("ok", well or _("All services work."))
    if len(going_on) == 1:
        return story_opening(going_on[0].facts, now)
    state = rules.worst(rules.outage_state(story.facts) for story in going_on)
    lines = [sentence(story.facts, now) for story in going_on]
    count = len(going_on)
    head = ngettext("%(count)d problem at present.", "%(count)d problems at present.", count)
    return Opening(state, head % {"count": count}, tuple(lines))


def story_opening(facts: Facts, now: datetime, *, kept: bool = False) -> Opening:
    """One outage: what is down since when, and when the next word comes. `kept`: a page that is not made again."""
    return Opening(
        rules.outage_state(facts), sentence(facts, None if kept else now), tuple(what_next(facts, now))
    )


def sentence(facts: Facts, now: datetime | None) -> str:
    """“dCache storage: down since 13:05 CET.”"""
    if facts.false_alarm:
        return _("%(names)s: false alarm, nothing was wrong.") % {"names": names(facts.services)}
    if facts.state == "cancelled":
        return _("%(names)s: the planned stop is cancelled.") % {"names": names(facts.services)}
    if facts.state == "ended":
        ended = facts.ended_at or facts.starts_at
        return _("%(names)s: working again since %(moment)s.") % {
            "names": names(facts.services),
            "moment": moment(ended, now),
        }
    if facts.state == "announced":
        return _("%(names)s: %(state)s from %(moment)s.") % {
            "names": names(facts.services),
            "state": state_word(rules.outage_state(facts)),
            "moment": moment(facts.starts_at, now),
        }
    if not facts.open_services:
        return _("%(names)s: working again; the end is not confirmed yet.") % {"names": names(facts.services)}
    first = min(service.starts_at for service in facts.open_services)
    return _("%(names)s: %(state)s since %(moment)s.") % {
        "names": names(facts.open_services),
        "state": state_word(rules.outage_state(facts)),
        "moment": moment(first, now),
    }


def what_next(facts: Facts, now: datetime) -> list[str]:
    """When the next word comes, or that it is late; that a start or an end is unconfirmed."""
    if not rules.is_open(facts):
        return []
    lines = []
    if facts.next_update_by:
        text = (
            _("The update promised for %(moment)s is late.")
            if rules.promise_is_late(facts, now)
            else _("Next update by %(moment)s.")
        )
        lines.append(text % {"moment": moment(facts.next_update_by, now)})
    begun, over = rules.start_is_unconfirmed(facts, now), rules.end_is_unconfirmed(facts, now)
    if begun and over and facts.expected_end:
        text = _("It was planned from %(start)s to %(end)s; whether it took place is unconfirmed.")
        lines.append(text % {"start": moment(facts.starts_at, now), "end": moment(facts.expected_end, now)})
    elif begun:
        text = _("It was to begin on %(moment)s; whether it did is unconfirmed.")
        lines.append(text % {"moment": moment(facts.starts_at)})
    elif over and facts.expected_end:
        text = _("It was expected to be over by %(moment)s; this is unconfirmed.")
        lines.append(text % {"moment": moment(facts.expected_end, now)})
    elif facts.expected_end and facts.state != "announced":
        text = _("Expected to be over by %(moment)s.")
        lines.append(text % {"moment": moment(facts.expected_end, now)})
    return lines


def when(facts: Facts) -> str:
    """The whole window of an outage, real or planned: day, from, to, and how long."""
    return window(facts.starts_at, facts.ended_at or (None if facts.sudden else facts.expected_end))


def window(start: datetime, end: datetime | None) -> str:
    """“Tuesday 8 December 2026, 08:00 – 18:00 (10 h)”; with the zone where the clocks change in between."""
    first = f"{day(start)}, {clock_time(start)}"
    if end is None:
        return first
    last = clock_time(end) if same_day(start, end) else f"{day(end)}, {clock_time(end)}"
    here, there = (at.astimezone(zone()).tzname() for at in (start, end))
    if here != there:
        first, last = f"{first}{NBSP}{here}", f"{last}{NBSP}{there}"
    return f"{first} – {last} ({span(end - start)})"


def stale_note() -> str:
    """The text beside the built-at time that needs no script."""
    minutes = settings.OPTIONS["public.heartbeat"]
    return _(
        "If this page is older than %(minutes)d minutes by your clock, the desk that writes it may be out of"
        " reach; what it says may no longer be true."
    ) % {"minutes": minutes}
