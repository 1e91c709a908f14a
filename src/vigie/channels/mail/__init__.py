"""Mail by SMTP."""

from vigie.channels.mail.channel import MailChannel

__all__ = ["MailChannel"]
