"""A mailbox read by IMAP."""

from vigie.inbox.imap.mailbox import ImapInbox

__all__ = ["ImapInbox"]
