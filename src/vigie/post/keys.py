"""The secrets that sign what comes back: one signs, the older ones are still understood (Django's rotation)."""

from django.conf import settings

from vigie.post import rules


def secrets() -> list[str]:
    """Today's first."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def mark(key: str) -> str:
    """See `rules.mark`."""
    return rules.mark(key, settings.SECRET_KEY)


def answers_to(topic: str) -> str:
    """The address whose mail is about this topic; "" where the desk's mailbox takes no +token."""
    return rules.reply_address(settings.OPTIONS["inbox.address"], topic, settings.SECRET_KEY)
