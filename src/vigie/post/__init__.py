"""Transport: the outbox, its deliveries, and the addresses they go to."""
