"""How times are drawn on a page; the words come from `timewords`. Registered as tags by `templatetags/vigie.py`.

A page that is kept as a file (the public folder) has `frozen` in its context: nothing that ages is written there.
"""

from datetime import datetime, timedelta

from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from vigie.kernel.clock import now as present
from vigie.web import timewords

SOON = timedelta(minutes=10)  # a countdown turns amber from here on


def frozen(context: Context) -> bool:
    """Whether the page will be read later than it is made."""
    return bool(context.get("frozen"))


def _late_or_due(*, late: bool) -> str:
    return _("overdue by %(span)s") if late else _("due in %(span)s")


def moment(
    context: Context,
    at: datetime | None,
    now: datetime | None = None,
    *,
    relative: bool = True,
    zone: bool = True,
) -> SafeString:
    """An instant: absolute in the centre's zone, relative to now, UTC on hover and on focus; "–" for none."""
    if at is None:
        return mark_safe("–")
    now = now or present()
    relative = relative and not frozen(context)
    since = (
        format_html(
            ' <span class="sep" aria-hidden="true">·</span> <span class="rel">{}</span>',
            timewords.relative(at, now),
        )
        if relative
        else ""
    )
    return format_html(
        '<time class="moment" datetime="{}" title="{}"{}><span class="abs">{}</span>{}</time>',
        timewords.iso(at),
        timewords.utc(at),
        mark_safe(' tabindex="0"') if relative else "",
        timewords.absolute(at, now, zone=zone),
        since,
    )


def window(start: datetime, end: datetime | None, *, zone: bool = True) -> SafeString:
    """From when to when, in the centre's zone; UTC on hover: "Tue 8 Dec 08:00–18:00 CET"."""
    return format_html(
        '<time class="moment" datetime="{}" title="{}{}">{}</time>',
        timewords.iso(start),
        timewords.utc(start),
        f" → {timewords.utc(end)}" if end else "",
        timewords.window(start, end, present(), zone=zone),
    )


def since(context: Context, start: datetime | None, now: datetime | None = None) -> SafeString:
    """For sentences: since when, and for how long already: "13:05 CET (1 h 25)"."""
    if start is None:
        return mark_safe("–")
    now = now or present()
    if frozen(context):
        return moment(context, start, now, relative=False)
    return format_html(
        '<time class="moment" datetime="{}" title="{}" tabindex="0"><span class="abs">{}</span> '
        '<span class="quiet">(<span class="long">{}</span>)</span></time>',
        timewords.iso(start),
        timewords.utc(start),
        timewords.absolute(start, now),
        timewords.span(now - start),
    )


def ago(context: Context, at: datetime | None, now: datetime | None = None) -> SafeString:
    """Only where an instant lies from now ("1 h 25 ago"), kept moving; absolute and UTC on hover."""
    if at is None:
        return mark_safe("–")
    now = now or present()
    if frozen(context):
        return moment(context, at, now)
    title = f"{timewords.absolute(at, now)} ({timewords.utc(at)})"
    return format_html(
        '<time class="moment" datetime="{}" title="{}"><span class="rel">{}</span></time>',
        timewords.iso(at),
        title,
        timewords.relative(at, now),
    )


def countdown(context: Context, due: datetime | None, now: datetime | None = None) -> SafeString:
    """Due in 04:12, then overdue by 02:10: colour and word change; absolute time and UTC on hover and focus."""
    if due is None:
        return mark_safe("–")
    now = now or present()
    gap = due - now
    late = gap < timedelta()
    kind = "over" if late else "soon" if gap <= SOON else "calm"
    if frozen(context):
        kind, words = "calm", _("before %(time)s") % {"time": timewords.absolute(due, now)}
    else:
        words = _late_or_due(late=late) % {"span": timewords.remaining(gap)}
    return format_html(
        '<time class="countdown is-{}" datetime="{}" title="{} ({})" tabindex="0">{}</time>',
        kind,
        timewords.iso(due),
        timewords.absolute(due, now),
        timewords.utc(due),
        words,
    )


def clock(now: datetime | None = None) -> SafeString:
    """The centre's clock, ticking where there is script."""
    now = now or present()
    here = timewords.local(now)
    return format_html(
        '<time class="clock" datetime="{}" title="{}" data-clock="{}"><span class="hand">{}</span> {}</time>',
        timewords.iso(now),
        timewords.utc(now),
        get_current_timezone_name(),
        timewords.clocktime(now),
        here.tzname(),
    )


def at(when: datetime | None) -> SafeString:
    """The time of day alone, in a column of times; the day too when it is not today's; all of it on hover."""
    if when is None:
        return mark_safe("–")
    now = present()
    here = timewords.local(when)
    today = here.date() == timewords.local(now).date()
    title = f"{timewords.absolute(when, now)} ({timewords.utc(when)})"
    before = "" if today else format_html("<small>{}</small><br>", timewords.day(when, now))
    return format_html(
        '<time datetime="{}" title="{}">{}{}</time>',
        timewords.iso(when),
        title,
        before,
        timewords.clocktime(when),
    )


def script_words() -> SafeString:
    """Attributes for <body>: the server's time and the words with which `vigie.js` keeps times moving."""
    words = {
        "now": timewords.iso(present()),
        "just-now": _("just now"),
        "in": _("in %(span)s") % {"span": "{}"},
        "ago": _("%(span)s ago") % {"span": "{}"},
        "due": _("due in %(span)s") % {"span": "{}"},
        "over": _("overdue by %(span)s") % {"span": "{}"},
        "day": pgettext("abbreviation of day", "d"),
        "days": timewords.span(timedelta(days=9)).replace("9", "{}"),
        "days1": timewords.span(timedelta(days=1)).replace("1", "{}"),
        "lost": _("The desk can’t be reached. What you typed is still here: try again in a moment."),
    }
    return format_html_join(" ", 'data-{}="{}"', words.items())
