"""The moves of an outage. A sudden one is born ongoing."""

from vigie.kernel.lifecycle import Lifecycle

OUTAGE = Lifecycle(
    name="outage",
    moves={
        "draft": {
            "announced": "a follower accepted and the announcement left",
            "cancelled": "it will not take place; nobody was told",
        },
        "announced": {
            "ongoing": "the contact confirmed the start",
            "cancelled": "it will not take place; those who were told are told",
        },
        "ongoing": {"ended": "the contact confirmed the end, or found a false alarm"},
        "ended": {
            "reviewed": "the report stands",
            "ongoing": "reopened: it was not over",
        },
    },
)
