"""The lake's housekeeping, called by the worker."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings

from vigie.jobs.lake import upkeep
from vigie.jobs.models import LineAside
from vigie.jobs.queries import keep, lake
from vigie.kernel import clock, journal

log = journal.of(__name__)


def tend_lake(go_on: Callable[[], bool]) -> int:
    """Merge, thin, drop, and set apart what is no file of the lake. Raises LakeTrouble, said by the worker's module."""
    ours = lake()
    try:
        ours.inspect()
        _forget_lines()
        return upkeep.tend(ours, keep(), clock.now(), go_on=go_on)
    finally:
        for apart in ours.apart:
            log.warning("lake.set_apart", file=str(apart.path), reason=apart.reason)


def _forget_lines() -> None:
    """Lines kept aside hold what users wrote; they go with the files that were sent (`keep.imports_days`)."""
    days = settings.OPTIONS["keep.imports_days"]
    if days:
        LineAside.objects.filter(at__lt=clock.now() - timedelta(days=days)).delete()
