"""Notice rules that a planned outage does not keep, in words: what is given, what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vigie.kernel import clock
from vigie.outages import queries
from vigie.outages.models import Outage
from vigie.outages.rules import BrokenRule, notice_given


@dataclass(frozen=True)
class BrokenWords:
    """One notice rule that is not kept, in words."""

    words: str
    latest: datetime


def _amount(unit: str, n: int) -> str:
    if unit == "hours":
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    if unit == "days":
        return ngettext("%(n)d day of notice", "%(n)d days of notice", n) % {"n": n}
    return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n}


def in_words(item: BrokenRule, starts_at: datetime, told_at: datetime, *, past: bool) -> BrokenWords:
    """How much notice is given, how much was promised."""
    given = notice_given(item.rule.unit, starts_at, told_at, ZoneInfo(settings.TIME_ZONE))
    pattern = (
        _("Announced %(given)s before; the rule asks for %(asked)s.")
        if past
        else _("Announcing now gives %(given)s; the rule asks for %(asked)s.")
    )
    words = {"given": _amount(item.rule.unit, given), "asked": _amount(item.rule.unit, item.rule.amount)}
    return BrokenWords(pattern % words, item.latest)


def broken_words(items: Sequence[BrokenRule], outage: Outage) -> list[BrokenWords]:
    """The rules that this outage breaks: as it was announced, or if it were announced now."""
    told = queries.announced_at(outage)
    start = outage.planned_start or outage.starts_at
    return [in_words(item, start, told or clock.now(), past=told is not None) for item in items]
