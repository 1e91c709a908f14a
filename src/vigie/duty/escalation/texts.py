"""What a person reads who is called: by mail, and in a few lines on a phone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from vigie.duty.escalation.links import answer_link
from vigie.duty.escalation.models import Escalation, EscalationStep
from vigie.people.models import Person


def _links(row: Escalation, step: EscalationStep) -> tuple[str, str]:
    return f"{settings.OPTIONS['site.url']}{row.path}", answer_link(step)


def call_mail(row: Escalation, step: EscalationStep, person: Person, then: datetime | None) -> dict[str, str]:
    """Subject and text of the mail that calls `person`, in their language. `then`: when the next one is called."""
    what = row.what(person.language)
    here, answer = _links(row, step)
    with translation.override(person.language):
        lines = [
            _("%(name)s,") % {"name": person.name},
            what,
            _(
                "This has come to you. Say that you have seen it (one button, no login; the link works for 12 hours):"
            )
            + f"\n{answer}",
            _("Then do it, or hand it over, here:") + f"\n{here}",
        ]
        if then is not None:
            lines.append(
                _("If nobody answers, the next person is called at %(time)s.") % {"time": _clock(then)}
            )
        return {"subject": _("To do now: %(what)s") % {"what": what}, "text": "\n\n".join(lines)}


def call_text(row: Escalation, step: EscalationStep, person: Person) -> dict[str, str]:
    """The same for a chat or a phone: what, and the link that acknowledges."""
    _here, answer = _links(row, step)
    with translation.override(person.language):
        return {
            "subject": _("To do now"),
            "text": f"{row.what(person.language)}\n{_('I have seen it:')} {answer}",
            "link": answer,
        }


def _clock(t: datetime) -> str:
    return f"{t.astimezone(ZoneInfo(settings.TIME_ZONE)):%H:%M %Z}"
