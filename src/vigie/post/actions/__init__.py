"""The verbs over the outbox and over what comes in; everybody imports them from here."""

from vigie.post.actions.incoming import Bounced, Received, assign, dismiss, leave_to_a_person, receive
from vigie.post.actions.outbox import (
    PERMISSIONS,
    Parcel,
    PostPermission,
    clear_address,
    enqueue,
    forget,
    resolve,
    retry,
)
from vigie.post.actions.retention import drop_old_texts

__all__ = [
    "PERMISSIONS",
    "Bounced",
    "Parcel",
    "PostPermission",
    "Received",
    "assign",
    "clear_address",
    "dismiss",
    "drop_old_texts",
    "enqueue",
    "forget",
    "leave_to_a_person",
    "receive",
    "resolve",
    "retry",
]
