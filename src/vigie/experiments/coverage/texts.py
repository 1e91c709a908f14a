"""Holes, causes and taking-overs in words, and the mail that tells leads of holes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vigie.experiments.coverage.models import TakingOver
from vigie.experiments.coverage.queries import Line, ToTell, line_of
from vigie.experiments.coverage.rules import NEVER, Cause, Hole, State
from vigie.people.models import Person

CAUSES: Mapping[Cause, str | Promise] = {
    Cause.DEPARTURE: gettext_lazy("%(names)s leaves"),
    Cause.CONTRACT: gettext_lazy("contract of %(names)s ends"),
    Cause.ABSENCE: gettext_lazy("%(names)s is away"),
    Cause.END: gettext_lazy("%(names)s stops covering it"),
    Cause.ONLY_ONE: gettext_lazy("there is no second person"),
    Cause.NOBODY: gettext_lazy("nobody ever covered it"),
}


def day_words(day: date) -> str:
    """A day as a reader writes it: 1 July 2027, 1er juillet 2027."""
    if translation.get_language() == "fr" and day.day == 1:
        return f"1er {date_format(day, 'F Y')}"
    return date_format(day, "j F Y")


def cause_words(hole: Hole, names: Mapping[int, str]) -> str:
    """Why the hole opens, naming who goes."""
    who = ", ".join(names.get(pk, "?") for pk in hole.reason.persons)
    return str(CAUSES[hole.reason.cause]) % {"names": who}


def hole_words(hole: Hole, line: Line, today: date, names: Mapping[int, str]) -> str:
    """The hole in one line: "Lyra: nobody from 1 July 2027"."""
    left = ", ".join(names.get(pk, "?") for pk in hole.left)
    words = {
        "line": line.name,
        "start": day_words(max(hole.days.starts, today)),
        "end": "" if hole.days.ends >= NEVER else day_words(hole.days.ends),
        "left": left,
    }
    open_now = hole.days.starts <= today
    if hole.state is State.NONE:
        text = _("%(line)s: nobody now") if open_now else _("%(line)s: nobody from %(start)s")
    elif open_now:
        text = _("%(line)s: only %(left)s now")
    else:
        text = _("%(line)s: only %(left)s from %(start)s")
    return text % words


def holes_mail(found: Sequence[ToTell], lead: Person) -> dict[str, Any]:
    """Subject and text of the mail that tells a lead of holes, in their language."""
    link = f"{settings.OPTIONS['site.url']}/coverage"
    with translation.override(lead.language):
        rows = [
            f"- {hole_words(item.hole, line_of(item.experiment), item.today, item.names)}"
            f" ({cause_words(item.hole, item.names)})"
            for item in found
        ]
        if len(rows) == 1:
            subject = hole_words(found[0].hole, line_of(found[0].experiment), found[0].today, found[0].names)
        else:
            subject = _("Coverage: %(n)d holes ahead") % {"n": len(rows)}
        text = _(
            "%(name)s,\n\nthe coverage of experiments has holes ahead:\n\n%(rows)s\n\n"
            "Each can be closed here, by somebody who covers the line in time:\n%(link)s\n\n"
            "Vigie tells of each hole 6, 3 and 1 month before it opens."
        ) % {"name": lead.name, "rows": "\n".join(rows), "link": link}
    return {"subject": subject, "text": text}


def what_words(row: TakingOver, language: str) -> str:
    """What changes hands, for a reader: the thing, then the words beside it."""
    if row.experiment or row.general:
        thing = line_of(row.experiment).name
    elif row.duty:
        thing = row.duty.name(language)
    elif row.service:
        thing = row.service.name(language)
    else:
        return row.what
    return f"{thing} · {row.what}" if row.what else thing
