"""`/api/v2/…` against the shape that the public documentation of Statuspage gives: strict models, no key missing."""

from datetime import timedelta
from typing import Literal

from django.test import Client
from pydantic import AwareDatetime, BaseModel, ConfigDict, HttpUrl
from tests.support.cast import Cast

from vigie.kernel.clock import Clock
from vigie.outages import actions
from vigie.public.test_pages import declared, tell
from vigie.public.test_scheduled import END, START, announced


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


ComponentStatus = Literal[
    "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"
]


class Page(Model):
    id: str
    name: str
    url: HttpUrl
    time_zone: str
    updated_at: AwareDatetime


class Status(Model):
    indicator: Literal["none", "minor", "major", "critical"]
    description: str


class Component(Model):
    id: str
    name: str
    status: ComponentStatus
    created_at: AwareDatetime
    updated_at: AwareDatetime
    position: int
    description: str | None
    showcase: bool
    start_date: str | None
    group_id: str | None
    page_id: str
    group: bool
    only_show_if_degraded: bool


class Change(Model):
    code: str
    name: str
    old_status: ComponentStatus
    new_status: ComponentStatus


class Update(Model):
    id: str
    status: str
    body: str
    incident_id: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    display_at: AwareDatetime
    affected_components: list[Change]
    deliver_notifications: bool
    custom_tweet: None
    tweet_id: None


class Incident(Model):
    id: str
    name: str
    status: Literal["investigating", "identified", "monitoring", "resolved"]
    created_at: AwareDatetime
    updated_at: AwareDatetime
    monitoring_at: AwareDatetime | None
    resolved_at: AwareDatetime | None
    impact: Literal["none", "minor", "major", "critical"]
    shortlink: HttpUrl
    started_at: AwareDatetime
    page_id: str
    incident_updates: list[Update]
    components: list[Component]


class Maintenance(Incident):
    status: Literal["scheduled", "in_progress", "verifying", "completed"]
    impact: Literal["maintenance"]
    scheduled_for: AwareDatetime
    scheduled_until: AwareDatetime


class Answer(Model):
    page: Page
    status: Status | None = None
    components: list[Component] | None = None
    incidents: list[Incident] | None = None
    scheduled_maintenances: list[Maintenance] | None = None


def get(client: Client, name: str, **more: str) -> Answer:
    answer = client.get(f"/api/v2/{name}.json", more)
    assert answer.status_code == 200, name
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"].startswith("application/json")
    return Answer.model_validate_json(answer.content)


ALL = (
    "summary",
    "status",
    "components",
    "incidents",
    "incidents/unresolved",
    "scheduled-maintenances",
    "scheduled-maintenances/upcoming",
    "scheduled-maintenances/active",
)


def test_all_is_well(cast: Cast, client: Client):
    for name in ALL:
        get(client, name)
    summary = get(client, "summary")
    assert summary.status == Status(indicator="none", description="All Systems Operational")
    assert {row.status for row in summary.components} == {"operational"}


def test_an_incident_from_its_first_word_to_its_last(cast: Cast, clock: Clock, client: Client):
    outage = declared(cast)
    summary = get(client, "summary")
    assert summary.status.indicator == "critical"
    states = {row.id: row.status for row in summary.components}
    assert states == {"storage": "major_outage", "farm": "degraded_performance", "site": "operational"}
    [incident] = summary.incidents
    assert (incident.status, incident.impact) == ("investigating", "critical")
    assert incident.id == f"outage-{outage.thread_id}"
    clock.tick(minutes=10)
    tell(cast, outage, fr="Une alimentation.", en="A power supply.")
    assert get(client, "incidents/unresolved").incidents[0].status == "identified"
    actions.restore(cast.amina, outage, "storage")
    tell(cast, outage)
    assert get(client, "incidents").incidents[0].status == "monitoring"
    clock.tick(minutes=10)
    actions.end(cast.amina, outage, data_lost="no")
    tell(cast, outage)
    assert get(client, "incidents/unresolved").incidents == []
    [incident] = get(client, "incidents").incidents
    assert incident.status == "resolved"
    assert incident.resolved_at == outage.ended_at
    assert [row.status for row in incident.incident_updates] == [
        "resolved",
        "monitoring",
        "identified",
        "investigating",
    ]
    assert "A power supply." in incident.incident_updates[2].body


def test_a_maintenance_from_announcement_to_completion(cast: Cast, clock: Clock, client: Client):
    outage = announced(cast)
    assert get(client, "status").status.indicator == "none"
    [row] = get(client, "scheduled-maintenances/upcoming").scheduled_maintenances
    assert (row.status, row.scheduled_for, row.scheduled_until) == ("scheduled", START, END)
    clock.set(START)
    actions.start(cast.amina, outage)
    actions.promise(cast.lucie, outage, START + timedelta(hours=4))
    tell(cast, outage)
    assert get(client, "scheduled-maintenances/upcoming").scheduled_maintenances == []
    [row] = get(client, "scheduled-maintenances/active").scheduled_maintenances
    assert row.status == "in_progress"
    summary = get(client, "summary")
    assert summary.status == Status(indicator="none", description="Service Under Maintenance")
    assert summary.components[0].status == "under_maintenance"
    clock.tick(hours=1)
    actions.end(cast.amina, outage, data_lost="no")
    tell(cast, outage)
    assert get(client, "scheduled-maintenances").scheduled_maintenances[0].status == "completed"
    assert get(client, "incidents").incidents == []


def test_french_on_demand_and_nothing_else_there(cast: Cast, client: Client):
    declared(cast)
    assert get(client, "summary", lang="fr").components[0].name != get(client, "summary").components[0].name
    assert client.get("/api/v2/nothing.json").status_code == 404
