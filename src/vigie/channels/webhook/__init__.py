"""Webhooks: a signed JSON message posted to an address. Receivers use `verify`."""

from vigie.channels.webhook.channel import WebhookChannel
from vigie.channels.webhook.signing import BadSignature, key_for, verify

__all__ = ["BadSignature", "WebhookChannel", "key_for", "verify"]
