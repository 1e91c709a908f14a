"""Which move a hand-over may make, and why it exists."""

from vigie.duty.handover.rules import State
from vigie.kernel.lifecycle import Lifecycle

HANDOVER = Lifecycle(
    "handover",
    {
        State.OPEN: {
            State.GIVEN: "the outgoing passes it on",
            State.ACCEPTED: "the outgoing left without a word: the next takes what was gathered",
            State.VOID: "the rota changed",
        },
        State.GIVEN: {
            State.ACCEPTED: "the next has it",
            State.DECLINED: "the next asks, or does not take it like this",
            State.VOID: "the rota changed",
        },
        State.DECLINED: {
            State.GIVEN: "answered, and passed on again",
            State.ACCEPTED: "the outgoing has gone: the next takes it as it is",
            State.VOID: "the rota changed",
        },
    },
)
