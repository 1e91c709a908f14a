"""The verbs of bringing in; everybody imports them from here."""

from vigie.dayone.actions.accounts import look_at, refresh, refresh_due, take
from vigie.dayone.actions.files import Outcome, apply, apply_as_seen, look, outcome_of, tried
from vigie.dayone.actions.uploads import carry_out, carry_out_wanted, keep, want

__all__ = [
    "Outcome",
    "apply",
    "apply_as_seen",
    "carry_out",
    "carry_out_wanted",
    "keep",
    "look",
    "look_at",
    "outcome_of",
    "refresh",
    "refresh_due",
    "take",
    "tried",
    "want",
]
