"""Chat rooms, SMS and a hundred other services, by the Apprise library."""

from vigie.channels.apprise.channel import AppriseChannel

__all__ = ["AppriseChannel"]
