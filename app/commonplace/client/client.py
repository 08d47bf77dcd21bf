"""Put reading and writing together: the client."""

from __future__ import annotations

from commonplace.client.reading import Reading
from commonplace.client.writing import Writing


class Client(Reading, Writing):
    """A library at an address: `with Client("http://127.0.0.1:8000", token=…) as library`.

    It may be shared between threads.
    """
