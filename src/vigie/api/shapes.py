"""What goes out: the types of the OpenAPI document. What comes in is in `asks`."""

from typing import Any, Generic, TypeVar

from ninja import Schema
from pydantic import Field

from vigie.api.moments import Moment
from vigie.notices.rules import DataLost, Effect, Kind

T = TypeVar("T")

PAGE_LIMIT = 200


class Page(Schema, Generic[T]):
    """A part of a list: `count` in all, `next` is the address of the following part, null at the end."""

    items: list[T]
    count: int
    next: str | None = None


class PersonRef(Schema):
    login: str
    name: str


class ServiceRef(Schema):
    code: str
    name_fr: str
    name_en: str


# ---- people and duty


class WhoamiOut(Schema):
    """In whose name the caller acts, with what."""

    kind: str = Field(description="token or person")
    name: str
    login: str
    roles: list[str]
    scopes: list[str]
    expires_at: Moment | None


class PersonOut(PersonRef):
    """A member of staff; mail and phone need the scope `contacts`, and are null without it."""

    language: str
    roles: list[str]
    groups: list[str]
    email: str | None
    phone: str | None


class DutyOut(Schema):
    code: str
    name_fr: str
    name_en: str
    phone: str


class OnDutyOut(Schema):
    """Somebody on duty at the instant asked for; level 1 is the primary. `until` is the end of this shift."""

    duty: DutyOut
    person: PersonOut
    level: int
    since: Moment
    until: Moment


class WhoOut(Schema):
    at: Moment
    on_duty: list[OnDutyOut]


class ShiftOut(Schema):
    duty: str
    person: PersonRef
    level: int
    starts_at: Moment
    ends_at: Moment


class HoleOut(Schema):
    """A shift that nobody holds; `could` are logins, least loaded first."""

    duty: str
    level: int
    starts_at: Moment
    ends_at: Moment
    could: list[str]


class SwapOut(Schema):
    """An offer of a shift; `offered_to` is null where it is made to whoever can."""

    id: int
    duty: str
    level: int
    starts_at: Moment
    ends_at: Moment
    offered_by: PersonRef
    offered_to: PersonRef | None
    accepted_by: PersonRef | None
    state: str


class AbsenceOut(Schema):
    """Somebody is away; why is not told."""

    person: PersonRef
    starts_at: Moment
    ends_at: Moment


# ---- catalogue


class ServiceOut(ServiceRef):
    """A service; `effect` is what users notice at this moment, null while it works."""

    plain_fr: str
    plain_en: str
    needs: list[str]
    effect: Effect | None
    outage: int | None


class ContactOut(Schema):
    """Somebody outside who is told; the address needs the scope `contacts`, and is null without it."""

    name: str
    role: str
    language: str
    address: str | None


class ExperimentOut(Schema):
    code: str
    name: str
    domain: str
    uses: list[str]
    contacts: list[ContactOut]


# ---- outages


class AffectedOut(Schema):
    """One service in an outage, with its own effect, window and end."""

    service: ServiceRef
    effect: Effect
    starts_at: Moment
    expected_end: Moment | None
    restored_at: Moment | None


class DueOut(Schema):
    """The next word owed to the outside."""

    what: str = Field(description="first, update, end or report")
    notice: str
    at: Moment
    overdue: bool


class OutageOut(Schema):
    id: int
    url: str
    kind: str
    state: str
    headline_fr: str
    headline_en: str
    services: list[AffectedOut]
    contact: PersonRef
    follower: PersonRef | None
    follower_stands_in: bool
    origin: str
    declared_at: Moment
    declared_by: str
    starts_at: Moment
    expected_end: Moment | None
    ended_at: Moment | None
    reopened_at: Moment | None
    next_update_by: Moment | None
    false_alarm: bool
    data_lost: DataLost
    due: DueOut | None


class FactOut(Schema):
    """One line of the inside log; `answers` is the question that it answers."""

    id: int
    at: Moment
    kind: str = Field(description="fact, question, answer or system")
    author: str
    login: str | None
    text: str
    answers: int | None


class AlarmOut(Schema):
    id: int
    source: str
    fingerprint: str
    firing: bool
    service: str | None
    outage: int | None
    summary: str
    severity: str
    labels: dict[str, str]
    link: str
    starts_at: Moment
    resolved_at: Moment | None
    first_seen: Moment
    last_seen: Moment
    count: int
    problem: str = Field(description="why it could not open an outage")
    settled_at: Moment | None


class PromiseOut(Schema):
    made_at: Moment
    by: Moment
    next_word: Moment | None
    kept: bool | None = Field(description="null while its time has not come")


class ServiceCourseOut(Schema):
    code: str
    effect: str
    starts_at: Moment
    expected_end: Moment | None
    restored_at: Moment | None
    lasted_seconds: float | None


class ReportOut(Schema):
    """Planned against real; every span in seconds."""

    lasted_seconds: float | None
    to_declare_seconds: float
    to_first_notice_seconds: float | None
    longest_gap_seconds: float | None
    gaps_seconds: list[float]
    overran_seconds: float | None
    promises: list[PromiseOut]
    services: list[ServiceCourseOut]


class VersionRef(Schema):
    """One version of a notice, without its words."""

    id: int
    outage: int | None
    kind: Kind
    number: int = Field(description="of the notice within its outage")
    version: int
    state: str
    correction: str
    created_at: Moment
    created_by: str | None
    approved_at: Moment | None
    approved_by: str | None
    published_at: Moment | None
    published_by: str | None
    next_update_by: Moment | None
    deliveries: dict[str, int] = Field(description="how many mails stand in which state")


class ProblemOut(Schema):
    """Why a draft can't leave yet."""

    code: str
    section: str
    language: str
    message: str


class VersionOut(VersionRef):
    """A version with its words: frozen at approval, a preview before."""

    edits: int
    frozen: bool
    paragraphs: dict[str, dict[str, str]]
    flashes: dict[str, str]
    rendered: dict[str, Any]
    problems: list[ProblemOut]
    recipients: int


class OutageFull(OutageOut):
    """An outage with everything that hangs on it."""

    log: list[FactOut]
    notices: list[VersionRef]
    alarms: list[AlarmOut]
    end_proposed_by: int | None = Field(description="the alarm that proposes the end")
    deliveries: dict[str, int]
    report: ReportOut
    review_fr: str
    review_en: str
    reviewed_at: Moment | None


class DeclaredOut(Schema):
    """The outage, its first notice as a draft; `again` if this key declared it before."""

    outage: OutageFull
    first_notice: int | None
    again: bool


class PublishedOut(Schema):
    mails: int
    version: VersionOut


class DeliveryOut(Schema):
    """A message nobody will try again by itself."""

    id: int
    channel: str
    recipient: str | None = Field(description="needs the scope contacts")
    topic: str
    state: str
    attempt: int
    attempted_at: Moment | None
    last_error: str


class TakenOut(Schema):
    """What became of one alarm of a message."""

    fingerprint: str
    summary: str
    done: str = Field(description="declare, attach, propose_end, show or note")
    outage: int | None
    alarm: int | None
    words: str


class MessageOut(Schema):
    """What became of a message: each alarm, what could not be read, what changes nothing."""

    received: int
    alarms: list[TakenOut]
    faults: list[str]
    ignored: list[str]


class SourceOut(Schema):
    name: str
    title: str
