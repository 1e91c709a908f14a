"""The invented centre: its data and its mailbox, only on a database marked as demo."""
