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


PHRASES: Mapping[str, Phrase] = MappingProxyType(
    {
        "user": Phrase("de l’utilisateur {}", "of user {}"),
        "person": Phrase("de {}", "of {}"),
        "experiment": Phrase("de l’expérience {}", "of experiment {}"),
        "account": Phrase("du compte {}", "of account {}"),
        "group": Phrase("du groupe {}", "of group {}"),
        "name_shape": Phrase("nommés {}", "named {}"),
        "name": Phrase("nommés {}", "named {}"),
        "executable": Phrase("du programme {}", "of program {}"),
        "queue": Phrase("dans la file {}", "in queue {}"),
        "qos": Phrase("de la qualité de service {}", "of quality of service {}"),
        "node": Phrase("sur le nœud {}", "on node {}"),
        "rack": Phrase("dans la baie {}", "in rack {}"),
        "cluster": Phrase("de la grappe {}", "of cluster {}"),
        "service": Phrase("du service {}", "of service {}"),
        "storage": Phrase("sur le stockage {}", "on storage {}"),
        "hour": Phrase("démarrés entre {} h et {} h 59", "started between {}:00 and {}:59"),
        "submitted_from": Phrase("soumis par {}", "submitted from {}"),
        "cores": Phrase("sur {} cœurs", "on {} cores"),
        "state": Phrase("dans l’état {}", "in state {}"),
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


def sentence(finding: Said, language: Language, phrases: Mapping[str, Phrase] = PHRASES) -> str:
    """What is wrong, how sure we are, and what it costs. A time is said in the zone that it carries."""
    which = " ".join(_which(name, value, language, phrases) for name, value in finding.where.items())
    ratio, low, high = (number(x, language, 2) for x in (finding.risk_ratio, *finding.interval))
    jobs, flagged, lost = (
        number(finding.jobs, language),
        number(finding.flagged, language),
        number(finding.lost, language, 3),
    )
    if language == "fr":
        hours = "heure-cœur perdue" if finding.lost < 2 else "heures-cœur perdues"  # noqa: PLR2004 (French plural)
        since = f", depuis le {_moment(finding.since, language)}" if finding.since else ""
        return (
            f"Les jobs {which} sont signalés {ratio}\u00a0fois plus souvent que les autres (intervalle à 95\u00a0%\u00a0: "
            f"de\u00a0{low} à\u00a0{high})\u00a0: {flagged}\u00a0sur\u00a0{jobs}, {lost}\u00a0{hours}{since}."
        )
    since = f", since {_moment(finding.since, language)}" if finding.since else ""
    hours = "core-hour" if lost == "1" else "core-hours"
    return (
        f"Jobs {which} are flagged {ratio} times as often as the others (95% interval: {low} to {high}): "
        f"{flagged} of {jobs}, {lost} {hours} lost{since}."
    )


def number(value: float, language: Language, digits: int | None = None) -> str:
    """A number as the language writes it; `digits` are the significant ones to keep, the whole part always whole."""
    if digits is None or abs(value) >= 10 ** (digits - 1):
        text = f"{value:,.0f}"
    else:
        text = f"{value:.{digits}g}"
        text = f"{float(text):f}".rstrip("0").rstrip(".") if "e" in text else text
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def _which(name: str, value: Value, language: Language, phrases: Mapping[str, Phrase]) -> str:
    phrase = phrases.get(name) or Phrase("dont {name} vaut {}", "with {name} {}")
    text = phrase.fr if language == "fr" else phrase.en
    said = " ".join(str(value).split()) or "«\u00a0\u00a0»"
    said = said if len(said) <= LONGEST_VALUE else said[: LONGEST_VALUE - 1] + "…"
    return text.replace("{name}", name).replace("{}", said)


def _moment(moment: datetime, language: Language) -> str:
    zone = f" {moment.tzname()}" if moment.tzinfo else ""
    if language == "fr":
        day = "1er" if moment.day == 1 else str(moment.day)
        return f"{day} {MONTHS[0][moment.month - 1]} {moment.year} à {moment.hour}\u00a0h\u00a0{moment.minute:02}{zone}"
    return f"{moment.day} {MONTHS[1][moment.month - 1]} {moment.year} at {moment:%H:%M}{zone}"
