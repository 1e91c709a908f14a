"""What callers send, as the document shows it: strict JSON, unknown fields refused."""

from ninja import Schema
from pydantic import ConfigDict, Field

from vigie.api.moments import Moment
from vigie.notices.rules import DataLost, Effect, Kind
from vigie.outages.rules import RoleName

KEY_LIMIT = 60
CODE_LIMIT = 60
WHY_LIMIT = 500


class Incoming(Schema):
    """A field that is not known here is refused: it is a typing error."""

    model_config = ConfigDict(extra="forbid")


class DeclareIn(Incoming):
    services: dict[str, Effect] = Field(
        description="{code of a service: down, degraded or at_risk}",
        min_length=1,
        max_length=200,
        examples=[{"storage": "down"}],
    )
    starts_at: Moment | None = Field(None, description="default: now")
    expected_end: Moment | None = None
    next_update_by: Moment | None = None
    what_fr: str = Field("", description="what is happening, in French; both languages or none")
    what_en: str = ""
    anyway: bool = Field(False, description="also where one of the services is in an outage already")


class TextIn(Incoming):
    text: str = Field(examples=["Power supply 2 replaced, checking."])


class AddServiceIn(Incoming):
    service: str = Field(max_length=CODE_LIMIT, examples=["farm"])
    effect: Effect
    starts_at: Moment | None = None


class ChangeServiceIn(Incoming):
    effect: Effect | None = None
    expected_end: Moment | None = None


class AtIn(Incoming):
    at: Moment | None = Field(None, description="default: now")


class PromiseIn(Incoming):
    next_update_by: Moment


class HandOverIn(Incoming):
    role: RoleName
    to: str = Field(description="a login", max_length=CODE_LIMIT, examples=["lucie"])
    why: str = Field("", max_length=WHY_LIMIT)


class EndIn(Incoming):
    data_lost: DataLost
    at: Moment | None = None


class DataLostIn(Incoming):
    data_lost: DataLost = Field(description="yes or no")


class WhyIn(Incoming):
    why: str = Field(max_length=WHY_LIMIT)


class WhyNotIn(Incoming):
    why: str = Field("", max_length=WHY_LIMIT)


class ReopenIn(Incoming):
    services: list[str] = Field(min_length=1, max_length=200, examples=[["storage"]])
    why: str = Field(max_length=WHY_LIMIT)


class ReviewIn(Incoming):
    text_fr: str
    text_en: str


class ComposeIn(Incoming):
    kind: Kind | None = Field(None, description="default: the notice that comes next")


class EditIn(Incoming):
    paragraphs: dict[str, dict[str, str]] = Field(
        description="{language: {section: text}}; a section left out is emptied",
        examples=[{"fr": {"what": "Une alimentation a lâché."}, "en": {"what": "A power supply failed."}}],
    )
    flashes: dict[str, str] = Field(default_factory=dict, description="{language: up to 200 characters}")
    expected_edits: int | None = Field(
        None, ge=0, lt=2**31, description="the `edits` you saw: refused if somebody saved since"
    )


class AttachIn(Incoming):
    outage: int = Field(ge=1, lt=2**53)


class WindowIn(Incoming):
    """What one service suffers, and when."""

    effect: Effect
    starts_at: Moment
    ends_at: Moment


class PlanIn(Incoming):
    services: dict[str, WindowIn] = Field(
        description="{code of a service: its window}", min_length=1, max_length=200
    )
    title_fr: str = Field("", max_length=120)
    title_en: str = Field("", max_length=120)
    contact: str = Field("", max_length=CODE_LIMIT, description="a login of Operations; yourself otherwise")
    ask_follower: str = Field("", max_length=CODE_LIMIT, description="a login of Support")
    key: str = Field("", max_length=KEY_LIMIT, description="the same key again returns what it planned")


class PersonIn(Incoming):
    person: str = Field(description="a login", max_length=CODE_LIMIT, examples=["lucie"])


class MoveIn(Incoming):
    starts_at: Moment
    why: str = Field("", max_length=WHY_LIMIT)
