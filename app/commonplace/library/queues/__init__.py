"""List what wants a curator: queues of things, each with the reason and the call that solves it."""
