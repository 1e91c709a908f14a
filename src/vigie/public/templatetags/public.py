"""Shapes, words and times of the public pages. No script is needed to read them."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from vigie.public import texts

register = template.Library()

# One shape each, told apart without colour; drawn, because fonts disagree about ▬ and ◆.
_SHAPES = {
    "ok": mark_safe('<circle cx="8" cy="8" r="6"/>'),
    "at_risk": mark_safe('<path d="M8 1.5 15.2 14.5H.8z"/>'),
    "degraded": mark_safe('<path d="M8 .5 15.5 8 8 15.5.5 8z"/>'),
    "down": mark_safe('<path d="M2 2h12v12H2z"/>'),
    "maintenance": mark_safe('<path d="M0 5.2h16v5.6H0z"/>'),
    "unknown": mark_safe('<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>'),
}


@register.simple_tag
def shape(state: str) -> SafeString:
    """The drawn shape alone, where the word stands beside it."""
    return format_html(
        '<svg class="shape {}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>',
        state.replace("_", "-"),
        _SHAPES[state],
    )


@register.simple_tag
def status(state: str, *, over: bool = False) -> SafeString:
    """Shape, word and colour; what is over is said in quiet ink."""
    return format_html(
        '<span class="status {}">{}<span>{}</span></span>',
        "over" if over else state.replace("_", "-"),
        shape(state),
        texts.state_word(state),
    )


@register.simple_tag
def moment(at: datetime, now: datetime | None = None, *, zone: bool = True) -> SafeString:
    """An instant in the centre's zone; UTC on hover."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        texts.iso(at),
        texts.utc(at),
        texts.moment(at, now, with_zone=zone),
    )


@register.filter
def slug(state: str) -> str:
    return state.replace("_", "-")


@register.filter
def moment_of(at: datetime, now: datetime | None) -> str:
    return texts.moment(at, now)


@register.filter
def clocktime(at: datetime) -> str:
    return texts.clock_time(at)


@register.filter
def fullday(at: datetime) -> str:
    return texts.day(at)


@register.filter
def isotime(at: datetime) -> str:
    return texts.iso(at)


@register.filter
def zone(at: datetime) -> str:
    return texts.zone_words(at)
