"""The words of an outage: kinds, states, roles, lines of the log. Pure."""

from enum import StrEnum


class OutageKind(StrEnum):
    SCHEDULED = "scheduled"
    SUDDEN = "sudden"


class State(StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    ONGOING = "ongoing"
    ENDED = "ended"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"


class RoleName(StrEnum):
    CONTACT = "contact"
    FOLLOWER = "follower"


class FactKind(StrEnum):
    FACT = "fact"
    QUESTION = "question"
    ANSWER = "answer"
    SYSTEM = "system"
