"""The moves of a version."""

from vigie.kernel.lifecycle import Lifecycle

VERSION = Lifecycle(
    name="notice",
    moves={
        "draft": {
            "approved": "the follower read it and says it may leave",
            "discarded": "it will not be told",
        },
        "approved": {
            "published": "it leaves",
            "draft": "words or facts changed: the approval was for something else",
            "discarded": "it will not be told",
        },
    },
)
