"""Icinga 2, Icinga 1, Nagios, Naemon: a notification command, and the source that reads what it posts."""

from vigie.alerts.icinga.source import IcingaSource

__all__ = ["IcingaSource"]
