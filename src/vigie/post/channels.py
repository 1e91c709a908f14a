"""The ways out that are installed: loaded by entry point, ours through the same door as a stranger's."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from django.conf import settings

from vigie.contracts.channel import BadConfiguration, Channel, ChannelConfig, ChannelInfo

GROUP = "vigie.channels"


class UnknownChannel(LookupError):
    """No installed package brings a channel of this name."""


@cache
def installed() -> Mapping[str, EntryPoint]:
    """Every channel's entry point by name; looked up once per process."""
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def channel_class(name: str) -> type[Channel]:
    """The class behind a name. Raises UnknownChannel, or BadConfiguration if its package can't be loaded."""
    point = installed().get(name)
    if point is None:
        known = ", ".join(sorted(installed())) or "none"
        raise UnknownChannel(f"There is no channel “{name}”; installed: {known}.")
    try:
        loaded: type[Channel] = point.load()
    except Exception as error:
        raise BadConfiguration(f"The channel “{name}” can't be loaded ({point.value}): {error}") from error
    return loaded


def info(name: str) -> ChannelInfo:
    """What the channel of this name can do."""
    return channel_class(name).info


def configured(name: str) -> Channel:
    """The channel with its configuration. Raises UnknownChannel or BadConfiguration."""
    values: Mapping[str, Any] = settings.CHANNELS.get(name, {})
    return channel_class(name)(ChannelConfig(values))
