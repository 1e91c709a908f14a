"""The words of subscriptions: mails to subscribers, what is said of a link."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

EXPIRED = gettext_lazy("This link has expired.")
ALTERED = gettext_lazy("This link is not complete, or was altered on its way.")
ASK_AGAIN = gettext_lazy("Ask for a new one: it takes a moment.")


def confirm_mail(*, names: Sequence[str], link: str, language: str) -> dict[str, str]:
    """Asks the owner of an address whether it was really them."""
    with translation.override(language):
        centre = settings.OPTIONS["site.name"]
        lines = "\n".join(f"- {name}" for name in names)
        return {
            "subject": _("%(centre)s: confirm your subscription") % {"centre": centre},
            "text": _(
                "Somebody, probably you, asked that this address be told of outages at %(centre)s:\n\n%(lines)s\n\n"
                "To confirm, open this page within 48 hours and press the button:\n%(link)s\n\n"
                "If it was not you, do nothing: nothing will be sent to you, and this address is not kept.\n"
            )
            % {"centre": centre, "lines": lines, "link": link},
        }


def manage_mail(*, link: str, language: str) -> dict[str, str]:
    """The way to one's own subscriptions."""
    with translation.override(language):
        centre = settings.OPTIONS["site.name"]
        return {
            "subject": _("%(centre)s: your subscriptions") % {"centre": centre},
            "text": _(
                "Here you see what this address is told by %(centre)s, and change or stop it:\n%(link)s\n\n"
                "The link works for 7 days. If you did not ask for it, do nothing.\n"
            )
            % {"centre": centre, "link": link},
        }


def foot(language: str, link: str) -> str:
    """The last line of a notice to a person; the same for all, so that the mail is encoded once."""
    with translation.override(language):
        return _("To change or stop these mails: %(link)s") % {"link": link}
