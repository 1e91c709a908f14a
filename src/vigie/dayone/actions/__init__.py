"""The verbs of bringing in; everybody imports them from here."""

from vigie.dayone.actions.files import Outcome, apply, apply_as_seen, look, tried
from vigie.dayone.actions.uploads import carry_out, carry_out_wanted, keep, want

__all__ = [
    "Outcome",
    "apply",
    "apply_as_seen",
    "carry_out",
    "carry_out_wanted",
    "keep",
    "look",
    "tried",
    "want",
]
