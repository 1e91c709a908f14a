"""Prometheus Alertmanager: its webhook, version 4."""

from vigie.alerts.alertmanager.source import AlertmanagerSource

__all__ = ["AlertmanagerSource"]
