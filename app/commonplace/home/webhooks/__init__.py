"""Tell other programs of each version: webhooks, signed, tried again, and listed with what became of them."""
