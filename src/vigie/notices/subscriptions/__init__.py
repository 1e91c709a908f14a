"""Who asked to be told: persons outside who subscribed by themselves, and the centre's own mailing lists."""
