"""Thousands of past outages, fast: a few are lived through by the verbs, the rest are copies moved back in time.

A copy has what the verbs wrote: thread, outage, lines, log, notices, versions with frozen facts and texts, one
delivery per version (of three that its audience had). It has no audit and event rows: no page of here reads them.
"""

import copy
import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from tests.support.cast import Cast, make_cast

from vigie.kernel.clock import clock
from vigie.notices.models import Notice, Thread, Version
from vigie.outages import actions
from vigie.outages.models import Affected, Fact, Outage
from vigie.post.models import Delivery

EVERY = timedelta(hours=5)  # 10,000 of them: almost six years
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
Row = TypeVar("Row", bound=models.Model)


def make(count: int) -> Cast:
    """The cast on duty now, three outages of now and `count` past ones; one in twelve of these was a false alarm."""
    now = clock.now()
    with transaction.atomic():
        cast = make_cast(now=now)
        with clock.travel(now - timedelta(hours=3)):
            lived = [_live(cast, service, n) for n, service in enumerate(("storage", "farm", "site"))]
            lived.append(_false_alarm(cast))
    shares = [lived[n % 3] if n % 12 else lived[3] for n in range(1, count - len(lived) + 1)]
    for start in range(0, len(shares), 1000):
        with transaction.atomic():
            for first in lived:
                part = [start + n for n, row in enumerate(shares[start : start + 1000]) if row is first]
                _copy(first, [EVERY * -(n + 1) for n in part])
    with transaction.atomic(), clock.travel(now - timedelta(minutes=20)):
        for service, effect in (("storage", "down"), ("farm", "degraded")):
            _tell(cast, actions.declare_sudden(cast.amina, services={service: effect}, anyway=True).outage)
    Delivery.objects.exclude(state="done").update(state="done", done_at=now)
    return cast


def _tell(cast: Cast, outage: Outage) -> None:
    draft = actions.compose(cast.lucie, outage)
    actions.approve(cast.lucie, outage, draft)
    actions.publish(cast.lucie, outage, draft)


def _live(cast: Cast, service: str, n: int) -> Outage:
    effect = ("down", "degraded", "at_risk")[n]
    outage = actions.declare_sudden(cast.amina, services={service: effect}).outage
    clock.tick(minutes=2)
    _tell(cast, outage)
    clock.tick(minutes=15)
    actions.log_fact(cast.amina, outage, "Alimentation remplacée, vérification en cours.")
    question = actions.ask(cast.lucie, outage, "Les fichiers de midi sont-ils saufs ?")
    actions.answer(cast.amina, question, "Oui, le journal a été rejoué.")
    _tell(cast, outage)
    clock.tick(minutes=20)
    actions.restore(cast.amina, outage, service)
    actions.end(cast.amina, outage, data_lost="no")
    _tell(cast, outage)
    actions.review(cast.lucie, outage, text_fr="Une alimentation usée.", text_en="A worn power supply.")
    return outage


def _false_alarm(cast: Cast) -> Outage:
    outage = actions.declare_sudden(cast.amina, services={"site": "down"}).outage
    _tell(cast, outage)
    clock.tick(minutes=6)
    actions.false_alarm(cast.amina, outage, why="la sonde était malade")
    _tell(cast, outage)
    return outage


def _copy(first: Outage, shifts: list[timedelta]) -> None:
    """One copy of everything that hangs on the outage for each shift of its times."""
    notices = list(Notice.objects.filter(thread=first.thread))
    versions = list(Version.objects.filter(notice__in=notices))
    threads = Thread.objects.bulk_create(_moved(first.thread, shift) for shift in shifts)
    outages = [_moved(first, shift, key=None) for shift in shifts]
    for row, thread in zip(outages, threads, strict=True):
        row.thread_id = thread.pk
    Outage.objects.bulk_create(outages)
    _children(Affected, first.affected.all(), shifts, "outage_id", outages)
    for fact in first.facts.all():
        _children(Fact, [fact], shifts, "outage_id", outages, key=None, answers_id=None)
    for notice in notices:
        told = _children(Notice, [notice], shifts, "thread_id", threads)
        for version in (row for row in versions if row.notice_id == notice.pk):
            said = _children(Version, [version], shifts, "notice_id", told)
            mail = Delivery.objects.filter(topic=version.topic).first()
            if mail is None:
                continue
            mails = [
                _moved(mail, shift, topic=row.topic, key=f"{row.topic}:mail:1")
                for shift, row in zip(shifts, said, strict=True)
            ]
            Delivery.objects.bulk_create(mails)


def _children(
    model: type[Row],
    rows: Iterable[Row],
    shifts: list[timedelta],
    parent: str,
    parents: list[Any],
    **changes: Any,
) -> list[Row]:
    made = [
        _moved(row, shift, **{parent: above.pk}, **changes)
        for row in rows
        for shift, above in zip(shifts, parents, strict=True)
    ]
    return model._default_manager.bulk_create(made)  # noqa: SLF001 # Django's documented name


def _moved(row: Row, shift: timedelta, **changes: Any) -> Row:
    """An unsaved copy with every time in it moved, those inside JSON too."""
    new = copy.copy(row)
    new._state = models.base.ModelState()  # noqa: SLF001 # a row of its own
    for field in row._meta.concrete_fields:  # noqa: SLF001 # Django's documented name
        value = getattr(row, field.attname)
        if isinstance(value, datetime):
            setattr(new, field.attname, value + shift)
        elif field.attname == "facts":
            text = TIMES.sub(
                lambda found: (datetime.fromisoformat(found[0]) + shift).isoformat(), json.dumps(value)
            )
            setattr(new, field.attname, json.loads(text))
    for name, value in (changes | {"pk": None}).items():
        setattr(new, name, value)
    return new
