"""How long before its start an outage must be announced: the centre's promises to its users, as rows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vigie.lib.localtime import instant
from vigie.lib.workdays import add_working_days, is_working_day
from vigie.notices.rules import Effect

HOURS, DAYS, WORKING_DAYS = "hours", "days", "working_days"


@dataclass(frozen=True)
class NoticeRule:
    """`amount` of `unit` before the start, for outages at least this bad and at least this long."""

    code: str
    amount: int
    unit: str
    effect: str
    lasts_at_least: timedelta

    def applies(self, effect: str, lasts: timedelta | None) -> bool:
        order = list(Effect)
        bad_enough = order.index(Effect(effect)) <= order.index(Effect(self.effect))
        return bad_enough and (lasts is None or lasts >= self.lasts_at_least)

    def latest(self, starts_at: datetime, zone: ZoneInfo) -> datetime:
        """The last instant at which an announcement keeps the rule.

        Working days are counted back from the day of the start, at its clock time; public holidays and week-ends
        don't count, so that five working days before a Monday is the Monday before.
        """
        if self.unit == HOURS:
            return starts_at - timedelta(hours=self.amount)
        local = starts_at.astimezone(zone)
        day = local.date()
        if self.unit == DAYS:
            day -= timedelta(days=self.amount)
        else:
            left = self.amount
            while left:
                day -= timedelta(days=1)
                left -= is_working_day(day)
        return instant(datetime.combine(day, local.time()), zone)


@dataclass(frozen=True)
class BrokenRule:
    """A rule that an announcement at this time does not keep, and by when it would have."""

    rule: NoticeRule
    latest: datetime


def broken(
    rules: Sequence[NoticeRule],
    *,
    effect: str,
    starts_at: datetime,
    ends_at: datetime | None,
    told_at: datetime,
    zone: ZoneInfo,
) -> list[BrokenRule]:
    """The rules that telling at `told_at` breaks, the longest first."""
    lasts = ends_at - starts_at if ends_at else None
    found = [BrokenRule(rule, rule.latest(starts_at, zone)) for rule in rules if rule.applies(effect, lasts)]
    return sorted((item for item in found if told_at > item.latest), key=lambda item: item.latest)


def first_good_start(rule: NoticeRule, told_at: datetime, zone: ZoneInfo) -> datetime:
    """The earliest start (at the clock time of `told_at`) for which telling now keeps the rule."""
    if rule.unit == HOURS:
        return told_at + timedelta(hours=rule.amount)
    local = told_at.astimezone(zone)
    day = local.date()
    day = day + timedelta(days=rule.amount) if rule.unit == DAYS else add_working_days(day, rule.amount)
    return instant(datetime.combine(day, local.time()), zone)


def first_date(
    rules: Sequence[NoticeRule], starts_at: datetime, told_at: datetime, zone: ZoneInfo
) -> datetime | None:
    """The first day, at the clock time of `starts_at`, on which telling at `told_at` keeps every rule; None within
    three months.
    """
    local = starts_at.astimezone(zone)
    day = min(local.date(), told_at.astimezone(zone).date())
    for _day in range(100):
        start = instant(datetime.combine(day, local.time()), zone)
        if all(told_at <= rule.latest(start, zone) for rule in rules):
            return start
        day += timedelta(days=1)
    return None


def notice_given(unit: str, starts_at: datetime, told_at: datetime, zone: ZoneInfo) -> int:
    """How many whole hours, days or working days of notice telling at `told_at` gives; never less than 0."""
    amount = 0
    while amount < 1000:  # noqa: PLR2004 # more than any rule asks for
        rule = NoticeRule("", amount + 1, unit, Effect.AT_RISK, timedelta(0))
        if told_at > rule.latest(starts_at, zone):
            return amount
        amount += 1
    return amount
