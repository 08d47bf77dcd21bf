"""Fixtures of the tests of logs: stores that several servers share."""

from tests.patchlog.stores import bucket, database, postgres, s3

__all__ = ["bucket", "database", "postgres", "s3"]
