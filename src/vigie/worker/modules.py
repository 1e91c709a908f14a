"""What happens by itself, one line each. The reactions are handed in: their table is above this package."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session

from vigie.dayone import actions as dayone
from vigie.dayone.actions import personal
from vigie.dayone.queries import anything_wanted
from vigie.duty import actions as duty
from vigie.duty.escalation import actions as escalation
from vigie.duty.handover import actions as handover
from vigie.experiments.coverage import actions as coverage
from vigie.jobs import actions as jobs
from vigie.jobs.findings import actions as findings
from vigie.jobs.findings import synthesis
from vigie.kernel import clock
from vigie.kernel.events import ReactionTable, dispatch_due, dispatches_due
from vigie.notices.subscriptions import actions as subscriptions
from vigie.outages import actions as outages
from vigie.post import actions as post
from vigie.post import inboxes, sending
from vigie.public import queries as public
from vigie.public.actions import build_if_due
from vigie.worker import lock
from vigie.worker.module import Module, Turn

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def modules(reactions: ReactionTable) -> list[Module]:
    """Every module of the worker."""
    return [
        Module("reactions", seconds(1), lambda turn: _dispatch(turn, reactions), due=dispatches_due),
        Module("deliveries", seconds(1), _send, due=sending.due, alone=False),
        Module("lost leases", seconds(30), lambda _turn: sending.recover()),
        Module("read mail", seconds(60), _read_mail, due=inboxes.is_configured),
        Module("overdue words", seconds(20), _words),
        Module("alarms unjudged", seconds(20), lambda _turn: outages.climb_alarms()),
        Module("hand-overs", seconds(30), lambda _turn: handover.tend()),
        Module("calls", seconds(10), lambda _turn: escalation.climb_called_by_hand()),
        Module("stand-ins", seconds(30), lambda _turn: outages.relieve_stand_ins()),
        Module(
            "public site",
            seconds(2),
            lambda _turn: int(build_if_due()),
            limit=timedelta(minutes=10),
            due=_public_due,
        ),
        Module(
            "holes ahead",
            seconds(600),
            lambda _turn: coverage.tell_of_holes(),
            due=lambda: lock.last_ok_before("holes ahead", HOUR),
        ),
        Module("rota", seconds(600), _rota, due=lambda: lock.last_ok_before("rota", HOUR)),
        Module("swaps", seconds(60), lambda _turn: duty.expire_swaps(), due=duty.swaps_to_expire),
        Module("calendars", seconds(60), _calendars, limit=timedelta(minutes=30), due=duty.calendars_due),
        Module("rota mails", seconds(30), lambda _turn: duty.tell_changes(), due=duty.changes_due),
        Module("weekly rota mail", seconds(900), lambda _turn: duty.send_digests()),
        Module(
            "imports",
            seconds(1),
            lambda _turn: dayone.carry_out_wanted(),
            limit=timedelta(minutes=30),
            due=anything_wanted,
        ),
        Module("old mail", seconds(600), _drop_old_mail, due=lambda: lock.last_ok_before("old mail", DAY)),
        Module(
            "farm accounts",
            seconds(300),
            lambda _turn: dayone.refresh(),
            limit=timedelta(minutes=30),
            due=dayone.refresh_due,
        ),
        Module(
            "retention",
            seconds(600),
            lambda _turn: personal.apply_retention(),
            due=lambda: lock.last_ok_before("retention", DAY),
        ),
        *_of_jobs(),
        Module("housekeeping", seconds(600), _tidy, due=lambda: lock.last_ok_before("housekeeping", DAY)),
    ]


def _of_jobs() -> list[Module]:
    return [
        *(_asks(name) for name in sorted(settings.BATCH)),
        Module(
            "lake",
            seconds(600),
            lambda turn: jobs.tend_lake(turn.go_on),
            limit=timedelta(minutes=30),
            due=lambda: lock.last_ok_before("lake", HOUR),
        ),
        Module(
            "findings",
            seconds(30),
            _look_at_jobs,
            limit=timedelta(minutes=30),
            due=lambda: synthesis.running_due() or bool(synthesis.days_due()),
        ),
        Module("slow jobs mail", seconds(300), lambda _turn: findings.send_digests(), due=_slow_mail_due),
        Module(
            "old findings",
            seconds(600),
            _drop_old_findings,
            due=lambda: lock.last_ok_before("old findings", DAY),
        ),
    ]


def _asks(name: str) -> Module:
    """One module per batch system: a slow one delays nobody, and none is asked twice at once."""
    return Module(
        f"jobs of {name}",
        seconds(2),
        lambda turn: jobs.poll(name, go_on=turn.go_on),
        limit=timedelta(minutes=15),
        due=lambda: jobs.poll_due(name),
    )


def _dispatch(turn: Turn, reactions: ReactionTable) -> int:
    done = 0
    while turn.go_on() and (ran := dispatch_due(reactions)):
        done += ran
    return done


def _send(turn: Turn) -> int:
    return sending.send_due(turn.owner, go_on=turn.go_on)


def _words(_turn: Turn) -> int:
    """Reminders that may leave by themselves do so first, or somebody would be told that they are overdue."""
    try:
        sent = outages.send_reminders()
    finally:
        climbed = outages.climb_overdue()
    return sent + climbed


def _read_mail(turn: Turn) -> int:
    return inboxes.read_mail(go_on=turn.go_on)


def _public_due() -> bool:
    return public.build_due() or public.push_due()


def _rota(_turn: Turn) -> int:
    """As the days pass, rotations reach further."""
    return duty.refill_all()


def _calendars(turn: Turn) -> int:
    return duty.read_calendars(turn.go_on)


def _drop_old_mail(turn: Turn) -> int:
    before, done = clock.now() - settings.OPTIONS["keep.mail_days"] * DAY, 0
    while turn.go_on() and (gone := post.drop_old_texts(before)):
        done += gone
    return done


def _look_at_jobs(turn: Turn) -> int:
    done = synthesis.look_at_running(turn.go_on)
    for day in synthesis.days_due():
        if not turn.go_on():
            break
        done += synthesis.look_at_day(day)
    return done


def _slow_mail_due() -> bool:
    return bool(settings.OPTIONS["jobs.digest"]) and findings.digests_due()


def _drop_old_findings(_turn: Turn) -> int:
    days = settings.OPTIONS["keep.jobs_days"]
    return synthesis.forget_before(clock.now() - days * DAY) if days else 0


def _tidy(_turn: Turn) -> int:
    """Sessions that ended; the demo and a desk that nobody restarts would keep them for ever."""
    gone, _each = Session.objects.filter(expire_date__lt=clock.now()).delete()
    return gone + subscriptions.tidy()
