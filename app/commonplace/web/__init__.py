"""HTTP and nothing else: addresses, negotiation, conditional requests, problems, templates."""
