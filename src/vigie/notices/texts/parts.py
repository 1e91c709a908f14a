"""The parts of a notice, one function each: what the facts say, in sentences that a newcomer understands.

Where the facts don't know yet (what becomes of jobs), an honest sentence stands in until the writer's words replace
it; everywhere else the writer's words follow the sentence made from facts, never replace it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from vigie.notices.rules import SECTIONS, DataLost, Effect, Facts, Kind, ServiceFact
from vigie.notices.texts.lines import effect_words, full_name, language, listed, short_name, since_words
from vigie.notices.texts.times import moment, moment_after, window

# Where the sentence only stands in: the writer knows better.
STAND_INS = frozenset({"jobs", "action"})


@dataclass(frozen=True)
class Section:
    """One part of a notice: `heading` for the eye, `text` as paragraphs separated by blank lines."""

    key: str
    heading: str
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


def headings(facts: Facts) -> dict[str, str]:
    """What stands above each part, in the active language."""
    return {
        "what": _what_heading(facts),
        "effect": pgettext("heading of a notice", "What you notice"),
        "who": pgettext("heading of a notice", "Who is affected"),
        "jobs": pgettext("heading of a notice", "Your jobs and files"),
        "action": pgettext("heading of a notice", "What to do"),
        "still_works": pgettext("heading of a notice", "What still works"),
        "data": pgettext("heading of a notice", "Your data"),
        "next_update": pgettext("heading of a notice", "Next update"),
        "contact": pgettext("heading of a notice", "Contact"),
    }


def _what_heading(facts: Facts) -> str:
    if facts.before:
        return pgettext("heading of a notice", "What changes")
    if facts.state == "announced":
        return pgettext("heading of a notice", "What is planned")
    if facts.state == "ongoing":
        return pgettext("heading of a notice", "What is happening")
    if facts.state == "cancelled":
        return pgettext("heading of a notice", "What is cancelled")
    return pgettext("heading of a notice", "What happened")


def said(kind: str, facts: Facts, now: datetime) -> dict[str, str]:
    """What the facts alone say in each section, in the active language; "" where they say nothing."""
    short = kind == Kind.REMINDER  # whoever wants it all reads the announcement
    return {
        "what": _what(facts, now),
        "effect": "" if short else _effect(facts),
        "who": "" if short else _who(facts),
        "jobs": "" if short else _jobs(kind, facts),
        "action": _action(kind, facts),
        "still_works": _still_works(facts),
        "data": _data(kind, facts),
        "next_update": _next_update(facts),
        "contact": facts.contact,
    }


def sections(kind: str, facts: Facts, paragraphs: Mapping[str, str], now: datetime) -> tuple[Section, ...]:
    """The parts in the active language, in the order of SECTIONS; empty ones are left out."""
    made, names = said(kind, facts, now), headings(facts)
    found = []
    for key in SECTIONS:
        words = paragraphs.get(key, "").strip()
        fact = "" if words and key in STAND_INS else made[key]
        text = "\n\n".join(
            part
            for part in ((words, fact) if kind == Kind.REPORT and key == "what" else (fact, words))
            if part
        )
        if text:
            found.append(Section(key, names[key], text))
    return tuple(found)


def _what(facts: Facts, now: datetime) -> str:
    if facts.false_alarm:
        return _("We told you about a problem: %(names)s. It was a false alarm: nothing was wrong.") % {
            "names": listed(full_name(service) for service in facts.services)
        }
    ordered = (*facts.open_services, *facts.restored_services)
    lines = [
        _("%(name)s: %(state)s.")
        % {"name": capfirst(full_name(service)), "state": _state_of(service, facts, now)}
        for service in ordered
    ]
    if facts.state == "cancelled":
        lines = _cancelled(facts)
    elif facts.before:
        lines = _changes(facts, now)
    if facts.reopened and facts.state == "ongoing":
        lines.insert(0, _("We told you that it was over. It is not, and we are sorry."))
    if facts.state == "ended":
        lines.append(_("It began on %(moment)s.") % {"moment": moment(facts.starts_at)})
    return "\n\n".join(lines)


def _cancelled(facts: Facts) -> list[str]:
    lines = [
        _("The planned stop is cancelled; nothing changes for you: %(names)s.")
        % {"names": listed(full_name(service) for service in facts.services)}
    ]
    if facts.expected_end:
        lines.append(
            _("It was planned %(window)s.") % {"window": window(facts.starts_at, facts.expected_end)}
        )
    return lines


def _changes(facts: Facts, now: datetime) -> list[str]:
    """Service by service: what was told and what is so, what is new, what is spared, what stays."""
    was = {service.code: service for service in facts.before}
    changed, stays = [_("This replaces what we told you.")], []
    for service in facts.services:
        words = {"name": full_name(service), "state": _state_of(service, facts, now)}
        old = was.pop(service.code, None)
        if old is None:
            changed.append(_("New: %(name)s, %(state)s.") % words)
        elif (old.effect, old.starts_at, old.ends_at) == (service.effect, service.starts_at, service.ends_at):
            stays.append(_("Unchanged: %(name)s, %(state)s.") % words)
        else:
            words |= {"name": capfirst(words["name"]), "old": _planned(old)}
            changed.append(_("%(name)s: now %(state)s. We had told you: %(old)s.") % words)
    changed += [
        _("No longer concerned: %(name)s.") % {"name": full_name(service)} for service in was.values()
    ]
    return changed + stays


def _planned(service: ServiceFact) -> str:
    """What was planned for a service: its effect, and from when to when."""
    effect = effect_words(service.effect)
    if not service.ends_at:
        return _("%(effect)s from %(time)s") % {"effect": effect, "time": moment(service.starts_at)}
    return _("%(effect)s %(window)s") % {
        "effect": effect,
        "window": window(service.starts_at, service.ends_at),
    }


def _state_of(service: ServiceFact, facts: Facts, now: datetime) -> str:
    if service.restored_at:
        return _("working again since %(moment)s") % {"moment": moment(service.restored_at)}
    if facts.state == "announced":
        return _planned(service)
    since = facts.since(service)
    text = since_words(service, facts, moment(since))
    if not service.ends_at:
        return text
    pattern = (
        _("%(state)s; it was expected to last until %(moment)s, and takes longer")
        if service.ends_at <= now
        else _("%(state)s, expected to last until %(moment)s")
    )
    return pattern % {"state": text, "moment": moment_after(service.ends_at, since)}


def _effect(facts: Facts) -> str:
    if facts.state in {"ended", "cancelled"} or facts.false_alarm:
        return ""
    wording = {
        Effect.DOWN: _("You can’t use: %(names)s."),
        Effect.DEGRADED: _("Usable, but slow or with errors: %(names)s."),
        Effect.AT_RISK: _("Working, but short interruptions are possible: %(names)s."),
    }
    lines = []
    for effect, pattern in wording.items():
        hit = [short_name(service) for service in facts.open_services if service.effect == effect]
        if hit:
            lines.append(pattern % {"names": listed(hit)})
    if touched := facts.touched(language()):
        lines.append(_("This may also disturb: %(names)s.") % {"names": listed(touched)})
    if not facts.open_services:
        lines.append(_("Everything works again; we are still watching before we call it over."))
    return "\n\n".join(lines)


def _who(facts: Facts) -> str:
    if facts.false_alarm or facts.state == "cancelled":
        return ""
    n = len(facts.services)
    if facts.state == "ended":
        text = ngettext(
            "Everyone who used this service during that time.",
            "Everyone who used these services during that time.",
            n,
        )
    else:
        text = ngettext("Everyone who uses this service.", "Everyone who uses these services.", n)
    if not facts.experiments:
        return text
    among = ngettext(
        "Among them, the experiment %(names)s.",
        "Among them, the experiments %(names)s.",
        len(facts.experiments),
    )
    return f"{text} {among % {'names': listed(facts.experiments)}}"


def _jobs(kind: str, facts: Facts) -> str:
    if facts.false_alarm or facts.state == "cancelled" or kind == Kind.REPORT:
        return ""
    if facts.state == "ended":
        return _("Jobs and file transfers that needed it during that time may have waited or failed.")
    if facts.state == "announced":
        return _("We will tell you before it starts what becomes of running jobs.")
    return _(
        "We don’t know yet what this means for running jobs and for files being written. We will say so here"
        " as soon as we know."
    )


def _action(kind: str, facts: Facts) -> str:
    if kind == Kind.REPORT:
        return ""
    if facts.state == "ended" and not facts.false_alarm:
        return _("Check your jobs and transfers of that time, and run again those that failed.")
    return _("You have nothing to do for now.") if facts.state == "ongoing" else _("You have nothing to do.")


def _still_works(facts: Facts) -> str:
    if facts.state != "ongoing":
        return ""
    text = _("We know of no problem with our other services.")
    if elsewhere := facts.elsewhere(language()):
        other = _("Another outage is going on, told separately: %(names)s.") % {"names": listed(elsewhere)}
        return f"{other} {text}"
    return text


def _data(kind: str, facts: Facts) -> str:
    if kind not in {Kind.END, Kind.REPORT} or facts.false_alarm:
        return ""
    return {
        DataLost.NO: _("No data was lost."),
        DataLost.YES: _("Some data was lost."),
        DataLost.UNKNOWN: _("We are still checking whether data was lost."),
    }[DataLost(facts.data_lost)]


def _next_update(facts: Facts) -> str:
    if facts.next_update_by and facts.state in {"ongoing", "announced"}:
        return _("By %(moment)s, even if there is nothing new.") % {"moment": moment(facts.next_update_by)}
    if facts.state == "cancelled":
        return _("None: it does not take place.")
    if facts.state == "ended":
        return _("None planned: this is over.")
    return ""
