"""Fills an empty database with the invented centre and its history, and keeps it fresh at every start."""

from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from vigie.contracts.alarm import IncomingAlarm
from vigie.demo import accounts, coverage, data, farm_history, history, rota, rotations, watch
from vigie.demo.planned import plan_ahead
from vigie.demo.play import MONITORING, Play, settle_mails
from vigie.duty.actions import add_shift, save_duty
from vigie.duty.models import Duty
from vigie.experiments.actions import save_contact, save_experiment
from vigie.experiments.models import Experiment
from vigie.kernel import clock
from vigie.kernel.access import System
from vigie.kernel.errors import Refused
from vigie.kernel.events import latest_id
from vigie.kernel.models import EventRow, Installation
from vigie.lib.localtime import instant
from vigie.outages import actions as outages
from vigie.outages import queries
from vigie.outages.models import Outage
from vigie.people.actions import save_group, save_person
from vigie.people.models import Person
from vigie.people.rules import GroupKind
from vigie.services.actions import save_service
from vigie.services.models import Service

VIGIE = System("demo")
WEEKS_BACK = timedelta(weeks=5)
BEGAN_BEFORE = timedelta(minutes=24)  # the outage of the moment
PATIENCE = timedelta(minutes=15)  # a word overdue by more than this: nobody was there, the demo slept


def is_demo() -> bool:
    """Whether this database is marked as the invented centre's."""
    return Installation.objects.filter(demo=True).exists()


def mark() -> None:
    """Mark the database as a demo, before anything else is written; `Refused` if it holds somebody's data."""
    if is_demo():
        return
    if any(model.objects.exists() for model in (Person, Outage, Service, Experiment, Duty)):
        raise Refused(
            "demo.not_empty",
            _("This database holds data and is not marked as a demo: nothing was written."),
            hint=_("Give the demo a data folder of its own (VIGIE_STORE_DATA)."),
        )
    Installation.objects.update_or_create(pk=1, defaults={"demo": True, "created_at": clock.now()})


def fill() -> None:
    """The whole invented centre, in one transaction: a start that was cut short leaves an empty demo, not half of one."""
    now = clock.now()
    with transaction.atomic(), translation.override("fr"):
        _people()
        _catalogue()
        accounts.fill()
        _shifts(now)
        coverage.fill()
        for number, story in enumerate(history.PAST, 1):
            Play(story, _start(story.days_ago, story.at, now), settle=True, key=f"demo-past-{number}").run()
        settle_mails()
        # News of the past reached its readers long ago; the last row stays, so that the public site is built.
        EventRow.objects.filter(pk__lt=latest_id()).update(settled=True)
        plan_ahead(now)
        _something_goes_on(now)
        _unknown_alarm(now)
        watch.fill(now)
        farm_history.fill(now)


def refresh() -> None:
    """Another start, later: the rota reaches ahead again, and the outage of the moment is one of this moment."""
    now = clock.now()
    with transaction.atomic(), translation.override("fr"):
        _extend_rota(now)
        coverage.refresh()
        watch.refresh(now)
        for outage in list(
            queries.ongoing().filter(origin="alertmanager", alarms__fingerprint__startswith="demo-now-")
        ):
            owed = queries.due(outage)
            if owed and owed.at + PATIENCE < now:
                _finish(outage, owed.at, now)
        plan_ahead(now)
        if not queries.ongoing().exists():
            _something_goes_on(now)
        farm_history.refresh(now)


def _people() -> None:
    for code, name_fr, name_en, kind in data.GROUPS:
        save_group(VIGIE, code=code, name_fr=name_fr, name_en=name_en, kind=GroupKind(kind))
    for who in data.STAFF:
        save_person(
            VIGIE,
            login=who.login,
            name=who.name,
            email=who.email,
            phone=who.phone,
            language=who.language,
            administrator=not who.group,
            groups=[(who.group, who.lead)] if who.group else [],
        )


def _catalogue() -> None:
    by_need = sorted(data.CATALOGUE, key=lambda line: _depth(line.code))
    ranks = {line.code: rank for rank, line in enumerate(data.CATALOGUE, 1)}
    for line in by_need:
        save_service(
            VIGIE,
            code=line.code,
            name_fr=line.name_fr,
            name_en=line.name_en,
            plain_fr=line.plain_fr,
            plain_en=line.plain_en,
            rank=ranks[line.code],
            needs=line.needs,
            alarm_names=line.alarms,
        )
    for one in data.EXPERIMENTS:
        experiment = save_experiment(VIGIE, code=one.code, name=one.name, domain=one.domain, uses=one.uses)
        for name, local, language, role in one.contacts:
            address = f"{local}@{one.code}.example" if local else ""
            save_contact(VIGIE, experiment, name=name, address=address, language=language, role=role)


def _depth(code: str) -> int:
    line = next(line for line in data.CATALOGUE if line.code == code)
    return 1 + max((_depth(need) for need in line.needs), default=0)


def _duties() -> None:
    """Those that are not there: all at first, new ones after an upgrade; what a visitor renamed stays."""
    there = set(Duty.objects.values_list("code", flat=True))
    for rank, (code, name_fr, name_en, phone) in enumerate(data.DUTIES, 1):
        if code not in there:
            save_duty(VIGIE, code=code, name_fr=name_fr, name_en=name_en, phone=phone, rank=rank)


def _shifts(now: datetime) -> None:
    _duties()
    today = now.astimezone(_zone()).date()
    wanted = set(rota.days(today - WEEKS_BACK, today))
    for story in history.PAST:  # somebody was there on the days of old outages, too
        day = today - timedelta(days=story.days_ago)
        wanted |= set(rota.days(day - timedelta(days=2), day + timedelta(days=2)))
    _add_turns(sorted(day for day in wanted if day <= today))
    rotations.fill(today + timedelta(days=1))


def _add_turns(days: list[date]) -> None:
    people = {person.login: person for person in Person.objects.all()}
    duties = {duty.code: duty for duty in Duty.objects.all()}
    for day in days:
        for turn in rota.turns(day, _zone()):
            add_shift(
                VIGIE,
                duty=duties[turn.duty],
                person=people[turn.login],
                starts_at=turn.starts_at,
                ends_at=turn.ends_at,
                level=turn.level,
            )


def _extend_rota(now: datetime) -> None:
    """The rotations reach ahead again; what a visitor changed stays changed."""
    _duties()
    rotations.fill(now.astimezone(_zone()).date() + timedelta(days=1))


def _start(days_ago: int, at: str, now: datetime) -> datetime:
    day = (now.astimezone(_zone()) - timedelta(days=days_ago)).date()
    return instant(datetime.combine(day, time.fromisoformat(at)), _zone())


def _something_goes_on(now: datetime) -> None:
    """An outage of this moment: first notice out, a question open, the next update due in a few minutes."""
    numbers = count(1)
    number = next(
        n for n in numbers if not Outage.objects.filter(alarms__fingerprint=f"demo-now-{n}").exists()
    )
    story = history.NOW[(number - 1) % len(history.NOW)]
    Play(story, now - BEGAN_BEFORE, settle=False, key=f"demo-now-{number}").run()


def _finish(outage: Outage, since: datetime, now: datetime) -> None:
    """Nobody was there: the staff of Valmorin ended it by themselves, as they would have."""
    fingerprint = outage.alarms.values_list("fingerprint", flat=True).first() or ""
    story = history.NOW[(int(fingerprint.rsplit("-", 1)[-1]) - 1) % len(history.NOW)]
    latest = max(step.minute for step in history.EPILOGUE)
    origin = min(since, now - timedelta(minutes=latest + 1))
    Play(story, outage.starts_at, settle=True, key=fingerprint).go_on(outage, history.EPILOGUE, origin)


def _unknown_alarm(now: datetime) -> None:
    """An alarm whose host no service knows: a person must judge it."""
    outages.receive_alarm(
        MONITORING,
        IncomingAlarm(
            source="alertmanager",
            fingerprint="demo-cooling",
            firing=True,
            summary="cooling-unit-3: air at 29 °C in row 4",
            starts_at=now - timedelta(minutes=11),
            severity="warning",
            labels={"alertname": "AirTooWarm", "instance": "cooling-unit-3:9100", "severity": "warning"},
        ),
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
