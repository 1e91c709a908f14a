"""What comes back: mails that wait for a person, addresses that bounced, who subscribed, the centre's lists."""
