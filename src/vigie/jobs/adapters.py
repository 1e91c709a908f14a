"""Batch systems and readers of files, found by entry point: ours come in by the same door as a stranger's."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from django.conf import settings
from django.utils.translation import gettext as _

from vigie.contracts.batch import BatchSystem, JobFile
from vigie.contracts.channel import BadConfiguration, ChannelConfig
from vigie.jobs.rules import Asked
from vigie.kernel.errors import BadInput

SYSTEMS, FILES = "vigie.batch", "vigie.jobfiles"


@cache
def installed(group: str) -> Mapping[str, EntryPoint]:
    """Every entry point of a group by name; looked up once per process."""
    return {point.name: point for point in entry_points(group=group)}


def tables() -> Mapping[str, Asked]:
    """The tables `[batch.NAME]`, secrets included."""
    found: Mapping[str, Asked] = settings.BATCH
    return found


def configured(name: str) -> BatchSystem:
    """The batch system of `[batch.NAME]`. Raises BadConfiguration."""
    table = tables()[name]
    point = installed(SYSTEMS).get(table.adapter)
    if point is None:
        known = ", ".join(sorted(installed(SYSTEMS))) or "none"
        raise BadConfiguration(
            f"batch.{name}.adapter: there is no adapter {table.adapter!r}; installed: {known}"
        )
    try:
        loaded: type[BatchSystem] = point.load()
    except Exception as error:
        raise BadConfiguration(f"The adapter “{point.name}” can't be loaded: {error}") from error
    known_here = {setting.name for setting in loaded.info.settings}
    for key in sorted(set(table.settings) - known_here):
        raise BadConfiguration(f"batch.{name}.{key}: the adapter {table.adapter} has no such setting")
    try:
        return loaded(ChannelConfig(table.settings))
    except BadConfiguration as error:
        raise BadConfiguration(f"batch.{name}.{error}") from error


def reader(name: str) -> JobFile:
    """The reader of a format. Raises BadInput with the formats that there are."""
    point = installed(FILES).get(name)
    if point is None:
        raise BadInput(
            "jobs.unknown_format",
            _("There is no format “%(name)s”.") % {"name": name},
            hint=_("Formats: %(names)s.") % {"names": ", ".join(sorted(installed(FILES))) or "–"},
        )
    try:
        loaded: type[JobFile] = point.load()
    except Exception as error:
        raise BadInput(
            "jobs.broken_format",
            _("The reader of “%(name)s” can’t be loaded: %(problem)s") % {"name": name, "problem": error},
        ) from error
    return loaded()
