"""Which worker runs a module now, and how its last run ended: one row per module, a lease."""

from datetime import timedelta

from django.db.models import Q

from vigie.kernel import clock
from vigie.kernel.models import ModuleRun


def claim(name: str, owner: str, *, span: timedelta) -> bool:
    """Take the module's lock, if nobody holds it or its holder died: exactly one of several that race gets it."""
    ModuleRun.objects.get_or_create(module=name)
    now = clock.now()
    # A lease that lasts longer than any given today was given before the clock was set back.
    ModuleRun.objects.filter(module=name, leased_until__gt=now + span).update(leased_until=now + span)
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    taken = ModuleRun.objects.filter(free, module=name).update(owner=owner, leased_until=now + span)
    return taken == 1


def finish(name: str, owner: str, *, error: str = "") -> None:
    """Give the lock back, if it is still ours, and write down how it ended."""
    now = clock.now()
    ended = {"last_error": error[:2000], "last_error_at": now} if error else {"last_ok": now}
    ModuleRun.objects.filter(module=name, owner=owner).update(owner="", leased_until=None, **ended)


def note(name: str, *, error: str = "") -> None:
    """Write down how a module without a lock ended."""
    now = clock.now()
    ended = {"last_error": error[:2000], "last_error_at": now} if error else {"last_ok": now}
    ModuleRun.objects.update_or_create(module=name, defaults=ended)


def last_ok_before(name: str, span: timedelta) -> bool:
    """Whether the module has not ended well within the last `span`: what is due by the calendar is derived from this."""
    row = ModuleRun.objects.filter(module=name).first()
    now = clock.now()
    return (
        row is None or row.last_ok is None or not now - span < row.last_ok <= now
    )  # a clock may be set back
