"""What a plan would meet, before anything is saved: notice rules, other outages, experiments, who would be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language

from vigie.experiments.queries import contacts_of, users_of
from vigie.kernel import clock
from vigie.outages import queries
from vigie.outages.actions import Window
from vigie.outages.rules import NoticeRule, broken, first_date
from vigie.services.queries import by_codes, touched_by
from vigie.web.desk.centre import RANK, Going, goings
from vigie.web.outages.promised import BrokenWords, in_words


@dataclass(frozen=True)
class Check:
    """What the writer of a plan should know. `first_good` is the first date that keeps every rule."""

    starts_at: datetime
    ends_at: datetime
    broken: list[BrokenWords]
    first_good: datetime | None
    collisions: list[Going]
    experiments: list[str]
    also: list[str]  # services that depend on the ones chosen
    told: int
    unreachable: int


def check(windows: Mapping[str, Window]) -> Check:
    """Everything about windows that may still be wrong; services must be known ones."""
    zone, now, language = ZoneInfo(settings.TIME_ZONE), clock.now(), get_language() or "fr"
    services = by_codes(windows)
    starts_at = min(window.starts_at for window in windows.values())
    ends_at = max(window.ends_at for window in windows.values())
    worst = min((window.effect for window in windows.values()), key=lambda effect: RANK[effect])
    rules: list[NoticeRule] = queries.notice_rules()
    items = broken(rules, effect=worst, starts_at=starts_at, ends_at=ends_at, told_at=now, zone=zone)
    applying = [rule for rule in rules if rule.applies(worst, ends_at - starts_at)]
    touched = touched_by(services)
    experiments = users_of(touched)
    reached = contacts_of(experiments)
    return Check(
        starts_at=starts_at,
        ends_at=ends_at,
        broken=[in_words(item, starts_at, now, past=False) for item in items],
        first_good=first_date(applying, starts_at, now, zone) if items else None,
        collisions=goings(queries.between(starts_at, ends_at), language),
        experiments=[experiment.name for experiment in experiments],
        also=[service.name(language) for service in touched if service not in services],
        told=sum(bool(one.address) for one in reached),
        unreachable=sum(not one.address for one in reached),
    )
