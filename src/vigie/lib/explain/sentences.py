"""One finding as one sentence, in French and in English.

No gettext: the library stands alone, and its sentence is one pattern. Attributes speak by phrases that can be handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol

Value = str | int | bool
Language = Literal["fr", "en"]

LONGEST_VALUE = 60
MOST_TIMES = 100
"""A risk ratio beyond it is said as “more than …”: where no other job is bad its digits mean nothing."""
MONTHS = (
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
)


@dataclass(frozen=True)
class Phrase:
    """How an attribute's value is said after “Jobs” and « Les jobs »; {} stands for the value."""

    fr: str
    en: str


# In the order in which a sentence says them: what jobs are called, whose they are, where they run, when they began.
PHRASES: Mapping[str, Phrase] = MappingProxyType(
    {
        "name_shape": Phrase("nommés «\u00a0{}\u00a0»", "named “{}”"),
        "name": Phrase("nommés «\u00a0{}\u00a0»", "named “{}”"),
        "executable": Phrase("du programme {}", "of program {}"),
        "user": Phrase("de l’utilisateur {}", "of user {}"),
        "person": Phrase("de la personne {}", "of person {}"),
        "experiment": Phrase("de l’expérience {}", "of experiment {}"),
        "account": Phrase("du compte {}", "of account {}"),
        "group": Phrase("du groupe {}", "of group {}"),
        "queue": Phrase("dans la file {}", "in queue {}"),
        "qos": Phrase("de la qualité de service {}", "of quality of service {}"),
        "node": Phrase("sur le nœud {}", "on node {}"),
        "rack": Phrase("dans la baie {}", "in rack {}"),
        "cluster": Phrase("de la grappe {}", "of cluster {}"),
        "service": Phrase("du service {}", "of service {}"),
        "storage": Phrase("sur le stockage {}", "on storage {}"),
        "cores": Phrase("à {} cœur(s)", "with {} core(s)"),
        "state": Phrase("dans l’état {}", "in state {}"),
        "detector": Phrase("signalés par le détecteur {}", "flagged by detector {}"),
        "submitted_from": Phrase("soumis depuis {}", "submitted from {}"),
        "hour": Phrase("démarrés entre {}\u00a0h et {}\u00a0h\u00a059", "started between {}:00 and {}:59"),
    }
)


class Said(Protocol):
    """What a sentence needs to know of a finding."""

    @property
    def where(self) -> Mapping[str, Value]: ...
    @property
    def jobs(self) -> int: ...
    @property
    def flagged(self) -> int: ...
    @property
    def lost(self) -> float: ...
    @property
    def risk_ratio(self) -> float: ...
    @property
    def interval(self) -> tuple[float, float]: ...
    @property
    def since(self) -> datetime | None: ...


def sentence(
    finding: Said,
    language: Language,
    phrases: Mapping[str, Phrase] = PHRASES,
    *,
    weighed: bool = True,
    unit: str = "",
) -> str:
    """What is wrong, how sure we are, and what it costs. A time is said in the zone that it carries.

    `weighed` false: the loss is not known, and nothing is said of it. `unit`: what it counts, if not core-hours.
    """
    ranks = {name: rank for rank, name in enumerate(phrases)}
    named = sorted(finding.where.items(), key=lambda one: ranks.get(one[0], len(ranks)))
    strangers = [name for name, _value in named if name not in phrases]
    which = " ".join(
        _which(name, value, language, phrases, again=name in strangers[1:]) for name, value in named
    )
    jobs, flagged = number(finding.jobs, language), number(finding.flagged, language)
    cost = _cost(finding.lost, unit, language) if weighed else ""
    times, sure = times_as_often(finding.risk_ratio, language), _interval(finding.interval, language)
    if language == "fr":
        since = f", depuis le {_moment(finding.since, language)}" if finding.since else ""
        return (
            f"Les jobs {which} sont signalés {times} que les autres (intervalle à 95\u00a0%\u00a0: {sure})\u00a0: "
            f"{flagged}\u00a0sur\u00a0{jobs}{cost}{since}."
        )
    since = f", since {_moment(finding.since, language)}" if finding.since else ""
    return (
        f"Jobs {which} are flagged {times} as the others (95% interval: {sure}): "
        f"{flagged} of {jobs}{cost}{since}."
    )


def _cost(lost: float, unit: str, language: Language) -> str:
    """What was lost, after a semicolon: a comma beside a number would read as part of it."""
    shown, other = number(lost, language, 3), _clean(unit)
    if language == "fr":
        hours = "heure-cœur perdue" if lost < 2 else "heures-cœur perdues"  # noqa: PLR2004 (French plural)
        return f"\u202f; perte de {shown}\u00a0{other}" if other else f"\u202f; {shown}\u00a0{hours}"
    hours = "core-hour" if shown == "1" else "core-hours"
    return f"; {shown} {other or hours} lost"


def times_as_often(ratio: float, language: Language) -> str:
    """“8.2 times as often”; beyond `MOST_TIMES` “more than 100 times as often”."""
    more = ratio > MOST_TIMES
    shown = number(min(ratio, MOST_TIMES), language, 2)
    if language == "fr":
        return f"{'plus de ' if more else ''}{shown}\u00a0fois plus souvent"
    return f"{'more than ' if more else ''}{shown} times as often"


def _interval(interval: tuple[float, float], language: Language) -> str:
    """“5.1 to 14”; “at least 34” where the upper end is beyond `MOST_TIMES`."""
    low, high = interval
    ends = number(low, language, 2), number(min(high, MOST_TIMES), language, 2)
    if high > MOST_TIMES:
        return f"au moins\u00a0{ends[0]}" if language == "fr" else f"at least {ends[0]}"
    return f"de\u00a0{ends[0]} à\u00a0{ends[1]}" if language == "fr" else f"{ends[0]} to {ends[1]}"


def number(value: float, language: Language, digits: int | None = None) -> str:
    """A number as the language writes it; `digits` are the significant ones to keep, the whole part always whole."""
    if digits is None or abs(value) >= 10 ** (digits - 1):
        text = f"{value:,.0f}"
    else:
        text = f"{value:.{digits}g}"
        text = f"{float(text):f}".rstrip("0").rstrip(".") if "e" in text else text
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def _which(name: str, value: Value, language: Language, phrases: Mapping[str, Phrase], *, again: bool) -> str:
    """`again`: an attribute without a phrase was said just before it."""
    stranger = (
        Phrase("et {name} vaut {}", "and {name} {}")
        if again
        else Phrase("dont {name} vaut {}", "with {name} {}")
    )
    phrase = phrases.get(name) or stranger
    text = phrase.fr if language == "fr" else phrase.en
    return text.replace("{name}", name).replace("{}", _clean(str(value)) or "«\u00a0\u00a0»")


def _clean(value: str) -> str:
    """On one line, printable, and not endless."""
    shown = "".join(sign if sign.isprintable() else " " for sign in value[: LONGEST_VALUE * 8])
    said = " ".join(shown.split())
    return said if len(said) <= LONGEST_VALUE else said[: LONGEST_VALUE - 1] + "…"


def _moment(moment: datetime, language: Language) -> str:
    zone = f" {moment.tzname()}" if moment.tzinfo else ""
    if language == "fr":
        day = "1er" if moment.day == 1 else str(moment.day)
        return f"{day} {MONTHS[0][moment.month - 1]} {moment.year} à {moment.hour}\u00a0h\u00a0{moment.minute:02}{zone}"
    return f"{moment.day} {MONTHS[1][moment.month - 1]} {moment.year} at {moment:%H:%M}{zone}"
