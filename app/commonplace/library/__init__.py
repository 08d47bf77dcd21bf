"""Read the library: things by key, lists by filter, any query, at any version."""

from commonplace.library.library import Library

__all__ = ["Library"]
