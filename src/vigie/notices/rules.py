"""What a notice is made of, what it must say, and who gets it. Pure."""

import dataclasses
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

LANGUAGES = ("fr", "en")
FLASH_LIMIT = 200
TITLE_LIMIT = 150  # a subject that a mail program still shows in two lines
PARAGRAPH_LIMIT = 5_000


class Kind(StrEnum):
    ANNOUNCEMENT = "announcement"
    REMINDER = "reminder"
    START = "start"
    UPDATE = "update"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    END = "end"
    REPORT = "report"


# What people write in their calendars; an update or an end is news, not a date.
CALENDAR_KINDS = (Kind.ANNOUNCEMENT, Kind.REMINDER, Kind.CHANGE, Kind.CANCELLATION)


class Effect(StrEnum):
    """What users notice of a service; the order is from worst to least."""

    DOWN = "down"
    DEGRADED = "degraded"
    AT_RISK = "at_risk"


class DataLost(StrEnum):
    UNKNOWN = "unknown"
    NO = "no"
    YES = "yes"


# Sections in which the writer may add free words, in the order of the page; each language has its own.
SECTIONS = ("what", "effect", "who", "jobs", "action", "still_works", "data", "next_update", "contact")
FREE_SECTIONS = ("what", "effect", "jobs", "action", "still_works", "data")


@dataclass(frozen=True)
class ServiceFact:
    """One affected service as it stood when the notice was made."""

    code: str
    name_fr: str
    name_en: str
    plain_fr: str
    plain_en: str
    effect: str
    starts_at: datetime
    ends_at: datetime | None = None
    restored_at: datetime | None = None

    def name(self, language: str) -> str:
        return self.name_fr if language == "fr" else self.name_en

    def plain(self, language: str) -> str:
        return self.plain_fr if language == "fr" else self.plain_en


@dataclass(frozen=True)
class Facts:
    """Everything a notice says that is not free words; frozen with the version, so that it never changes after."""

    sudden: bool
    state: str  # "announced", "ongoing", "ended", "cancelled"
    services: tuple[ServiceFact, ...]
    starts_at: datetime
    expected_end: datetime | None = None
    ended_at: datetime | None = None
    next_update_by: datetime | None = None
    touched_fr: tuple[str, ...] = ()  # services that depend on the affected ones
    touched_en: tuple[str, ...] = ()
    elsewhere_fr: tuple[str, ...] = ()  # services in other outages that go on
    elsewhere_en: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    before: tuple[
        ServiceFact, ...
    ] = ()  # what readers were told last, where it is no longer so and not said yet
    false_alarm: bool = False
    reopened: bool = False  # and not said yet
    reopened_at: datetime | None = None
    data_lost: str = DataLost.UNKNOWN
    contact: str = ""

    def touched(self, language: str) -> tuple[str, ...]:
        return self.touched_fr if language == "fr" else self.touched_en

    def elsewhere(self, language: str) -> tuple[str, ...]:
        return self.elsewhere_fr if language == "fr" else self.elsewhere_en

    def again(self, service: ServiceFact) -> bool:
        """Whether this service worked for a while before it failed again."""
        return self.reopened_at is not None and service.starts_at < self.reopened_at

    def since(self, service: ServiceFact) -> datetime:
        """When this trouble of the service began: its start, or its return to trouble."""
        return self.reopened_at if self.reopened_at and self.again(service) else service.starts_at

    @property
    def open_services(self) -> tuple[ServiceFact, ...]:
        return tuple(service for service in self.services if service.restored_at is None)

    @property
    def restored_services(self) -> tuple[ServiceFact, ...]:
        return tuple(service for service in self.services if service.restored_at is not None)

    @property
    def worst_effect(self) -> str:
        """Of what is not back yet; of all, once everything is."""
        order = list(Effect)
        return min(
            (service.effect for service in self.open_services or self.services),
            key=lambda effect: order.index(Effect(effect)),
        )

    def to_json(self) -> dict[str, Any]:
        return {key: _to_json(value) for key, value in dataclasses.asdict(self).items()}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Facts":
        """Facts as they were frozen, also by an older Vigie that knew fewer or other fields."""
        known = {field.name for field in dataclasses.fields(cls)} - {"services", "before"}
        fields = {key: _times(key, value) for key, value in row.items() if key in known}
        fields = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
        services, before = (
            tuple(
                ServiceFact(**{key: _times(key, value) for key, value in service.items()})
                for service in row.get(name, ())
            )
            for name in ("services", "before")
        )
        return cls(services=services, before=before, **fields)


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _to_json(item) for key, item in value.items()}
    return value


def _times(key: str, value: Any) -> Any:
    if value and (key.endswith("_at") or key in {"expected_end", "next_update_by"}):
        return datetime.fromisoformat(value)
    return value


Paragraphs = Mapping[str, Mapping[str, str]]  # {language: {section: text}}


@dataclass(frozen=True)
class Problem:
    """Why a notice can't leave yet; `section` and `language` say where ("" where it concerns the whole)."""

    code: str
    section: str = ""
    language: str = ""


def problems(
    kind: str,
    facts: Facts,
    paragraphs: Paragraphs,
    flashes: Mapping[str, str],
    now: datetime | None = None,
) -> list[Problem]:
    """What stops this notice from leaving: an urgent first notice owes only what, since when, next update.

    With `now`, a promise that has passed is one of them.
    """
    found = _problems_of_facts(kind, facts, now)
    found += [
        Problem("flash.too_long", "flash", language)
        for language, text in flashes.items()
        if len(text) > FLASH_LIMIT
    ]
    texts = {
        section: {language: paragraphs.get(language, {}).get(section, "").strip() for language in LANGUAGES}
        for section in FREE_SECTIONS
    }
    for section, words in texts.items():
        found += [
            Problem("paragraph.too_long", section, language)
            for language, text in words.items()
            if len(text) > PARAGRAPH_LIMIT
        ]
    texts["flash"] = {language: flashes.get(language, "").strip() for language in LANGUAGES}
    for section, words in texts.items():
        if any(words.values()):
            found += [Problem("language.missing", section, name) for name, text in words.items() if not text]
    return found


def _problems_of_facts(kind: str, facts: Facts, now: datetime | None) -> list[Problem]:
    found = []
    if not facts.services:
        found.append(Problem("what.missing", "what"))
    if facts.state in {"ongoing", "announced"} and kind != Kind.REPORT:
        if facts.next_update_by is None:
            found.append(Problem("next_update.missing", "next_update"))
        elif now is not None and facts.next_update_by <= now:
            found.append(Problem("next_update.past", "next_update"))
    if kind == Kind.END and facts.data_lost == DataLost.UNKNOWN and not facts.false_alarm:
        found.append(Problem("data.unanswered", "data"))
    return found


def folded(text: str) -> str:
    """For searching: small letters, no accents, one blank between words."""
    bare = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(bare).split())


@dataclass(frozen=True)
class Recipient:
    """Somebody who gets a notice, and why; or a target of another channel than mail, by its name."""

    address: str
    name: str
    language: str
    is_list: bool = False
    why: tuple[str, ...] = ()
    group: str = "contact"  # or subscriber, list, target: how Vigie came to know the address
    role: str = ""  # of a contact: computing, spokesperson, list
    excluded: str = ""  # "" or why nothing goes there: no_address, stopped, bounced
    diagnostic: str = ""  # of a bounced address: the far end's own words
    channel: str = "mail"


def once_each(recipients: Sequence[Recipient]) -> list[Recipient]:
    """One recipient per address, case aside, in the first language met, with every reason; no address, no mail.

    Who stopped one way of being told and later asked for another is told by that one only. A subscriber chose the
    language themself: it wins.
    """
    found: dict[str, Recipient] = {}
    for recipient in recipients:
        key = recipient.address.strip().lower()
        if key and not recipient.excluded:
            found[key] = _merged(found[key], recipient) if key in found else recipient
    return list(found.values())


def _merged(first: Recipient, more: Recipient) -> Recipient:
    chosen = more if more.group == "subscriber" and first.group != "subscriber" else first
    return dataclasses.replace(
        first,
        name=first.name or more.name,
        language=chosen.language,
        is_list=first.is_list or more.is_list,
        why=tuple(dict.fromkeys(first.why + more.why)),
    )


def left_out(recipients: Sequence[Recipient]) -> list[Recipient]:
    """Who would be told but is not: one per address, with the reason, unless another way reaches them."""
    told = {row.address.strip().lower() for row in once_each(recipients)}
    found: dict[str, Recipient] = {}
    for number, row in enumerate(recipients):
        key = row.address.strip().lower() or f"no address {number}"
        if row.excluded and key not in told:
            found[key] = _merged(found[key], row) if key in found else row
    return list(found.values())
