"""A cause goes and comes back."""

from vigie.jobs.findings.rules import Presence
from vigie.kernel.lifecycle import Lifecycle

FINDING = Lifecycle(
    "finding",
    {
        Presence.HERE: {Presence.GONE: "no look found it any more"},
        Presence.GONE: {Presence.HERE: "it is found again: the same finding, with its past"},
    },
)
