"""When people says that somebody leaves or comes back, duty makes their shifts to come again."""

from collections.abc import Mapping
from typing import Any

from vigie.duty.actions import refill_for
from vigie.kernel.access import System
from vigie.people.models import Person


def pass_shifts_on(news: Mapping[str, Any]) -> None:
    """The rotations pass over who left; what was entered by hand for them becomes a hole that is listed."""
    refill_for(System(), Person.objects.get(pk=news["person_id"]))
