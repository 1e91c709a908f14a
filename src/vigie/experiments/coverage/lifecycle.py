"""How a taking-over may move."""

from vigie.experiments.coverage.models import TakingOverState
from vigie.kernel.lifecycle import Lifecycle

TAKING_OVER = Lifecycle(
    "taking-over",
    {
        TakingOverState.OPEN: {
            TakingOverState.DONE: "the taker does it now",
            TakingOverState.DROPPED: "it is no longer wanted, or was entered by mistake",
        },
        TakingOverState.DONE: {TakingOverState.OPEN: "it was marked too early"},
        TakingOverState.DROPPED: {},
    },
)
