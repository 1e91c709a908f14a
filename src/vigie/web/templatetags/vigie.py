"""What Vigie's pages say again and again: a status, a time, a countdown, a person.

Use: `{% load vigie %}`. Every tag escapes what it is given and needs no script to be read; `vigie.js` keeps relative
times and countdowns moving.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from vigie.kernel.clock import now as present
from vigie.web import timetags, timewords

register = template.Library()

for _tag in (timetags.moment, timetags.since, timetags.ago, timetags.countdown):
    register.simple_tag(_tag, takes_context=True)
for _plain in (timetags.clock, timetags.at, timetags.window, timetags.script_words):
    register.simple_tag(_plain)

WORDS = {
    "ok": pgettext_lazy("status", "working"),
    "at_risk": pgettext_lazy("status", "at risk"),
    "degraded": pgettext_lazy("status", "degraded"),
    "down": pgettext_lazy("status", "down"),
    "maintenance": pgettext_lazy("status", "maintenance"),
    "unknown": pgettext_lazy("status", "unknown"),
}

# One shape each, told apart without colour; drawn, because fonts disagree about ▬ and ◆.
_SHAPES = {
    "ok": mark_safe('<circle cx="8" cy="8" r="6"/>'),
    "at_risk": mark_safe('<path d="M8 1.5 15.2 14.5H.8z"/>'),
    "degraded": mark_safe('<path d="M8 .5 15.5 8 8 15.5.5 8z"/>'),
    "down": mark_safe('<path d="M2 2h12v12H2z"/>'),
    "maintenance": mark_safe('<path d="M0 5.2h16v5.6H0z"/>'),
    "unknown": mark_safe('<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>'),
}

# "g" then this letter goes to the page: `vigie.js` clicks the link that carries the pair.
_GO = {
    "today": "t",
    "desk": "d",
    "outages": "o",
    "jobs": "j",
    "notices": "n",
    "people": "p",
    "duty": "y",
    "services": "s",
    "experiments": "e",
    "coverage": "c",
}


@register.simple_tag
def shape(state: str) -> SafeString:
    """Only the drawn shape of a state, for places that say the word themselves."""
    key = state if state in _SHAPES else "unknown"
    return format_html(
        '<svg class="shape shape-{}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>',
        key.replace("_", "-"),
        _SHAPES[key],
    )


@register.simple_tag
def status(state: Any, text: str = "", *, word: bool = True, plain: bool = False) -> SafeString:
    """Shape, word and colour of a state; `text` replaces the word, `word=False` leaves it to screen readers.

    An unknown or empty state is shown as unknown, never as working. `plain=True` keeps the word in ink.
    """
    key = str(state or "unknown").replace("-", "_")
    key = key if key in WORDS else "unknown"
    return format_html(
        '<span class="status status-{}{}">{}<span class="{}">{}</span></span>',
        key.replace("_", "-"),
        " status-plain" if plain else "",
        shape(key),
        "word" if word else "visually-hidden",
        text or WORDS[key],
    )


@register.simple_tag
def person(who: Any, phone: str = "", *, url: str = "") -> SafeString:
    """A person with the phone to call: takes a person, a (name, phone) pair, or a name; nobody is said so."""
    if isinstance(who, (tuple, list)):
        who, phone = who[0], phone or (who[1] if len(who) > 1 else "")
    elif who is not None and not isinstance(who, str):
        phone = phone or getattr(who, "phone", "") or ""
    if not who:
        return status("at_risk", text=pgettext("on duty", "nobody"))
    name = format_html('<a href="{}">{}</a>', url, who) if url else format_html("{}", who)
    call = (
        format_html(
            ' <a class="phone" href="tel:{}"><span aria-hidden="true">☎</span>'
            '<span class="visually-hidden">{}</span> <span class="number">{}</span></a>',
            "".join(c for c in str(phone) if c.isdigit() or c == "+"),
            _("telephone"),
            phone,
        )
        if phone
        else ""
    )
    return format_html('<span class="person"><span class="name">{}</span>{}</span>', name, call)


_OUTCOMES = (
    ("sent", "ok", pgettext_lazy("delivery", "sent")),
    ("pending", "unknown", pgettext_lazy("delivery", "on the way")),
    ("in_doubt", "at_risk", pgettext_lazy("delivery", "in doubt")),
    ("failed", "degraded", pgettext_lazy("delivery", "failed")),
)


def _outcome(channel: Any) -> SafeString:
    """One channel: its label, then a mark per outcome that occurred; counts where it has many recipients."""
    get = (
        channel.get
        if isinstance(channel, Mapping)
        else lambda key, default=None: getattr(channel, key, default)
    )
    total = get("total")
    if total is None:
        key = get("state") or "pending"
        marks = [
            status(state, text=str(word), word=key != "sent")
            for name, state, word in _OUTCOMES
            if name == key
        ]
        label = get("label")
    else:
        counts = [(get(name) or 0, name, state, word) for name, state, word in _OUTCOMES]
        marks = [
            status(state, text=str(count) if name == "sent" else f"{count} {word}")
            for count, name, state, word in counts
            if count
        ]
        label = f"{total} {get('label')}"
    return format_html(
        '<span class="nowrap">{} {}</span>', label, format_html_join(" ", "{}", ((m,) for m in marks))
    )


@register.simple_tag
def delivery(channels: Any) -> SafeString:
    """Where a notice went: "34 mails ● 33 ◆ 1 failed · site ● · flash ●".

    Each channel is a mapping or object with `label` and, where it has many recipients, `total` and the counts
    `sent`, `pending`, `in_doubt`, `failed`; where it is one place, `state` is one of these words.
    """
    rows = ((_outcome(channel),) for channel in channels or [])
    return format_html(
        '<span class="delivery">{}</span>',
        format_html_join(mark_safe('<span class="sep" aria-hidden="true"> · </span>'), "{}", rows),
    )


@register.filter(is_safe=True)
def unbroken(text: str) -> str:
    """Core-hours stay on one line in a title: a browser may break at a plain hyphen."""
    return str(text).replace("core-hour", "core\u2011hour").replace("-cœur", "\u2011cœur")


@register.filter
def clocktime(at: datetime | None) -> str:
    return timewords.clocktime(at) if at else "–"


@register.filter
def shortday(at: datetime | date | None) -> str:
    return timewords.day(at, present()) if at else "–"


@register.filter
def longday(at: datetime | date | None) -> str:
    return timewords.long_day(at) if at else "–"


@register.filter
def span(length: timedelta | None) -> str:
    return timewords.span(length) if length is not None else "–"


@register.filter
def gokey(url: str) -> str:
    """The keys that go to a main page ("g d" for /desk), "" for another page."""
    letter = _GO.get(str(url).strip("/").split("/")[-1])
    return f"g {letter}" if letter else ""


GO_KEYS = (
    ("g d", gettext_lazy("Desk")),
    ("g t", gettext_lazy("Today")),
    ("g o", gettext_lazy("Outages")),
    ("g j", gettext_lazy("Jobs")),
    ("g c", gettext_lazy("Calendar")),
    ("g n", gettext_lazy("Notices")),
    ("g p", gettext_lazy("People")),
    ("g y", gettext_lazy("Duty")),
    ("g s", gettext_lazy("Services")),
    ("g e", gettext_lazy("Experiments")),
    ("g c", gettext_lazy("Coverage")),
)


@register.simple_tag
def go_keys() -> tuple[tuple[str, Any], ...]:
    """Keys and names of the main pages, for the help dialog."""
    return GO_KEYS


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def uncapital(text: Any) -> str:
    """A label inside a sentence: its first letter small."""
    label = str(text)
    return label[:1].lower() + label[1:]


@register.filter
def slugcase(text: Any) -> str:
    """A state's name as a class name: at_risk -> at-risk."""
    return str(text).replace("_", "-")


@register.filter
def ischeck(field: BoundField) -> bool:
    """Whether a form field is a single box to tick, whose label stands after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag(takes_context=True)
def glossary(context: template.Context, word: str, meaning: str) -> SafeString:
    """A word explained in place by a popover: no script, and it may stand inside a sentence."""
    root = context.dicts[0]
    root["glossary_words"] = number = root.get("glossary_words", 0) + 1
    return format_html(
        '<button type="button" class="glossary" popovertarget="word-{}">{}</button>'
        '<span class="meaning" id="word-{}" popover><strong>{}</strong> – {}</span>',
        number,
        word,
        number,
        word,
        meaning,
    )
