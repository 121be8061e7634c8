"""The clock: ticks, deadlines that ring, the outbox carried."""
