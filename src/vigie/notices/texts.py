"""From facts and free words to what people read: NEWS, Flash and Mail, in each language.

Every sentence is built here in English and translated in the catalogue; the writer's own paragraphs follow the
sentence made from facts, never replace it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vigie.notices.rules import FLASH_LIMIT, SECTIONS, DataLost, Effect, Facts, Kind, Paragraphs, ServiceFact


@dataclass(frozen=True)
class Section:
    """One part of a notice: `heading` for the eye, `text` as paragraphs separated by blank lines."""

    key: str
    heading: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


@dataclass(frozen=True)
class Rendered:
    """One notice in one language, in its three shapes."""

    language: str
    title: str
    flash: str
    sections: tuple[Section, ...]
    mail_subject: str
    mail_text: str
    mail_html: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Rendered":
        sections = tuple(Section(**section) for section in row["sections"])
        return cls(**{**row, "sections": sections})


def moment(t: datetime, *, with_zone: bool = True) -> str:
    """“Sunday 22 November 2026 at 13:05 (Paris time, CET)”: complete, in the active language, in the centre's zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    local = t.astimezone(zone)
    if translation.get_language() == "fr":
        first = "1er" if local.day == 1 else str(local.day)
        day = f"{date_format(local, 'l')} {first} {date_format(local, 'F Y')}"
        text = f"{day} à {local.hour} h {local:%M}"
    else:
        text = f"{date_format(local, 'l j F Y')} at {local:%H:%M}"
    return f"{text} ({zone_words(local)})" if with_zone else text


def zone_words(local: datetime) -> str:
    """“Paris time, CET”: the city for people, the abbreviation for those who compute."""
    city = settings.TIME_ZONE.rsplit("/", 1)[-1].replace("_", " ")
    return _("%(city)s time, %(abbreviation)s") % {"city": city, "abbreviation": local.tzname()}


def clock_time(t: datetime) -> str:
    """“13:05” or “13 h 05”, in the centre's zone."""
    local = t.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{local.hour} h {local:%M}" if translation.get_language() == "fr" else f"{local:%H:%M}"


def listed(names: Iterable[str]) -> str:
    """“a, b and c” in the active language."""
    names = list(names)
    if len(names) < 2:  # noqa: PLR2004 # one name needs no joining
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def effect_words(effect: str) -> str:
    return {
        Effect.DOWN: _("down"),
        Effect.DEGRADED: _("degraded"),
        Effect.AT_RISK: _("at risk"),
    }[Effect(effect)]


def _names(services: Iterable[ServiceFact]) -> str:
    language = translation.get_language() or "en"
    return listed(service.name(language) for service in services)


def title(kind: str, facts: Facts) -> str:
    """The one line that says it: what, how bad, since when."""
    names = _names(facts.open_services or facts.services)
    if facts.false_alarm:
        return _("%(names)s: false alarm, nothing was wrong") % {"names": names}
    if facts.state == "cancelled" or kind == Kind.CANCELLATION:
        return _("%(names)s: the planned stop is cancelled") % {"names": names}
    if kind == Kind.REPORT:
        return _("%(names)s: report") % {"names": _names(facts.services)}
    if facts.state == "ended" and facts.ended_at:
        return _("%(names)s: working again since %(time)s") % {
            "names": _names(facts.services),
            "time": clock_time(facts.ended_at),
        }
    words = effect_words(facts.worst_effect)
    if facts.state == "announced":
        return _("%(names)s: %(effect)s from %(moment)s") % {
            "names": names,
            "effect": words,
            "moment": moment(facts.starts_at, with_zone=False),
        }
    return _("%(names)s: %(effect)s since %(time)s") % {
        "names": names,
        "effect": words,
        "time": clock_time(facts.starts_at),
    }


def flash(kind: str, facts: Facts) -> str:
    """At most 200 characters: the title, and when the next word comes."""
    line = title(kind, facts)
    tail = ""
    if facts.next_update_by and facts.state in {"ongoing", "announced"}:
        tail = _(". Next update by %(time)s") % {"time": clock_time(facts.next_update_by)}
    return Truncator(line).chars(FLASH_LIMIT - len(tail) - 1) + tail + "."


def sections(kind: str, facts: Facts, paragraphs: Mapping[str, str]) -> tuple[Section, ...]:
    """The parts of a notice in the active language, in the order of SECTIONS; empty ones are left out."""
    made = {
        "what": _what(facts),
        "effect": _effect(facts),
        "who": _who(facts),
        "data": _data(kind, facts),
        "next_update": _next_update(facts),
        "contact": facts.contact,
    }
    headings = {
        "what": _("What is happening") if facts.state == "ongoing" else _("What it is about"),
        "effect": _("What you notice"),
        "who": _("Who is affected"),
        "jobs": _("Your jobs and files"),
        "action": _("What to do"),
        "still_works": _("What still works"),
        "data": _("Your data"),
        "next_update": _("Next update"),
        "contact": _("Contact"),
    }
    found = []
    for key in SECTIONS:
        text = "\n\n".join(part for part in (made.get(key, ""), paragraphs.get(key, "").strip()) if part)
        if text:
            found.append(Section(key, headings[key], text))
    return tuple(found)


def _what(facts: Facts) -> str:
    language = translation.get_language() or "en"
    if facts.false_alarm:
        return _("We told you about a problem with %(names)s. It was a false alarm: nothing was wrong.") % {
            "names": _names(facts.services)
        }
    lines = [
        _("%(name)s (%(plain)s): %(state)s.")
        % {
            "name": service.name(language),
            "plain": service.plain(language),
            "state": _state_of(service, facts),
        }
        for service in facts.services
    ]
    if facts.reopened and facts.state == "ongoing":
        lines.append(_("We thought that it was over; it is not. We are sorry."))
    return "\n\n".join(lines)


def _state_of(service: ServiceFact, facts: Facts) -> str:
    if service.restored_at:
        return _("working again since %(moment)s") % {"moment": moment(service.restored_at)}
    words = effect_words(service.effect)
    if facts.state == "announced":
        return _("%(effect)s from %(moment)s") % {"effect": words, "moment": moment(service.starts_at)}
    text = _("%(effect)s since %(moment)s") % {"effect": words, "moment": moment(service.starts_at)}
    if service.ends_at:
        text += _(", expected back on %(moment)s") % {"moment": moment(service.ends_at)}
    return text


def _effect(facts: Facts) -> str:
    if facts.state in {"ended", "cancelled"} or facts.false_alarm:
        return ""
    language = translation.get_language() or "en"
    wording = {
        Effect.DOWN: _("%(name)s can't be used."),
        Effect.DEGRADED: _("%(name)s works, but slower or with errors."),
        Effect.AT_RISK: _("%(name)s works; short interruptions are possible."),
    }
    lines = [
        wording[Effect(service.effect)] % {"name": service.name(language)} for service in facts.open_services
    ]
    if facts.touched(language):
        lines.append(
            _("These depend on it and may fail too: %(names)s.") % {"names": listed(facts.touched(language))}
        )
    return " ".join(lines)


def _who(facts: Facts) -> str:
    if facts.false_alarm or not facts.experiments:
        return "" if facts.false_alarm else _("Everyone who uses these services.")
    return ngettext(
        "Everyone who uses these services, among them the experiment %(names)s.",
        "Everyone who uses these services, among them the experiments %(names)s.",
        len(facts.experiments),
    ) % {"names": listed(facts.experiments)}


def _data(kind: str, facts: Facts) -> str:
    if kind not in {Kind.END, Kind.REPORT} or facts.false_alarm:
        return ""
    return {
        DataLost.NO: _("No data was lost."),
        DataLost.YES: _("Data was lost."),
        DataLost.UNKNOWN: _("We are still checking whether data was lost."),
    }[DataLost(facts.data_lost)]


def _next_update(facts: Facts) -> str:
    if facts.next_update_by and facts.state in {"ongoing", "announced"}:
        return _("By %(moment)s, even if there is nothing new.") % {"moment": moment(facts.next_update_by)}
    if facts.state in {"ended", "cancelled"}:
        return _("None planned: this is over.")
    return ""


def render(
    kind: str,
    facts: Facts,
    *,
    language: str,
    paragraphs: Paragraphs,
    flashes: Mapping[str, str],
    link: str,
    correction: bool = False,
) -> Rendered:
    """The notice in one language, in all shapes. `link` is its page on the public site."""
    with translation.override(language):
        line = title(kind, facts)
        parts = sections(kind, facts, paragraphs.get(language, {}))
        subject = f"[{settings.OPTIONS['site.name']}] {_('Correction: ') if correction else ''}{line}"
        context = {
            "title": line,
            "sections": parts,
            "link": link,
            "correction": correction,
            "centre": settings.OPTIONS["site.name"],
            "language": language,
        }
        return Rendered(
            language=language,
            title=line,
            flash=flashes.get(language, "").strip() or flash(kind, facts),
            sections=parts,
            mail_subject=subject,
            mail_text=render_to_string("notices/mail.txt", context).strip() + "\n",
            mail_html=render_to_string("notices/mail.html", context),
        )
