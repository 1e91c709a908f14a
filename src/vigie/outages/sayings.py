"""What Vigie itself writes into the log: kept as a kind of sentence with its values, worded where it is read.

So an English reader reads English, whoever acted. A name stands as it was when it happened, in both languages.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from vigie.notices.rules import Effect
from vigie.outages.models import EFFECT_LABELS, ROLE_LABELS, Fact
from vigie.outages.rules import RoleName
from vigie.services.models import Service

Said = Mapping[str, Any]  # {"what": a key of SENTENCES, its values by name, "why": free words after it}

SENTENCES: dict[str, Promise] = {
    "hit": lazy("%(service)s: %(effect)s"),
    "restored": lazy("%(service)s works again."),
    "ended": lazy("Outage ended."),
    "false_alarm": lazy("False alarm:"),
    "reopened": lazy("Reopened:"),
    "began": lazy("Work has begun."),
    "moved": lazy("Moved."),
    "cancelled": lazy("Cancelled:"),
    "followed": lazy("%(name)s follows it for Support."),
    "declined": lazy("%(name)s can't follow it."),
    "handed_over": lazy("%(role)s: %(before)s → %(after)s"),
    "alarms": ngettext_lazy("Alarm: %(what)s", "%(n)s alarms: %(what)s", "n"),
    "alarms_over": ngettext_lazy("Alarm over: %(what)s", "%(n)s alarms over: %(what)s", "n"),
    "unknown_fate": lazy("The mail to %(who)s may or may not have arrived: %(error)s"),
    "undelivered": lazy("The mail to %(who)s could not be delivered: %(error)s"),
    "blocked": lazy("%(who)s can’t be reached by mail: nothing more is sent there. %(error)s"),
    "bounced": lazy("A mail to %(who)s came back; it may pass. %(error)s"),
}


def named(service: Service) -> dict[str, str]:
    """A service as a value of a sentence."""
    return {"fr": service.name_fr, "en": service.name_en}


def sentence(said: Said) -> str:
    """It in the reader's language. Raises KeyError for a sentence nobody knows."""
    values = {name: _shown(name, value) for name, value in said.items() if name not in {"what", "why"}}
    if more := said.get("more"):
        values["what"] = f"{said['alarms']} {_('and %(n)s more') % {'n': more}}"
    elif "alarms" in said:
        values["what"] = said["alarms"]
    text = str(SENTENCES[said["what"]] % values).strip()
    if said.get("last"):
        tail = _("Many alarms: further ones are listed with the alarms of this outage, not here.")
        text = f"{text}\n{tail}"
    return f"{text} {said['why']}" if said.get("why") else text


def _shown(name: str, value: Any) -> str | int:
    if isinstance(value, Mapping):
        return str(value["en" if get_language() == "en" else "fr"])
    if name == "effect":
        return str(EFFECT_LABELS[Effect(value)])
    if name == "role":
        return str(ROLE_LABELS[RoleName(value)])
    return value if isinstance(value, int) else str(value)


def log_text(fact: Fact) -> str:
    """A line of the log for whoever reads it now; what people typed, and lines of long ago, as they are."""
    return sentence(fact.said) if fact.said.get("what") in SENTENCES else fact.text
